import fc from 'fast-check';
import { expect, it } from 'vitest';
import { logEvidence } from './log-evidence.ts';
import { stirlingError } from './stirling-error.ts';

/** Digits after the point; the reference values were made with sixty digits by another program. */
const DIGITS = 9;

it.each([
  [25, 10, 0.5, 2.335940152203399],
  [12, 3, 0.5, 2.186776411961297],
  [30, 90, 0.1, 8.868056428464698],
  [30, 90, 2 / 17, 5.794507683593704],
  [12, 388, 0.01, 1.4336508542925794],
  [60, 20, 0.5454545454545454, 5.821876281175252],
  [160, 120, 0.5454545454545454, -1.6487164678729265],
  [60, 30, 5 / 9, 1.011735617724149],
])('The evidence of %i against %i over a share of %f agrees with its table', (hits, misses, share, value) => {
  expect(logEvidence(hits, misses, share)).toBeCloseTo(value, DIGITS);
});

it.each([
  [0, 0, 0.5, 0],
  [0, 1, 0.3, -Math.LN2],
  [1, 0, 0.3, 0.7731898882334818],
  [0, 5000, 0.5, -8.517393171418904],
  [5000, 0, 0.5, 3457.9116568088675],
  [200, 100_000, 0.5454545454545454, -11.511267455170083],
  [5_000_000, 5_000_000, 0.5, -7.833256547834427],
  [5_010_000, 4_990_000, 0.5, 12.859901965949337],
  [5_454_545, 4_545_455, 0.5454545454545454, -7.742356793240121],
  [9_999_999, 1, 0.5, 6931440.262555231],
  [1, 9_999_999, 0.5, -16.118095550958333],
  [100_000, 9_900_000, 0.01, -10.129160286356761],
  [100_800, 9_899_200, 0.01, -6.215437529456234],
])(
  'It keeps its decimals for %i against %i over %f, where a density would be no double',
  (hits, misses, share, value) => {
    // A millionth of a millionth of a large value is what a double has.
    expect(Math.abs(logEvidence(hits, misses, share) - value)).toBeLessThan(1e-9 * Math.max(1, Math.abs(value) / 1e3));
  },
);

it.each([
  [0.5, 0.15342640972002736],
  [1, 0.08106146679532726],
  [3.25, 0.025562157964525795],
  [33.333333333333336, 0.002499925019272713],
  [1e7, 8.33333333333333e-9],
])('What Stirling leaves out at %f is exact', (x, value) => {
  expect(Math.abs(stirlingError(x) / value - 1)).toBeLessThan(1e-12);
});

it('One more hit speaks for a higher share, and one more miss against it', () => {
  const count = fc.oneof(fc.nat(50), fc.nat(5_000), fc.nat(1_000_000));
  const share = fc.double({ min: 0.001, max: 0.999, noNaN: true });
  fc.assert(
    fc.property(count, count, share, (hits, misses, at) => {
      const here = logEvidence(hits, misses, at);
      expect(Number.isFinite(here)).toBe(true);
      expect(logEvidence(hits + 1, misses, at)).toBeGreaterThan(here - 1e-9);
      expect(logEvidence(hits, misses + 1, at)).toBeLessThan(here + 1e-9);
    }),
    { seed: 7, numRuns: 300 },
  );
});
