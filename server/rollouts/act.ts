import { formatPosition } from '@turnout/core';
import { actorOf, type RolloutPrincipal } from '../access/principal.ts';
import { commitChange } from '../changes/commit-change.ts';
import type { ChangeOrder, Ground, Written } from '../changes/door.ts';
import type { Tx } from '../database/connect.ts';
import { sayAlone } from '../decisions/decide-words.ts';
import type { Action, Decision, Evidence } from '../decisions/decision.ts';
import { endRun, pauseRun } from '../decisions/move-run.ts';
import { noteSeen } from '../decisions/note-seen.ts';
import { isLive, type Run } from '../decisions/rollout.ts';
import { killInChange, newKillId } from '../delivery/kill-in-change.ts';
import { requireFlag } from '../flags/flag-place.ts';
import type { HeldLease } from '../platform/lease.ts';
import { insertDecision } from './decision-store.ts';
import { type EntryGround, writeEntry } from './enter-next.ts';
import { arriveNext, writeAnchor, writeFinish } from './leave-environment.ts';
import { type LockedRollout, lockWhole, requireVersion, saveMove } from './lock-rollout.ts';
import type { LoopParts } from './loop-parts.ts';
import { beginReach } from './reach.ts';
import { requireOnward } from './require-onward.ts';
import { type PinnedRollout, saveRollout, withState } from './rollout-store.ts';
import { type BesideRun, insertRun, saveReach } from './run-store.ts';
import { closeStageApprovals, stageAskOf } from './stage-approvals.ts';
import type { FlagWrite } from './write-run.ts';

/** What the loop decided, on what, and under which lease it acts. */
export interface Decided {
  rollout: PinnedRollout;
  /** As it was read, with the time in which it stands still counted. */
  run: Run;
  decision: Decision;
  evidence: Evidence;
  beside: BesideRun;
  lease: HeldLease;
}

/** Those of the actions that move a run. */
export type Move = Exclude<Action, 'hold' | 'needApproval'>;

const ACTIONS: Record<Move, string> = {
  advance: 'rollout.advance',
  finish: 'rollout.finish',
  rollBack: 'rollout.rollback',
  kill: 'rollout.kill',
  pause: 'rollout.pause',
  end: 'rollout.end',
};

/**
 * Does what was decided, through the same door as everybody, as one change: the flag, the run, the rollout and the record
 * of the decision are written together or not at all. Throws where the run moved since it was decided on.
 */
export async function actOn(
  parts: Pick<LoopParts, 'door' | 'finished' | 'sources'>,
  decided: Decided,
  move: Move,
  entry: EntryGround,
): Promise<void> {
  const { rollout, run, decision, lease } = decided;
  const writes = changesFlag(run, move);
  const killId = move === 'kill' && writes ? newKillId() : undefined;
  const order: ChangeOrder = {
    projectId: rollout.projectId,
    environmentIds: writes ? [run.environmentId] : [],
    principal: principalOf(rollout),
    action: ACTIONS[move],
    subject: writes ? `flag/${rollout.flag}` : `rollout/${rollout.id}`,
    reason: decision.reason,
    lease,
    ...(move === 'rollBack' || move === 'kill' ? { toAnchor: true as const } : {}),
    ...(killId === undefined ? {} : { killId }),
  };
  await commitChange(parts.door, order, async (tx, ground) => {
    const locked = await lockWhole(tx, rollout.projectId, rollout.id);
    requireVersion(locked, run);
    if (move === 'advance' || move === 'finish') {
      await requireOnward(tx, parts.sources, locked, { run, move, now: ground.now });
    }
    const noted = noteSeen(run, decided, rollout.pinned, ground.now);
    const moved = await moveRun(tx, ground, locked, { decided, run: noted, move, entry });
    const ask = stageAskOf(rollout, run);
    if (ask !== undefined) await closeStageApprovals(tx, ask, move === 'advance', ground.now);
    const kill = killId === undefined ? undefined : await writeKill(tx, ground, { id: killId, decided, order });
    const done = written(rollout, { ...moved, from: run, kill, ground, killId });
    return move === 'finish' && moved.write !== undefined ? tellFinished(parts, done, { locked, moved, ground }) : done;
  });
}

/** Whoever keeps what a finished run has proven does so in the same transaction, once the change has its number. */
function tellFinished(
  { finished }: Pick<LoopParts, 'finished'>,
  done: Written<Run>,
  { locked, moved, ground }: { locked: LockedRollout; moved: Moved; ground: Ground },
): Written<Run> {
  const { rollout } = locked;
  const environment = ground.environments.get(moved.run.environmentId);
  if (finished === undefined || environment === undefined) return done;
  const isLast = moved.endedBecause !== undefined || rollout.step + 1 >= rollout.pinned.path.length;
  const position = formatPosition({ epoch: environment.epoch, revision: environment.revision + 1 });
  return {
    ...done,
    afterEntry: async (tx, changeId) => {
      await done.afterEntry?.(tx, changeId);
      await finished(tx, { rollout, run: moved.run, environment, isLast, position, changeId, now: ground.now });
    },
  };
}

