/** Coefficients of the asymptotic series of ln Γ after its leading terms: B₂ₖ/(2k(2k−1)). */
const SERIES = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360_360, 1 / 156, -3617 / 122_400];
/** From here on the series is exact to the last bit that a double has. */
const SERIES_FROM = 12;

/**
 * What Stirling's formula leaves out: `δ(x) = ln Γ(x) − (x − ½)·ln x + x − ½·ln 2π`, for x > 0. Sums of log-gammas are
 * written with it, so that their large parts cancel on paper: ln Γ(10⁷) itself is near 1.5·10⁸, of which a double keeps
 * no more than seven decimals, while δ keeps all of them.
 *
 * Source: C. Loader, Fast and Accurate Computation of Binomial Probabilities (2000), for real x.
 */
export function stirlingError(x: number): number {
  let at = x;
  let sum = 0;
  // ln Γ(x + 1) = ln Γ(x) + ln x, with the parts of Stirling's formula taken off on both sides.
  while (at < SERIES_FROM) {
    sum += (at + 0.5) * Math.log1p(1 / at) - 1;
    at += 1;
  }
  const square = 1 / (at * at);
  let series = 0;
  for (let k = SERIES.length - 1; k >= 0; k--) series = series * square + SERIES[k]!;
  return sum + series / at;
}
