/**
 * How far a count is from its mean: `x·ln(x/mean) + mean − x`, for x > 0 and mean > 0; 0 where they are the same. Near the
 * mean its terms cancel, so there it is summed as a series that has no such terms.
 *
 * Source: C. Loader, Fast and Accurate Computation of Binomial Probabilities (2000), the function bd0.
 */
export function deviance(x: number, mean: number): number {
  const off = x - mean;
  if (Math.abs(off) >= 0.1 * (x + mean)) return x * Math.log(x / mean) - off;
  const v = off / (x + mean);
  const square = v * v;
  let sum = off * v;
  let power = 2 * x * v;
  for (let j = 3; ; j += 2) {
    power *= square;
    const next = sum + power / j;
    if (next === sum) return sum;
    sum = next;
  }
}
