import type { Flag } from '@turnout/core';
import { flagWith } from '@turnout/core/fixtures';
import { expect, it } from 'vitest';
import type { Configuration } from './configuration.ts';
import { describeRollout, type Rollout } from './rollout.ts';

const configurationWith = (over: Partial<Flag>): Pick<Configuration, 'offVariant' | 'rules' | 'fallthrough'> =>
  flagWith(over);
const split = (...slices: [number, number, string][]): Flag['fallthrough'] => ({
  split: { by: 'targetingKey', salt: 's', of: 100_000, slices },
});
const rule = { id: 'r', if: { all: [] }, serve: { variant: 'on' } };

it.each<[Partial<Flag>, Rollout]>([
  [{}, { shares: { on: 1 }, rules: 0, rollout: 1 }],
  [{ fallthrough: { variant: 'off' } }, { shares: { off: 1 }, rules: 0, rollout: 0 }],
  [{ fallthrough: { coded: true } }, { shares: {}, rules: 0, rollout: null }],
  [{ offVariant: null }, { shares: { on: 1 }, rules: 0, rollout: null }],
  [
    { rules: [rule, rule], state: 'off' },
    { shares: { on: 1 }, rules: 2, rollout: 1 },
  ],
  [
    { fallthrough: split([0, 30_000, 'on'], [30_000, 100_000, 'off']) },
    { shares: { on: 0.3, off: 0.7 }, rules: 0, rollout: 0.3 },
  ],
  [
    { fallthrough: split([0, 10_000, 'on'], [10_000, 99_999, 'off'], [99_999, 100_000, 'on']) },
    { shares: { on: 0.10001, off: 0.89999 }, rules: 0, rollout: 0.10001 },
  ],
])('draws %j as %j', (over, drawn) => {
  expect(describeRollout(configurationWith(over))).toEqual(drawn);
});

it('counts what slices leave free to nobody', () => {
  const drawn = describeRollout(configurationWith({ fallthrough: split([0, 25_000, 'on'], [25_000, 50_000, 'off']) }));
  expect(drawn.shares).toEqual({ on: 0.25, off: 0.25 });
});

it('takes a variant by the name of something that every object has for a variant', () => {
  const drawn = describeRollout(configurationWith({ offVariant: 'constructor', fallthrough: { variant: 'on' } }));
  expect(drawn.rollout).toBe(1);
});
