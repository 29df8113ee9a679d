import { logBetaOver } from './log-beta-over.ts';

/** The weight of the prior: how sure one is beforehand that the arms are as they were cut. */
const PRIOR = 100;

/**
 * How strongly the counts speak for arms that are not as they were cut, as ln of a Bayes factor that may be looked at at
 * any time: a sequential multinomial test with the prior `100·shares`. It fails at `ratioBound`. A quotient of two beta
 * functions over the same powers of the shares: `lnΓ(A) − Σ lnΓ(aᵢ) + Σ lnΓ(aᵢ+nᵢ) − lnΓ(A+N) − Σ nᵢ ln pᵢ`.
 *
 * Source: M. Lindon and A. Malek, Anytime-Valid Inference for Multinomial Count Data, arXiv 2011.03567.
 */
export function sampleRatioEvidence(counts: readonly number[], shares: readonly number[]): number {
  const prior = shares.map((share) => PRIOR * share);
  const posterior = prior.map((weight, index) => weight + counts[index]!);
  return logBetaOver(posterior, shares) - logBetaOver(prior, shares);
}
