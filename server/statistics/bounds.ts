/** The share of runs in which the arms may be called unequal although they are not. */
const RATIO_ALPHA = 0.001;

/**
 * What one guard may spend of the run's false-alarm budget in its i-th measured entry, from 1. Entries never add their
 * evidence, for the same units come again; instead each tests alone, and 1/(i(i+1)) sums to one over all there may be.
 */
export function entryAlpha(alpha: number, guards: number, entry: number): number {
  return alpha / (guards * entry * (entry + 1));
}

/** What the evidence of a rate or of an absolute guard fails at: `ln(k·i(i+1)/α)`. */
export function guardBound(alpha: number, guards: number, entry: number): number {
  return -Math.log(entryAlpha(alpha, guards, entry));
}

/** What the sample ratio fails at: a budget of its own, for it says nothing of the variant. */
export function ratioBound(entry: number): number {
  return guardBound(RATIO_ALPHA, 1, entry);
}
