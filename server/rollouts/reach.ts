import { formatPosition } from '@turnout/core';

/**
 * How far what a run last wrote has come: committed, served by every node and in force in every app, or not in time.
 * Only what is in force counts as done: a bake begins then, and "rolled back" is said then.
 */
export interface Reach {
  /** `epoch.revision` that the change led to. */
  position: string;
  changeId: number;
  /** The kill that was written in the same change, where one was. */
  kill?: string;
  writtenAt: string;
  /** When everybody had it; null until then. */
  reachedAt: string | null;
  /** When it was first said that it does not come; null while it may still come, and where it came in time. */
  lateAt: string | null;
  laggards: string[];
}

/** Where the change that is being committed leads; nobody was asked yet whether it is in force. */
export function beginReach(
  written: { epoch: string; revision: number },
  changeId: number,
  now: Date,
  kill?: string,
): Reach {
  return {
    position: formatPosition({ epoch: written.epoch, revision: written.revision + 1 }),
    ...{ changeId, writtenAt: now.toISOString(), reachedAt: null, lateAt: null, laggards: [] },
    ...(kill === undefined ? {} : { kill }),
  };
}

/** How far a change of a run has come, in a word for the screen. */
export type ReachState = 'pending' | 'reached' | 'late';

export function stateOfReach({ reachedAt, lateAt }: Reach): ReachState {
  if (reachedAt !== null) return 'reached';
  return lateAt === null ? 'pending' : 'late';
}

/** So long nodes and apps have time; apps acknowledge within a second, and a node finds out within two. */
export const REACH_MS = 15_000;

/** How it stands after a look at who has it. */
export function followReach(reach: Reach, seen: { effective: boolean; laggards: string[] }, now: Date): Reach {
  if (reach.reachedAt !== null) return reach;
  if (seen.effective) return { ...reach, reachedAt: now.toISOString(), laggards: [] };
  const isLate = now.getTime() - Date.parse(reach.writtenAt) >= REACH_MS;
  return {
    ...reach,
    laggards: seen.laggards,
    lateAt: reach.lateAt ?? (isLate ? now.toISOString() : null),
  };
}
