import type { Serve, Slice } from '@turnout/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Stage } from '../policies/policy.ts';
import { checkStart, type StartTerms } from './layout-start.ts';

const OF = 100_000;
const stage = (exposure?: number): Stage => ({
  ...{ bakeMs: 0, gates: [], approvals: [] },
  ...(exposure === undefined ? { audience: 'staff' } : { exposure }),
});
const TERMS: StartTerms = {
  ...{ from: 'old', to: 'new', by: 'targetingKey', salt: 'of-the-target' },
  stages: [stage(), stage(10_000), stage(OF)],
};
const split = (slices: Slice[], rest: object = {}): Serve => ({
  split: { by: 'targetingKey', salt: 'mine', of: OF, slices, ...rest },
});

it('It may start on one variant, with the salt that the target always had', () => {
  expect(checkStart({ variant: 'old' }, TERMS)).toEqual({ may: true, salt: 'of-the-target' });
});

it.each<[string, Slice[]]>([
  [
    'the first tenth',
    [
      [0, 10_000, 'new'],
      [10_000, OF, 'old'],
    ],
  ],
  ['nothing', [[0, OF, 'old']]],
])('It may start on a split that gives `to` %s, and keeps its salt', (_, slices) => {
  expect(checkStart(split(slices), TERMS)).toEqual({ may: true, salt: 'mine' });
});

it('A split that gives everybody the same is one variant, whatever it is drawn by', () => {
  const check = checkStart(split([[0, OF, 'old']], { by: 'org', hash: 'unleash' }), TERMS);
  expect(check).toEqual({ may: true, salt: 'of-the-target' });
});

it('Where everybody has `to` already it may start only if the first stage is everybody', () => {
  expect(checkStart({ variant: 'new' }, { ...TERMS, stages: [stage(OF)] })).toMatchObject({ may: true });
  expect(checkStart({ variant: 'new' }, TERMS)).toMatchObject({ may: false, offer: { moved: 0.9 } });
});

it.each<[string, Serve, string, number]>([
  [
    'more than the first stage gives',
    split([
      [0, 10_001, 'new'],
      [10_001, OF, 'old'],
    ]),
    'new has 10.001 % already',
    0.00001,
  ],
  ['the caller’s default', { coded: true }, "the caller's own default is served", 1],
  ['another variant', { variant: 'blue' }, 'blue is served, and not old', 1],
  [
    'a third variant',
    split([
      [0, 5_000, 'new'],
      [5_000, 50_000, 'old'],
      [50_000, OF, 'blue'],
    ]),
    'also serves blue',
    0.5,
  ],
  [
    'the end',
    split([
      [0, 95_000, 'old'],
      [95_000, OF, 'new'],
    ]),
    'does not have the first slice',
    0.1,
  ],
  [
    'two slices',
    split([
      [0, 1_000, 'new'],
      [1_000, 2_000, 'old'],
      [2_000, 3_000, 'new'],
      [3_000, OF, 'old'],
    ]),
    'several slices',
    0.02,
  ],
  [
    'buckets of another system',
    split(
      [
        [0, 5_000, 'new'],
        [5_000, OF, 'old'],
      ],
      { hash: 'unleash' },
    ),
    'was imported',
    0.095,
  ],
  [
    'another number of buckets',
    split(
      [
        [0, 5, 'new'],
        [5, 100, 'old'],
      ],
      { of: 100 },
    ),
    'was imported',
    0.095,
  ],
  [
    'another unit',
    split(
      [
        [0, 5_000, 'new'],
        [5_000, OF, 'old'],
      ],
      { by: 'org' },
    ),
    'the split is by org',
    0.095,
  ],
])('It is refused on %s, with a serve on which it may start and what that would move', (_, anchor, because, moved) => {
  const check = checkStart(anchor, TERMS);
  if (check.may) throw new Error('it was not refused');
  expect(check.because).toContain(because);
  expect(check.offer.moved).toBeCloseTo(moved, 6);
  expect(checkStart(check.offer.serve, TERMS)).toMatchObject({ may: true });
});

it('What is offered may be started on, whatever was served', () => {
  const variant = fc.constantFrom('old', 'new', 'blue');
  const slices = fc.array(fc.tuple(fc.integer({ min: 1, max: 30_000 }), variant), { maxLength: 5 }).map((parts) => {
    let at = 0;
    const laid = parts.flatMap(([width, name]): Slice[] => {
      const start = at;
      at = Math.min(OF, at + width);
      return at > start ? [[start, at, name]] : [];
    });
    return at < OF ? [...laid, [at, OF, 'old'] as Slice] : laid;
  });
  const first = fc.integer({ min: 0, max: OF });
  fc.assert(
    fc.property(slices, first, (list, exposure) => {
      const terms = { ...TERMS, stages: [stage(exposure), stage(OF)] };
      const check = checkStart(split(list), terms);
      if (check.may) return;
      expect(checkStart(check.offer.serve, terms).may).toBe(true);
    }),
    { seed: 61, numRuns: 200 },
  );
});
