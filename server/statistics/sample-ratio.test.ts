import { expect, it } from 'vitest';
import { ratioBound } from './bounds.ts';
import { sampleRatioEvidence } from './sample-ratio.ts';

const HALVES = [1 / 2, 1 / 2];

it.each([
  [[1000, 1200], HALVES, 7.140301875989605],
  [[500, 500, 600], [1 / 3, 1 / 3, 1 / 3], 2.942166040607067],
  [[0, 0], HALVES, 0],
  [[0, 3], HALVES, 0.029270382300113213],
  [[5_000_000, 5_000_000], HALVES, -5.758967665798696],
  [[5_010_000, 4_990_000], HALVES, 14.240847669120091],
])('The sample ratio of %j is exact for few and for ten million', (counts, shares, value) => {
  expect(sampleRatioEvidence(counts, shares)).toBeCloseTo(value, 9);
});

it('A tenth too few in one arm of 5,000 is no chance; what chance does is none', () => {
  expect(sampleRatioEvidence([5000, 4500], HALVES)).toBeGreaterThan(ratioBound(1));
  expect(sampleRatioEvidence([5050, 4950], HALVES)).toBeLessThan(0);
});
