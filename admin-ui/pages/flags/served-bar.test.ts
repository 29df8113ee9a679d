import { expect, test } from 'vitest';
import { servedShares } from './served-bar.ts';

const variants = ['red', 'blue', 'off'];
const summary = {
  state: 'on' as const,
  killed: false,
  serves: '',
  rules: 0,
  rollout: null,
  offVariant: 'off',
  version: 1,
};
const grey = 'var(--slice-none)';

test.each([
  ['all of one variant', { shares: { blue: 1 } }, [['blue', 1, 'var(--slice-2)']]],
  [
    'a split, with what is off last',
    { shares: { off: 0.7, red: 0.3 } },
    [
      ['red', 0.3, 'var(--slice-1)'],
      ['off', 0.7, grey],
    ],
  ],
  ['nothing but the off variant, where it is off', { state: 'off' as const, shares: { red: 1 } }, [['off', 1, grey]]],
  ['the same where it is killed', { killed: true, shares: { red: 1 } }, [['off', 1, grey]]],
  ['the coded default', { shares: {} }, [['the coded default', 1, grey]]],
  [
    'the coded default, off',
    { state: 'off' as const, offVariant: null, shares: { red: 1 } },
    [['the coded default', 1, grey]],
  ],
])('A bar shows %s', (_what, more, pieces) => {
  const drawn = servedShares(variants, { ...summary, ...more });
  expect(drawn.map(({ variant, share, colour }) => [variant, share, colour])).toEqual(pieces);
});
