/** For so many units the interval is tightest; at other numbers it is only wider, and never wrong. */
const TIGHTEST_AT = 5000;

/** One bound alone, or both: one alone may stand closer at the same alpha. */
export type Sides = 'one' | 'two';

/**
 * The scale of the mixture that makes the interval tightest at `tightestAt` units:
 * `√((−2 ln a + ln(−2 ln a + 1))/N*)`, with a = α for two sides and 2α for one.
 */
export function mixtureScale(alpha: number, sides: Sides, tightestAt = TIGHTEST_AT): number {
  const log = -2 * Math.log(sides === 'two' ? alpha : 2 * alpha);
  return Math.sqrt((log + Math.log(log + 1)) / tightestAt);
}

/**
 * Half the width of an asymptotic confidence sequence: an interval for a mean, or for a difference of means, that holds
 * at all times at once with a probability of 1 − α, however often one looks. `n` units made the estimate, and `error` is
 * its standard error.
 *
 * Source: I. Waudby-Smith, D. Arbour, R. Sinha, E. H. Kennedy and A. Ramdas, Time-uniform central limit theory and
 * asymptotic confidence sequences, arXiv 2103.06476.
 */
export function halfWidth(error: number, n: number, alpha: number, sides: Sides, tightestAt = TIGHTEST_AT): number {
  const scaled = n * mixtureScale(alpha, sides, tightestAt) ** 2;
  const root = Math.sqrt(scaled + 1);
  const inside = sides === 'two' ? root / alpha : 1 + root / (2 * alpha);
  return error * Math.sqrt(n) * Math.sqrt(((2 * (scaled + 1)) / (scaled * n)) * Math.log(inside));
}
