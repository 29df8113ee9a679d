import { halfWidth } from './confidence-sequence.ts';
import type { Tolerance } from './rate-evidence.ts';

/** Count, mean and unbiased variance of the first value of each unit of an arm. */
export interface ArmValues {
  n: number;
  mean: number;
  variance: number;
}

/** A smaller arm is not judged: the interval holds for means that are nearly normal. */
export const FEWEST_VALUES = 100;

/** How much worse than tolerated the treatment is, with what is certain of it. */
export interface MeanDifference {
  difference: number;
  standardError: number;
  /** The guard fails where this is above 0. */
  lowerBound: number;
}

/**
 * Compares two means: `d = m_T − (1+m)·m_C` where more is worse, `(1−m)·m_C − m_T` where less is, and the lower bound of
 * its one-sided confidence sequence at `alpha` (that of the entry: see `entryAlpha`). Undefined before 100 units per arm.
 */
export function compareMeans(
  { direction, margin }: Tolerance,
  treatment: ArmValues,
  control: ArmValues,
  alpha: number,
): MeanDifference | undefined {
  if (Math.min(treatment.n, control.n) < FEWEST_VALUES) return undefined;
  const tolerated = direction === 'up' ? 1 + margin : 1 - margin;
  const excess = treatment.mean - tolerated * control.mean;
  const difference = direction === 'up' ? excess : -excess;
  const variance = treatment.variance / treatment.n + (tolerated ** 2 * control.variance) / control.n;
  const standardError = Math.sqrt(variance);
  const units = treatment.n + control.n;
  return { difference, standardError, lowerBound: difference - halfWidth(standardError, units, alpha, 'one') };
}
