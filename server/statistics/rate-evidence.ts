import { type Counts, evidenceWithRestarts } from './evidence-with-restarts.ts';

/** Which way is worse, and the relative change that is tolerated: 0.2 is 20 %. A fall of 100 % cannot be tolerated. */
export interface Tolerance {
  direction: 'up' | 'down';
  margin: number;
}

/** Units with the event in the two equal arms. */
export interface ArmHits {
  treatment: number;
  control: number;
}

/**
 * The largest share of the event-units that the arm to be watched may have while the change is within the margin: the
 * treatment where more is worse, and the control where less is. Half of the units are in each arm.
 */
export function toleratedShare({ direction, margin }: Tolerance): number {
  return direction === 'up' ? (1 + margin) / (2 + margin) : 1 / (2 - margin);
}

/**
 * How strongly the counts of an entry speak for a rate that is worse than tolerated, as ln of an e-value: the guard fails
 * where it reaches `guardBound`. `restarts` are (treatment, control) as they were at every 200th event-unit.
 */
export function rateEvidence(
  tolerance: Tolerance,
  hits: ArmHits,
  restarts: readonly (readonly [treatment: number, control: number])[],
): number {
  const share = toleratedShare(tolerance);
  if (tolerance.direction === 'up') return evidenceWithRestarts([hits.treatment, hits.control], restarts, share);
  const turned = restarts.map(([treatment, control]): Counts => [control, treatment]);
  return evidenceWithRestarts([hits.control, hits.treatment], turned, share);
}

/**
 * The same for a rate against a fixed limit, without a control: exposed units whose window is over, with a hit inside of
 * it and without. `restarts` are (bad, good) as they were at each opening.
 */
export function limitEvidence(
  limit: number,
  units: { bad: number; good: number; restarts: readonly (readonly [bad: number, good: number])[] },
): number {
  return evidenceWithRestarts([units.bad, units.good], units.restarts, limit);
}
