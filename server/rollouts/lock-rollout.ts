import type { Tx } from '../database/connect.ts';
import { followRun } from '../decisions/move-rollout.ts';
import type { Run } from '../decisions/rollout.ts';
import { Problem } from '../platform/problem.ts';
import { insertDecision, type Kept } from './decision-store.ts';
import { lockRollout, type PinnedRollout, saveRollout, withState } from './rollout-store.ts';
import { type BesideRun, type KeptRun, lockRunOf, saveRun } from './run-store.ts';

/** A rollout with the run in which it is, or was last, under their locks. */
export interface LockedRollout {
  rollout: PinnedRollout;
  kept: KeptRun;
}

/** Throws 404 where the project has no such rollout. */
export async function lockWhole(tx: Tx, projectId: number, id: string): Promise<LockedRollout> {
  // The run first, as everybody locks them.
  const kept = await lockRunOf(tx, id);
  const rollout = await lockRollout(tx, id);
  if (kept === undefined || rollout?.projectId !== projectId) {
    throw new Problem('not_found', 'There is no such rollout in this project.');
  }
  return { rollout, kept };
}

/** What was decided on was this version of it; whoever comes later than somebody else decides again. */
export function requireVersion({ kept }: LockedRollout, decidedOn: Run): void {
  if (kept.run.id === decidedOn.id && kept.run.version === decidedOn.version) return;
  throw new Problem('changed_since', 'The rollout moved since this was decided.');
}

/** Writes a run that moved, its rollout after it, and why; answers the rollout. */
export async function saveMove(
  tx: Tx,
  { rollout, kept }: LockedRollout,
  move: { run: Run; now: Date; decided: Kept; beside?: BesideRun },
): Promise<PinnedRollout> {
  const { run, now, decided, beside } = move;
  const moved = followRun(rollout, run, rollout.pinned);
  const allowed = { ...rollout, step: moved.step, protectedIds: allowedIn(rollout, kept.run, run) };
  const next = withState(allowed, moved.state, now);
  if (!(await saveRun(tx, run, now, beside)) || !(await saveRollout(tx, next))) {
    throw new Problem('changed_since', 'The rollout moved at this very moment. Look at it, and try again.');
  }
  await insertDecision(tx, kept.run, now, decided);
  return { ...next, version: next.version + 1 };
}

/** Only somebody who may grow there resumes: from then on it is allowed in a place that was protected after it began. */
function allowedIn({ protectedIds }: PinnedRollout, before: Run, after: Run): PinnedRollout['protectedIds'] {
  const { environmentId, isProtected } = before;
  const isResumed = before.state === 'paused' && (after.state === 'running' || after.state === 'waiting');
  if (!isResumed || !isProtected || protectedIds === null) return protectedIds;
  return [...new Set([...protectedIds, environmentId])];
}
