import { expect, test } from 'vitest';
import { shownAs } from './draft.fixture.ts';
import { usesOf } from './variant-uses.ts';

const configuration = shownAs({
  state: 'on',
  offVariant: 'off',
  prerequisites: [],
  rules: [
    { id: 'a', if: { all: [] }, serve: { variant: 'on' } },
    { id: 'b', if: { all: [] }, serve: { split: { by: 'id', of: 10, weights: { on: 4, beta: 6 } } } },
    { id: 'c', if: { all: [] }, serve: { coded: true } },
  ],
  fallthrough: { variant: 'off' },
  shedAt: null,
  maxStalenessMs: null,
  whenStale: null,
});

test.each([
  ['on', ['rule 1', 'rule 2']],
  ['beta', ['rule 2']],
  ['off', ['everybody else', 'off variant']],
  ['new', []],
])('The variant %s is given by %j', (variant, uses) => expect(usesOf(variant, configuration)).toEqual(uses));