/** What the loop is to the door: only the places of the path are its own. */
export function principalOf({ id, projectId, environmentIds }: PinnedRollout): RolloutPrincipal {
  return { kind: 'rollout', id, projectId, environmentIds };
}

/** Before the first stage nothing was written, so nothing is written back; a pause touches nothing at all. */
function changesFlag({ stage }: Run, move: Move): boolean {
  if (move === 'advance') return true;
  return move !== 'pause' && move !== 'end' && stage >= 0;
}

interface Moved {
  run: Run;
  write?: FlagWrite;
  /** Why the rollout ended where it was to go on. */
  endedBecause?: string;
}

async function moveRun(
  tx: Tx,
  ground: Ground,
  locked: LockedRollout,
  { decided, run, move, entry }: { decided: Decided; run: Run; move: Move; entry: EntryGround },
): Promise<Moved> {
  const moved = await nextOf(tx, ground, locked, { run, move, entry, decision: decided.decision });
  const { decision, evidence, beside } = decided;
  const actor = actorOf(principalOf(locked.rollout));
  const kept = { ...decision, actor, evidence };
  const rollout = await saveMove(tx, locked, {
    ...{ run: moved.run, now: ground.now, decided: kept },
    beside: { ...beside, decision, decidedAt: ground.now },
  });
  if (moved.run.state !== 'finished' || !isLive(rollout.state)) return moved;
  const next = await arriveNext(tx, rollout, ground.now);
  if (typeof next !== 'string') {
    await insertRun(tx, next, rollout.flag, ground.now);
    return moved;
  }
  // What is finished stays so; the rest of the path is not walked.
  const because = `It does not go on: ${next}.`;
  await saveRollout(tx, withState(rollout, 'ended', ground.now));
  await insertDecision(tx, moved.run, ground.now, { actor, action: 'end', reason: because, because: [because] });
  return { ...moved, endedBecause: because };
}

async function nextOf(
  tx: Tx,
  ground: Ground,
  locked: LockedRollout,
  { run, move, entry, decision }: { run: Run; move: Move; entry: EntryGround; decision: Decision },
): Promise<Moved> {
  switch (move) {
    case 'advance':
      return writeEntry(tx, ground, locked, run, 'next', entry);
    case 'finish':
      return writeFinish(tx, ground, locked, run);
    case 'rollBack':
      return writeAnchor(tx, ground, locked, run, 'rolledBack');
    case 'kill':
      return writeAnchor(tx, ground, locked, run, 'killed');
    case 'end':
      return { run: endRun(run, 'ended', ground.now) };
    case 'pause': {
      const actor = actorOf(principalOf(locked.rollout));
      const cause = decision.cause ?? 'guard';
      return { run: pauseRun(run, { cause, actor, reason: sayAlone(decision.reason), now: ground.now }) };
    }
  }
}

async function writeKill(
  tx: Tx,
  { environments, now }: Ground,
  { id, decided, order }: { id: string; decided: Decided; order: ChangeOrder },
) {
  const { rollout, run, decision } = decided;
  const flag = await requireFlag(tx, rollout.projectId, rollout.flag);
  return killInChange(tx, {
    ...{ id, environmentId: run.environmentId, flagId: flag.id, flagKey: flag.key, at: now },
    epoch: environments.get(run.environmentId)?.epoch ?? '',
    actor: actorOf(order.principal),
    reason: decision.reason,
  });
}

/** What the door is told, and what is remembered of the change: where it leads, so that it can be seen to be in force. */
export function written(
  rollout: PinnedRollout,
  moved: Moved & {
    from: Run;
    ground: Ground;
    kill?: Required<Pick<Written<unknown>, 'settles' | 'afterEntry'>> | undefined;
    killId?: string | undefined;
  },
): Written<Run> {
  const { run, write, from, ground, kill, killId } = moved;
  if (write === undefined) {
    return {
      ...{ result: run, touched: { flags: [], segments: [] } },
      before: showState(from),
      after: { ...showState(run), flag: rollout.flag },
    };
  }
  return {
    result: run,
    ...write,
    ...(kill === undefined ? {} : { settles: kill.settles }),
    afterEntry: async (tx, changeId) => {
      await kill?.afterEntry(tx, changeId);
      const place = ground.environments.get(run.environmentId);
      if (place === undefined) return;
      await saveReach(tx, run.id, beginReach(place, changeId, ground.now, killId));
    },
  };
}

function showState({ environment, state, stage, entry }: Run) {
  return { environment, state, stage, entry };
}
