import { describe, expect, test } from 'vitest';
import { evenWeights, fromPercent, setWeight, sumFault, toPercent } from './weights.ts';

describe('Per cent', () => {
  test.each([
    ['33.333', 100_000, 33_333],
    ['3,1 %', 100_000, 3_100],
    ['0.0004', 100_000, 0],
    ['100', 7, 7],
    ['-1', 100_000, undefined],
    ['101', 100_000, undefined],
    ['half', 100_000, undefined],
    ['', 100_000, undefined],
  ])('%j of %i is %j buckets', (typed, of, buckets) => expect(fromPercent(typed, of)).toBe(buckets));

  test.each([
    [33_333, 100_000, '33.333'],
    [100_000, 100_000, '100'],
    [1, 3, '33.333'],
    [0, 100_000, '0'],
  ])('%i of %i is %s', (weight, of, percent) => expect(toPercent(weight, of)).toBe(percent));
});

describe('A weight', () => {
  const weights = { on: 20_000, off: 70_000, beta: 10_000 };
  test.each<[string, { variant: string; weight: number; rest: string | undefined }, object]>([
    [
      'grows out of the rest',
      { variant: 'on', weight: 50_000, rest: 'off' },
      { on: 50_000, off: 40_000, beta: 10_000 },
    ],
    ['shrinks into the rest', { variant: 'on', weight: 0, rest: 'off' }, { on: 0, off: 90_000, beta: 10_000 }],
    [
      'takes no more than the rest has',
      { variant: 'on', weight: 95_000, rest: 'off' },
      { on: 95_000, off: 0, beta: 10_000 },
    ],
    [
      'leaves the others where nobody takes the rest',
      { variant: 'on', weight: 5_000, rest: undefined },
      { ...weights, on: 5_000 },
    ],
    [
      'of the rest itself changes nobody else',
      { variant: 'off', weight: 5_000, rest: 'off' },
      { ...weights, off: 5_000 },
    ],
    [
      'gives the rest to one that has nothing yet',
      { variant: 'on', weight: 10_000, rest: 'new' },
      { ...weights, on: 10_000, new: 10_000 },
    ],
  ])('%s', (_title, change, expected) => expect(setWeight(weights, 100_000, change)).toEqual(expected));
});

test('Everybody alike is exact to the bucket', () => {
  expect(evenWeights(['a', 'b', 'c'], 100_000)).toEqual({ a: 33_334, b: 33_333, c: 33_333 });
  expect(evenWeights(['a', 'b'], 3)).toEqual({ a: 2, b: 1 });
});

describe('A sum', () => {
  test('is told where it is too small, too great, and not where it is right', () => {
    expect(sumFault({ on: 50_000, off: 50_000 }, 100_000)).toBeUndefined();
    expect(sumFault({ on: 50_000, off: 49_900 }, 100_000)).toMatch(
      /^These sum to 99.9 %: 0.1 % of users would get nothing/,
    );
    expect(sumFault({ on: 50_000, off: 53_000 }, 100_000)).toMatch(/103 %: 3 % too much/);
  });
});
