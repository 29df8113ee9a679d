import { type Asking, orderOf } from '../access/asking.ts';
import { actorOf, type Principal } from '../access/principal.ts';
import { commitChange } from '../changes/commit-change.ts';
import type { ChangeOrder, ChangeReceipt, Ground } from '../changes/door.ts';
import type { Db, Tx } from '../database/connect.ts';
import type { Action } from '../decisions/decision.ts';
import { hasRatioAlarm } from '../decisions/guard-scope.ts';
import { pauseRun, pressRun } from '../decisions/move-run.ts';
import { isLive, type RolloutState, type Run } from '../decisions/rollout.ts';
import { invalid, Problem } from '../platform/problem.ts';
import { principalOf, written } from './act.ts';
import { askAgain } from './ask-again.ts';
import { type EntryMove, writeEntry } from './enter-next.ts';
import { writeAnchor } from './leave-environment.ts';
import { type LockedRollout, lockWhole, saveMove } from './lock-rollout.ts';
import { placesOf } from './path-places.ts';
import { principalNow } from './principal-now.ts';
import { readUnitsGround } from './read-units-ground.ts';
import type { RolloutParts } from './rollout-parts.ts';
import { findRollout, type PinnedRollout } from './rollout-store.ts';
import { runsOf } from './run-store.ts';
import { closeStageApprovals, stageAskOf } from './stage-approvals.ts';
import { type PathPlace, requireMayGrow, requireMayOverride, requireMayStop } from './steer-right.ts';

/** What a person may do with a live rollout. */
export type Steer = 'advance' | 'pause' | 'resume' | 'rollback' | 'override-ratio' | 'ask-again';

export interface Steered {
  change?: ChangeReceipt;
}

/** What each asks for, and what it is to the log of decisions. */
const STEERS: Record<Steer, { right: (principal: Principal, place: PathPlace) => void; decided: Action }> = {
  advance: { right: (principal, place) => requireMayGrow(principal, [place]), decided: 'advance' },
  pause: { right: requireMayStop, decided: 'pause' },
  resume: { right: (principal, place) => requireMayGrow(principal, [place]), decided: 'advance' },
  rollback: { right: requireMayStop, decided: 'rollBack' },
  'override-ratio': { right: requireMayOverride, decided: 'advance' },
  'ask-again': { right: (principal, place) => requireMayGrow(principal, [place]), decided: 'needApproval' },
};

/**
 * A person steers: they press for the next stage, pause, resume, roll back, go on past unequal arms, or ask again for an
 * approval. Rights are asked under the locks. Rolling back waits for nothing, and is done here and now, whether the loop
 * runs or not.
 */
export async function steerRollout(
  parts: RolloutParts,
  asking: Asking,
  place: { projectId: number; id: string },
  steer: Steer,
): Promise<Steered> {
  const { db } = parts.door;
  const rollout = await requireRollout(db, place.projectId, place.id);
  const kept = (await runsOf(db, [rollout.id])).at(-1);
  if (kept === undefined) throw new Error(`the rollout ${rollout.id} has no run`);
  const units = ENTERS.has(steer) ? await readUnitsGround(parts, rollout, kept.run) : undefined;
  const order = orderOfSteer(asking, rollout, kept.run, steer);
  const { change } = await commitChange<Run>(parts.door, order, async (tx, ground) => {
    const locked = await lockWhole(tx, place.projectId, place.id);
    const now = await findPlace(tx, locked);
    STEERS[steer].right(await principalNow(tx, asking.principal), now);
    requireReason(asking, now, steer);
    requireSamePlace(locked, kept.run);
    const move = await moveBy(tx, ground, locked, { steer, asking, units, names: parts.names });
    const actor = actorOf(asking.principal);
    const decided = { actor, action: STEERS[steer].decided, reason: sayWho(steer, asking.reason) };
    const next = await saveMove(tx, locked, { run: move.run, now: ground.now, decided });
    const ask = stageAskOf(rollout, locked.kept.run);
    if (ask !== undefined && ENDS_ENTRY.has(steer)) await closeStageApprovals(tx, ask, false, ground.now);
    return written(next, { ...move, from: locked.kept.run, ground });
  });
  parts.wake();
  return change ? { change } : {};
}

export async function requireRollout(db: Db, projectId: number, id: string): Promise<PinnedRollout> {
  const rollout = await findRollout(db, projectId, id);
  if (rollout === undefined) throw new Problem('not_found', 'There is no such rollout in this project.');
  return rollout;
}

function orderOfSteer(asking: Asking, rollout: PinnedRollout, run: Run, steer: Steer): ChangeOrder {
  const { projectId, id, flag } = rollout;
  const entering = ENTERS.has(steer);
  const writes = run.stage >= 0 && (entering || steer === 'rollback');
  return {
    ...orderOf(asking),
    ...{ projectId, action: `rollout.${steer}`, subject: writes ? `flag/${flag}` : `rollout/${id}` },
    ...(writes ? { environmentIds: [run.environmentId] } : { environmentIds: [], within: run.environmentId }),
    // A new entry of the same stage serves what was served: it is the rollout's own, at the word of a person.
    ...(writes && entering ? { principal: principalOf(rollout), actor: actorOf(asking.principal) } : {}),
    ...(steer === 'rollback' ? { toAnchor: true as const } : {}),
  };
}

