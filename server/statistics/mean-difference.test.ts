import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { entryAlpha } from './bounds.ts';
import { halfWidth, mixtureScale } from './confidence-sequence.ts';
import { compareMeans } from './mean-difference.ts';

const DIGITS = 9;
const T = { n: 2000, mean: 115, variance: 40 ** 2 };
const C = { n: 2000, mean: 100, variance: 40 ** 2 };
const UP = { direction: 'up', margin: 0.05 } as const;

it('The scale of the mixture agrees with its table', () => {
  expect(mixtureScale(0.05, 'two')).toBeCloseTo(0.0398400668, DIGITS);
  expect(mixtureScale(0.05, 'one')).toBeCloseTo(0.0355776885, DIGITS);
  expect(mixtureScale(0.01, 'one')).toBeCloseTo(0.0447247728, DIGITS);
  expect(mixtureScale(0.01 / 6, 'one')).toBeCloseTo(0.0527747502, DIGITS);
});

it('The lower bound of a difference of means agrees with its table, in the first entry and at what a later one has', () => {
  const first = compareMeans(UP, T, C, 0.01);
  expect(first?.difference).toBeCloseTo(10, DIGITS);
  expect(first?.standardError).toBeCloseTo(1.296919426949878, DIGITS);
  expect(first?.lowerBound).toBeCloseTo(5.6424974388, DIGITS);
  expect(compareMeans(UP, T, C, entryAlpha(0.01, 1, 2))?.lowerBound).toBeCloseTo(4.9512906399, DIGITS);
});

it('Where less is worse, what is lost counts', () => {
  const down = compareMeans({ direction: 'down', margin: 0.05 }, { ...T, mean: 80 }, C, 0.01);
  expect(down?.difference).toBeCloseTo(15, DIGITS);
  expect(down?.lowerBound).toBeGreaterThan(0);
  expect(compareMeans({ direction: 'down', margin: 0.05 }, T, C, 0.01)?.lowerBound).toBeLessThan(0);
});

it('Fewer than a hundred units in an arm are not judged', () => {
  expect(compareMeans(UP, { ...T, n: 99 }, C, 0.01)).toBeUndefined();
  expect(compareMeans(UP, { ...T, n: 100 }, { ...C, n: 100 }, 0.01)).toBeDefined();
});

it('Values without any spread are compared as they are', () => {
  const still = { n: 500, mean: 7, variance: 0 };
  expect(compareMeans(UP, still, still, 0.01)?.lowerBound).toBeLessThan(0);
  expect(compareMeans({ direction: 'up', margin: 0 }, still, still, 0.01)?.lowerBound).toBe(0);
});

interface Vector {
  name: string;
  a: { n: number };
  b: { n: number };
  tuning?: number;
  sided?: 'greater' | 'lesser';
  sequential?: false;
  expect: { estimate: number; stddev: number; ci: [number | '-inf', number | 'inf'] };
}
const VECTORS = new URL('../../../shared/vectors/statistics/growthbook_sequential_ci.json', import.meta.url);

it.skipIf(!existsSync(VECTORS))('Another system’s sequential intervals are ours (shared/vectors/statistics)', () => {
  const { cases, alpha } = JSON.parse(readFileSync(VECTORS, 'utf8')) as { cases: Vector[]; alpha: number };
  const sequential = cases.filter((vector) => vector.sequential !== false);
  expect(sequential.length).toBeGreaterThan(4);
  for (const { name, a, b, tuning, sided, expect: wanted } of sequential) {
    const width = halfWidth(wanted.stddev, a.n + b.n, alpha, sided === undefined ? 'two' : 'one', tuning);
    const [low, high] = wanted.ci;
    // The vectors with two sides are rounded to five decimals, and so is the error that they begin with.
    const digits = sided === undefined ? 3 : 8;
    if (low !== '-inf') expect(wanted.estimate - width, name).toBeCloseTo(low, digits);
    if (high !== 'inf') expect(wanted.estimate + width, name).toBeCloseTo(high, digits);
  }
});
