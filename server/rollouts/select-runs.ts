import type { Tx } from '../database/connect.ts';
import type { LockedRollout } from './lock-rollout.ts';
import { lockRollout } from './rollout-store.ts';
import { lockLiveRuns, lockLiveRunsOf } from './run-store.ts';

/** Runs that are meant together: those of some rollouts, wherever they are, or those of some flags in an environment. */
export type RunSelection = { rollouts: readonly string[] } | { environmentId: number; flags: readonly string[] };

/** Who does something with several runs, and why; they are of one project. */
export interface SelectedBy {
  projectId: number;
  /** `train:weekly`, `person:4f2a`. */
  actor: string;
  /** A sentence; it stands in the log of each rollout. */
  reason: string;
}

/** The live ones of a selection with their rollouts, under their locks; those of another project are left out. */
export async function lockSelected(tx: Tx, projectId: number, selection: RunSelection): Promise<LockedRollout[]> {
  const runs =
    'rollouts' in selection
      ? await lockLiveRunsOf(tx, selection.rollouts)
      : await lockLiveRuns(tx, selection.environmentId, selection.flags);
  const found: LockedRollout[] = [];
  for (const kept of runs) {
    const rollout = kept.projectId === projectId ? await lockRollout(tx, kept.run.rollout) : undefined;
    if (rollout !== undefined) found.push({ rollout, kept });
  }
  return found;
}
