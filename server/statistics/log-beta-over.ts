import { deviance } from './deviance.ts';
import { stirlingError } from './stirling-error.ts';

const LOG_ROOT_OF_TWO_PI = Math.log(2 * Math.PI) / 2;

/**
 * `ln( B(x) / Π pᵢ^xᵢ )`: the logarithm of the multivariate beta function over the same powers of shares, with every
 * xᵢ > 0, every pᵢ > 0, and the shares summing to 1. Both of our likelihood ratios are made of it. Written as a sum of
 * deviances, nothing large is left to cancel: it keeps ten decimals for counts of ten million, where a difference of
 * log-gammas keeps seven.
 *
 * `Σ deviance(xᵢ, X·pᵢ) − ½·Σ ln xᵢ + ½·ln X + Σ δ(xᵢ) − δ(X) + (n−1)·½·ln 2π`, with X = Σ xᵢ.
 */
export function logBetaOver(x: readonly number[], shares: readonly number[]): number {
  const total = x.reduce((sum, each) => sum + each, 0);
  let log = Math.log(total) / 2 - stirlingError(total) + (x.length - 1) * LOG_ROOT_OF_TWO_PI;
  for (const [index, each] of x.entries()) {
    log += deviance(each, total * shares[index]!) - Math.log(each) / 2 + stirlingError(each);
  }
  return log;
}
