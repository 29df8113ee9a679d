import type { Ground } from '../changes/door.ts';
import type { Tx } from '../database/connect.ts';
import { pauseRun } from '../decisions/move-run.ts';
import type { PauseCause } from '../decisions/rollout.ts';
import { saveMove } from './lock-rollout.ts';
import { lockSelected, type RunSelection, type SelectedBy } from './select-runs.ts';
import { closeStageApprovals, stageAskOf } from './stage-approvals.ts';

/**
 * Pauses several runs inside of somebody else's change; nothing of their flags is touched. Those that are paused already
 * stay so, for the reason that they have. Answers the rollouts that stand still now and did not before.
 */
export async function pauseRuns(
  tx: Tx,
  { now }: Pick<Ground, 'now'>,
  { projectId, actor, reason }: SelectedBy,
  selection: RunSelection,
  cause: PauseCause = 'train',
): Promise<string[]> {
  const paused: string[] = [];
  for (const locked of await lockSelected(tx, projectId, selection)) {
    const { rollout, kept } = locked;
    if (kept.run.state === 'paused') continue;
    const run = pauseRun(kept.run, { cause, actor, reason, now });
    const decided = { actor, action: 'pause' as const, reason: `Pauses: ${reason}`, because: [reason] };
    await saveMove(tx, locked, { run, now, decided });
    const ask = stageAskOf(rollout, kept.run);
    if (ask !== undefined) await closeStageApprovals(tx, ask, false, now);
    paused.push(rollout.id);
  }
  return paused;
}
