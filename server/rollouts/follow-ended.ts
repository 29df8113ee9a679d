import { sayDuration } from '../decisions/decide-words.ts';
import type { HeldLease } from '../platform/lease.ts';
import { requireLease } from './check-lease.ts';
import { atPoints } from './crash-point.ts';
import { insertDecision, type Kept } from './decision-store.ts';
import type { LoopParts } from './loop-parts.ts';
import { followReach, type Reach } from './reach.ts';
import type { PinnedRollout } from './rollout-store.ts';
import { type KeptRun, saveLook } from './run-store.ts';

/**
 * Follows the last write of a run that is over until every node and app has it in force: only then it is said to be rolled
 * back. If it does not come in time that is said loudly, with the names of those that lag, and goes on being followed.
 */
export async function followEnded(
  parts: LoopParts,
  rollout: PinnedRollout,
  kept: KeptRun,
  lease: HeldLease,
): Promise<void> {
  const { door, sources, log, crash } = parts;
  const { run, flag, reach } = kept;
  if (reach === null) return;
  const { projectId } = rollout;
  const now = door.clock.now();
  const seen = await sources.seeReach({
    ...{ projectId, environmentId: run.environmentId, position: reach.position, flag },
  });
  const next = followReach(reach, seen, now);
  const told = tell(kept, reach, next, now);
  await atPoints(crash, 'keep reach', () =>
    door.db.transaction(async (tx) => {
      await requireLease(tx, lease);
      if (!(await saveLook(tx, run, { reach: next })) || told === undefined) return;
      await insertDecision(tx, run, now, { ...told, actor: `rollout:${rollout.id}` });
    }),
  );
  if (!told?.page) return;
  parts.paged?.(told.page);
  const { environment } = run;
  log.error(
    { page: told.page, rollout: rollout.id, flag, environment, reason: told.reason },
    'a rollback is not effective',
  );
}

const WORDS: Record<string, [done: string, late: string]> = {
  rolledBack: ['Rolled back', 'Rollback not effective'],
  killed: ['Killed and rolled back', 'Rollback not effective'],
  finished: ['Finished', 'Finish not effective'],
};

function tell({ run }: KeptRun, before: Reach, after: Reach, now: Date): Omit<Kept, 'actor'> | undefined {
  // What was served then is somebody's edit, and not the rollout's.
  if (run.state === 'ended') return undefined;
  // Nothing is decided any more: it is only told how far what was decided has come.
  const action = 'hold';
  const [done, late] = WORDS[run.state] ?? ['Ended', 'Not effective'];
  if (before.reachedAt === null && after.reachedAt !== null) {
    const ms = now.getTime() - Date.parse(after.writtenAt);
    const took = ms < 2_000 ? `${ms} ms` : sayDuration(ms);
    return { action, reason: `${done} in ${run.environment}: in force everywhere after ${took}.` };
  }
  if (before.lateAt !== null || after.lateAt === null) return undefined;
  const whom = after.laggards.length === 0 ? 'not every node could be asked' : after.laggards.slice(0, 10).join(', ');
  return { action, reason: `${late} in ${run.environment}: ${whom}.`, because: after.laggards, page: 'stopped' };
}