async function moveBy(
  tx: Tx,
  ground: Ground,
  locked: LockedRollout,
  { steer, asking, units, names }: Steering,
): Promise<EntryMove> {
  const { run } = locked.kept;
  requireSteerable(locked, steer);
  const actor = actorOf(asking.principal);
  switch (steer) {
    case 'advance':
      return { run: pressRun(run, actor) };
    case 'ask-again':
      await askAgain(tx, locked, asking.principal, ground.now);
      return { run };
    case 'pause': {
      const reason = asking.reason ?? 'Paused by hand.';
      return { run: pauseRun(run, { cause: 'person', actor, reason, now: ground.now }) };
    }
    case 'resume':
    case 'override-ratio': {
      requireOn(ground, locked);
      if (units === undefined) throw new Error('what a new entry needs was not read');
      return writeEntry(tx, ground, locked, run, steer === 'resume' ? 'same' : 'past-unequal-arms', { units, names });
    }
    case 'rollback':
      return writeAnchor(tx, ground, locked, run, 'rolledBack');
  }
}

/** To go on after a pause, or past unequal arms, is a new entry of the same stage. */
const ENTERS: ReadonlySet<Steer> = new Set(['resume', 'override-ratio']);

interface Steering {
  steer: Steer;
  asking: Asking;
  units: Awaited<ReturnType<typeof readUnitsGround>> | undefined;
  names: RolloutParts['names'];
}

/** Throws 409 that says what the rollout is, and what can be done with it instead. */
function requireSteerable({ rollout, kept }: LockedRollout, steer: Steer): void {
  const { run } = kept;
  if (!isLive(rollout.state) || !isLive(run.state)) {
    throw new Problem(
      'wrong_state',
      `${SAYS_OVER[rollout.state] ?? 'The rollout is over.'} What it left is changed like any flag.`,
    );
  }
  const isPaused = run.state === 'paused';
  if (steer === 'resume' && !isPaused) throw new Problem('wrong_state', 'The rollout is not paused.');
  if (steer === 'pause' && isPaused) throw new Problem('wrong_state', 'The rollout is paused already.');
  if (steer === 'override-ratio' && !hasRatioAlarm(rollout.pinned, run)) {
    throw new Problem('wrong_state', 'No guard found unequal arms in this entry: there is nothing to go on past.');
  }
  if (steer === 'ask-again' && isPaused) {
    throw new Problem('wrong_state', 'The rollout is paused: once it is resumed, its approvals are asked for anew.');
  }
  if (steer !== 'advance') return;
  if (isPaused) throw new Problem('wrong_state', 'The rollout is paused: resume it first, or roll it back.');
  if (rollout.pinned.mode === 'button') return;
  throw new Problem(
    'wrong_state',
    'Its policy advances by itself when everything is there: there is nothing to press.',
  );
}

/** While nobody gets anything of the flag nothing would be baked. */
function requireOn(ground: Ground, { kept }: LockedRollout): void {
  const ruleset = ground.before.get(kept.run.environmentId);
  const flag = ruleset && Object.hasOwn(ruleset.flags, kept.flag) ? ruleset.flags[kept.flag] : undefined;
  if (ruleset === undefined || flag === undefined) return;
  const isShed = flag.shedAt !== undefined && ruleset.shedLevel >= flag.shedAt;
  if (flag.state === 'on' && !flag.killed && !isShed) return;
  const what = flag.killed
    ? 'killed: restore it first'
    : isShed
      ? 'shed: lower the level first'
      : 'off: turn it on first';
  throw new Problem('wrong_state', `The flag ${kept.flag} is ${what}.`);
}

/** Resuming and waving an alarm aside say why, wherever it is; the others where the environment is protected. */
function requireReason({ reason }: Asking, { key, isProtected }: PathPlace, steer: Steer): void {
  const always = steer === 'resume' || steer === 'override-ratio' || steer === 'pause';
  if (reason?.trim() || !(isProtected || always)) return;
  const expected = always ? 'a reason' : `a reason, for the environment ${key} is protected`;
  throw invalid([{ path: '/reason', code: 'required', expected }]);
}

/** What was read before the locks chose what to lock; where it went on meanwhile, whoever asks looks again. */
function requireSamePlace({ kept }: LockedRollout, read: Run): void {
  const isPaused = kept.run.state === 'paused';
  if (kept.run.id === read.id && kept.run.stage < 0 === read.stage < 0 && isPaused === (read.state === 'paused'))
    return;
  throw new Problem('changed_since', 'The rollout went on at this very moment. Look at it, and try again.');
}

async function findPlace(tx: Tx, { rollout, kept }: LockedRollout): Promise<PathPlace> {
  const places = await placesOf(tx, rollout.projectId, rollout.pinned);
  const place = places.find(({ environmentId }) => environmentId === kept.run.environmentId);
  if (place === undefined) throw new Problem('not_found', `The environment ${kept.run.environment} is gone.`);
  return place;
}

/** What was approved is of an entry, and ends with it. */
const ENDS_ENTRY: ReadonlySet<Steer> = new Set(['pause', 'resume', 'rollback', 'override-ratio']);

const SAYS_OVER: Partial<Record<RolloutState, string>> = {
  finished: 'The rollout is finished everywhere.',
  rolledBack: 'The rollout was rolled back already.',
  killed: 'The rollout is over: a guard killed the flag.',
  ended: 'The rollout is over: somebody edited what it owned.',
};

const SAYS: Record<Steer, string> = {
  advance: 'Somebody pressed Advance.',
  pause: 'Somebody paused it.',
  resume: 'Somebody resumed it: a new entry of the same stage.',
  rollback: 'Somebody rolled it back.',
  'ask-again': 'Somebody asked again for the approval of the next stage.',
  'override-ratio':
    'Somebody goes on past unequal arms: a new entry of the same stage, in which nothing is compared with the control.',
};
const sayWho = (steer: Steer, reason: string | undefined) =>
  reason === undefined ? SAYS[steer] : `${SAYS[steer]} “${reason}”`;
