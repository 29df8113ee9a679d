/**
 * When a train leaves. `train`: at each moment that a rule names; whoever misses it takes the next. `critical-mass`: when
 * so many changes are ready, or, where it is given, so long after the first came aboard. `deadline`: once, at a date that
 * does not move; what is not ready stays behind. `continuous`: each change by itself, as soon as it is ready.
 */
export type Velocity =
  | { kind: 'train'; rule: string; zone: string }
  | { kind: 'critical-mass'; changes: number; longestWaitMs: number | null }
  | { kind: 'deadline'; at: string }
  | { kind: 'continuous' };

/** What becomes of the others when one change of a departure fails. */
export type OnItemFail = 'eject' | 'hold' | 'recall';

/** Somebody stopped the line: nothing leaves and nothing grows until a release manager starts it again. */
export interface Stopped {
  by: string;
  at: string;
  reason: string;
}

/** A schedule on which changes leave together, for one environment. */
export interface Train {
  id: number;
  projectId: number;
  environmentId: number;
  /** The key of that environment. */
  environment: string;
  key: string;
  name: string;
  velocity: Velocity;
  /** So long before it leaves, the manifest is closed. 0 for trains that leave when something is ready. */
  cutOffMs: number;
  /** So long before it leaves one may come aboard; null: as soon as the one before has closed. */
  opensMs: number | null;
  /** `button`: it waits for somebody to press once its time has come. */
  mode: 'automatic' | 'button';
  onItemFail: OnItemFail;
  /** The batch cap; null for none. */
  mostCars: number | null;
  stopped: Stopped | null;
  /** How many departures it has had, this one included: the next is one more. */
  departures: number;
  archivedAt: Date | null;
  createdBy: string;
  createdAt: Date;
  version: number;
}
