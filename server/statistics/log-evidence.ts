import { betaFraction } from './beta-fraction.ts';
import { logBetaOver } from './log-beta-over.ts';

/**
 * The one-sided e-value, as a logarithm, that a share is above `share`: of `hits + misses` units with the event, `hits`
 * were where the share counts them. It is 0 before the first, and if the true share is at most `share` it ever passes
 * ln(1/α) with a probability of at most α, however often one looks.
 *
 * `betaln(1+s, 1+f) − s·ln θ0 − f·ln(1−θ0) + ln P(Beta(1+s, 1+f) > θ0) − ln(1−θ0)`. The first three are −ln of the density
 * of Beta(1+s, 1+f) at θ0, so where the survival is small, density and survival are divided before a logarithm is taken:
 * both may lie far below the smallest double.
 *
 * Source: M. Lindon and A. Malek, Anytime-Valid Inference for Multinomial Count Data, arXiv 2011.03567.
 */
export function logEvidence(hits: number, misses: number, share: number): number {
  const [a, b, rest] = [1 + hits, 1 + misses, 1 - share];
  // Survival is the smaller side: survival/density is θ0·(1−θ0)/b times the fraction.
  if (rest <= (b + 1) / (a + b + 2)) return Math.log((share / b) * betaFraction(b, a, rest));
  const minusLogDensity = logBetaOver([a, b], [share, rest]) + Math.log(share) + Math.log(rest);
  const below = Math.exp(Math.log((share * rest) / a) - minusLogDensity) * betaFraction(a, b, share);
  return minusLogDensity + Math.log1p(-below) - Math.log(rest);
}
