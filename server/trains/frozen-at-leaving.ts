import { type Freeze, type Frozen, freezeAt } from '../environments/freeze.ts';
import type { Departure } from './departure.ts';

/**
 * The freeze in which its environment is when it is to leave: at its time, and now where that is over or it has none.
 * Those for some flags alone keep nobody from leaving.
 */
export function frozenAtLeaving(freezes: readonly Freeze[], departure: Departure, now: Date): Frozen | null {
  const { environmentId, leavesAt } = departure;
  return freezeAt(freezes, environmentId, leavesAt !== null && leavesAt > now ? leavesAt : now);
}
