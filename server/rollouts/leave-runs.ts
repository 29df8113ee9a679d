import { joinTouched } from '../changes/combine-works.ts';
import type { Ground, Touched } from '../changes/door.ts';
import type { Tx } from '../database/connect.ts';
import { endRun } from '../decisions/move-run.ts';
import type { Run } from '../decisions/rollout.ts';
import { Problem } from '../platform/problem.ts';
import { writeAnchor } from './leave-environment.ts';
import { type LockedRollout, saveMove } from './lock-rollout.ts';
import { beginReach } from './reach.ts';
import { saveReach } from './run-store.ts';
import { lockSelected, type RunSelection, type SelectedBy } from './select-runs.ts';
import { closeStageApprovals, stageAskOf } from './stage-approvals.ts';
import type { FlagWrite } from './write-run.ts';

/** A run that was left. */
export interface LeftRun {
  rollout: string;
  flag: string;
  from: Run;
  run: Run;
  /** What was written of its flag, with both sides for the log; undefined where it had served nobody anything. */
  write?: FlagWrite;
  /** Somebody has edited what it owned, so nothing was written back: that stands. */
  kept?: string;
}

export interface LeftRuns {
  runs: LeftRun[];
  touched: Touched;
  /**
   * To be called with the change's id, by the `afterEntry` of whoever leaves them: only then it is followed whether what
   * was written is in force, and said loudly where it is not.
   */
  afterEntry(tx: Tx, changeId: number): Promise<void>;
}

/**
 * Leaves several live runs inside of somebody else's change: their flags serve what they served before, and nothing else
 * of them is touched. The environments in which they have served anything must be those of the change. What it must be
 * allowed to is asked by whoever makes the change.
 */
export async function leaveRuns(tx: Tx, ground: Ground, by: SelectedBy, selection: RunSelection): Promise<LeftRuns> {
  return leaveEach(tx, ground, by, selection, async (locked) => {
    try {
      return await writeAnchor(tx, ground, locked, locked.kept.run, 'rolledBack');
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'changed_since') throw error;
      return { run: endRun(locked.kept.run, 'ended', ground.now), kept: error.message };
    }
  });
}

/**
 * Ends several live runs for whoever writes their flags whole in the same change, and after this: nothing of the flags is
 * written here, and what they owned is nobody's any more.
 */
export async function endRuns(tx: Tx, ground: Ground, by: SelectedBy, selection: RunSelection): Promise<LeftRuns> {
  return leaveEach(tx, ground, by, selection, async ({ kept }) => ({
    run: endRun(kept.run, 'rolledBack', ground.now),
  }));
}

async function leaveEach(
  tx: Tx,
  ground: Ground,
  { projectId, actor, reason }: SelectedBy,
  selection: RunSelection,
  leave: (locked: LockedRollout) => Promise<Pick<LeftRun, 'run' | 'write' | 'kept'>>,
): Promise<LeftRuns> {
  const runs: LeftRun[] = [];
  for (const locked of await lockSelected(tx, projectId, selection)) {
    const { rollout, kept } = locked;
    if (kept.run.stage >= 0) requirePlace(ground, kept.run);
    const left = await leave(locked);
    const action = left.kept === undefined ? ('rollBack' as const) : ('end' as const);
    const said = left.kept === undefined ? `Rolls back: ${reason}` : `Ends: ${left.kept} ${reason}`;
    const decided = { actor, action, reason: said, because: [reason] };
    await saveMove(tx, locked, { run: left.run, now: ground.now, decided });
    const ask = stageAskOf(rollout, kept.run);
    if (ask !== undefined) await closeStageApprovals(tx, ask, false, ground.now);
    runs.push({ rollout: rollout.id, flag: kept.flag, from: kept.run, ...left });
  }
  return {
    runs,
    touched: joinTouched(runs.flatMap(({ write }) => write?.touched ?? [])),
    afterEntry: async (inside, changeId) => {
      for (const { from, run, kept } of runs) {
        // Before its first stage it had written nothing, so there is nothing to come into force.
        if (from.stage < 0 || kept !== undefined) continue;
        await saveReach(inside, run.id, beginReach(requirePlace(ground, run), changeId, ground.now));
      }
    },
  };
}

/** What is written in an environment that the change does not alter would be seen by nobody: a mistake of the caller. */
function requirePlace(ground: Ground, { environmentId, environment }: Run) {
  const place = ground.environments.get(environmentId);
  if (place === undefined) throw new Error(`a run is left in ${environment}, which this change does not alter`);
  return place;
}
