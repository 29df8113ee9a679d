import type { Problem } from '../platform/problem.ts';
import type { Door, EnvironmentStep } from './door.ts';

/** What a dry run met on its way, beside what its use case answers. */
export interface Rehearsed {
  /** Where it would have altered what is served; none where only the log would know of it. */
  steps: readonly EnvironmentStep[];
  /** What would have stood in the way of the very same change. */
  refusal: Problem | undefined;
  /** Whether anything would have changed. */
  changes: boolean;
}

/** The parts of a use case, and where they only rehearse, what was met so far. */
export interface Attempt<P> {
  parts: P;
  rehearsed: Rehearsed | undefined;
}

/** The parts as they are, or for a dry run with a door that takes everything back. */
export function attempt<P extends { door: Door }>(parts: P, isDry: boolean): Attempt<P> {
  if (!isDry) return { parts, rehearsed: undefined };
  const rehearsed: Rehearsed = { steps: [], refusal: undefined, changes: false };
  return { parts: { ...parts, door: rehearsalDoor(parts.door, rehearsed) }, rehearsed };
}

/** Whether something changed; in a dry run, whether it would. */
export function hasChanged({ rehearsed }: Attempt<unknown>, change: object | undefined): boolean {
  return rehearsed === undefined ? change !== undefined : rehearsed.changes;
}

/**
 * A door through which the very code of a change goes, with its locks, its checks and its writes. What the checks would
 * refuse is noted and stops nothing: whoever asks sees both what would come of it and what stands in its way.
 */
function rehearsalDoor(door: Door, rehearsed: Rehearsed): Door {
  return {
    ...door,
    rehearses: true,
    // Kills that wait for the log are no part of what is asked, and to record them would be a change.
    settleFirst: async () => undefined,
    checks: [
      async (tx, order, steps) => {
        rehearsed.steps = steps;
        rehearsed.changes = true;
        for (const check of door.checks) rehearsed.refusal ??= await check(tx, order, steps);
        return undefined;
      },
    ],
  };
}
