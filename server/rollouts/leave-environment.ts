import type { Ground } from '../changes/door.ts';
import type { Tx } from '../database/connect.ts';
import { leaveRun } from '../decisions/grow-run.ts';
import { endRun } from '../decisions/move-run.ts';
import type { Run } from '../decisions/rollout.ts';
import { findFlag, flagsInEnvironments } from '../flags/flag-store.ts';
import { arriveAt } from './arrive-at.ts';
import type { LockedRollout } from './lock-rollout.ts';
import { placesOf } from './path-places.ts';
import type { PinnedRollout } from './rollout-store.ts';
import { type FlagWrite, requireOwned, rulesetOfRun, writeServed } from './write-run.ts';

export interface LeaveMove {
  run: Run;
  write?: FlagWrite;
}

/**
 * Writes back what the run found when it came, and takes away the rule that it put there and its mark on the flag, and
 * nothing else. Before the first stage there is nothing to write back.
 */
export async function writeAnchor(
  tx: Tx,
  ground: Ground,
  { rollout, kept }: LockedRollout,
  run: Run,
  state: 'rolledBack' | 'killed',
): Promise<LeaveMove> {
  const ended = endRun(run, state, ground.now);
  if (run.stage < 0 || run.wrote === null) return { run: ended };
  const found = await requireOwned(tx, run, { projectId: rollout.projectId, flag: kept.flag });
  const served = leaveRun(found.configuration, run.wrote, run.anchor);
  // What stood here when the run came is not refused, whatever has become of what it names.
  return { run: ended, write: await writeServed(tx, found, served, undefined) };
}

/** Gives everybody the new variant, and takes away what the run put there. */
export async function writeFinish(
  tx: Tx,
  ground: Ground,
  { rollout, kept }: LockedRollout,
  run: Run,
): Promise<LeaveMove> {
  const ended = endRun(run, 'finished', ground.now);
  const found = await requireOwned(tx, run, { projectId: rollout.projectId, flag: kept.flag });
  if (run.wrote === null) return { run: ended };
  const served = leaveRun(found.configuration, run.wrote, { variant: rollout.to });
  return { run: ended, write: await writeServed(tx, found, served, rulesetOfRun(ground, run)) };
}

/** The run in the environment where a rollout goes on, or why it cannot come there. */
export async function arriveNext(tx: Tx, rollout: PinnedRollout, now: Date): Promise<Run | string> {
  const next = rollout.pinned.path[rollout.step]?.environment ?? '';
  const flag = await findFlag(tx, rollout.projectId, rollout.flag);
  const place = (await placesOf(tx, rollout.projectId, rollout.pinned)).find(({ key }) => key === next);
  if (flag === undefined || place === undefined) return `the environment ${next} is not there any more`;
  const [found] = await flagsInEnvironments(tx, rollout.projectId, [flag.id], place.environmentId);
  if (found === undefined) return `the flag ${rollout.flag} is not in ${next}`;
  return arriveAt(rollout, found, { isProtected: place.isProtected, isFirst: false, now });
}
