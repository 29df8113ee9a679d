import { isEventGate, type Policy, type Stage } from '../policies/policy.ts';
import type { Decision, Evidence } from './decision.ts';
import { isMeasured } from './guard-scope.ts';
import type { PauseCause, Run, RunWrites } from './rollout.ts';
import { activeMs } from './run-time.ts';

/** What a run knows before its first stage: everything of an entry is at nothing. */
type OfEntry =
  | 'measuredEntry'
  | 'enteredAt'
  | 'effectiveAt'
  | 'stoodMs'
  | 'stoodBeforeEffectMs'
  | 'standsSince'
  | 'waitedMs'
  | 'waitsSince'
  | 'overriddenRatio'
  | 'minUnits'
  | 'failed'
  | 'passedGates'
  | 'pressedBy'
  | 'askedAfterMs'
  | 'paged';

const NOTHING_YET: Pick<Run, OfEntry> = {
  measuredEntry: 0,
  enteredAt: null,
  effectiveAt: null,
  stoodMs: 0,
  stoodBeforeEffectMs: 0,
  standsSince: null,
  waitedMs: 0,
  waitsSince: null,
  overriddenRatio: false,
  minUnits: null,
  failed: {},
  passedGates: {},
  pressedBy: null,
  askedAfterMs: null,
  paged: null,
};

/**
 * A run that comes into its environment and waits for its first stage. It owns its target from now on: what it finds
 * there counts as what it wrote. Whoever starts a rollout has pressed for the first advance of its first environment.
 */
export function beginRun(
  place: Pick<Run, 'id' | 'rollout' | 'environmentId' | 'environment' | 'isProtected' | 'anchor'>,
  { target, pressedBy, now }: { target: string; pressedBy: string | null; now: Date },
): Run {
  return {
    ...place,
    ...NOTHING_YET,
    ...{ state: 'waiting', stage: -1, entry: 0, measuredEntries: 0, arrivedAt: now, pausedBy: null, version: 1 },
    wrote: { target, serve: place.anchor, audienceRule: null, run: null },
    pressedBy,
  };
}

/** What a new entry begins with. */
export interface Entry {
  /** What it writes of the flag. */
  wrote: RunWrites;
  /** Units that each arm needs, by the stage or by what its guards must see; null where nothing can be said of it. */
  minUnits: number | null;
  policy: Policy;
  stage: Stage;
  now: Date;
  /** Somebody goes on past unequal arms: nothing is compared with the control in this entry. */
  overridesRatio?: boolean;
}

/** Enters the next stage: bake, units, gates and approvals begin at nothing. It never skips one. */
export function enterStage(run: Run, entry: Entry): Run {
  return enter({ ...run, stage: run.stage + 1 }, entry);
}

/**
 * Goes on after a pause, or after unequal arms: a new entry of the same stage, or waiting anew for the first one. What
 * was seen before the pause counts for nothing.
 */
export function resumeRun(run: Run, entry: Entry): Run {
  return run.stage < 0 ? waitAnew(run, entry.now) : enter(run, entry);
}

/** A run that was paused before its first stage waits for it again. Nothing was written, so nothing is written. */
export function waitAnew(run: Run, now: Date): Run {
  return { ...run, ...NOTHING_YET, state: 'waiting', arrivedAt: now, pausedBy: null };
}

function enter(run: Run, { wrote, minUnits, policy, stage, now, overridesRatio = false }: Entry): Run {
  const measuredEntries = run.measuredEntries + (isMeasured(policy, run, stage, overridesRatio) ? 1 : 0);
  return {
    ...run,
    ...NOTHING_YET,
    ...{ state: 'running', pausedBy: null, enteredAt: now, entry: run.entry + 1, wrote, minUnits, measuredEntries },
    measuredEntry: measuredEntries === run.measuredEntries ? 0 : measuredEntries,
    overriddenRatio: overridesRatio,
    failed: overridesRatio ? failedComparisons(run, policy) : {},
  };
}

/**
 * Past unequal arms nothing is compared, so a comparison that failed stays failed: whoever waves the arms aside has not
 * waved that aside, and it would never be judged again before the stage grows.
 */
function failedComparisons({ failed, entry }: Run, { guards }: Policy): Run['failed'] {
  const compare = guards.filter(({ kind, mode }) => kind === 'versus-control' && mode === 'enforce');
  const kept = compare.flatMap(({ id }) => {
    const found = Object.hasOwn(failed, id) ? failed[id] : undefined;
    if (found === undefined) return [];
    return [[id, { ...found, because: `In entry ${entry}, whose arms were unequal: ${found.because}` }] as const];
  });
  return Object.fromEntries(kept);
}

/** All nodes and apps have it in force: the bake begins. */
export function becomeEffective(run: Run, now: Date): Run {
  if (run.effectiveAt !== null) return run;
  const stood = run.standsSince === null ? 0 : Math.max(0, now.getTime() - run.standsSince.getTime());
  return { ...run, effectiveAt: now, stoodBeforeEffectMs: run.stoodMs + stood };
}

export function pauseRun(run: Run, why: { cause: PauseCause; actor: string; reason: string; now: Date }): Run {
  if (run.state === 'paused') return run;
  const { now, ...pausedBy } = why;
  return { ...standStill(run, true, now), state: 'paused', pausedBy: { ...pausedBy, at: now } };
}

/**
 * Whether no time runs for it: while it is paused, while its flag gives nobody anything, and in a freeze. One by which
 * stages are finished lets the time of a stage run; what waits for its first has none.
 */
export function standsStill(run: Run, { flag, freeze }: Pick<Evidence, 'flag' | 'freeze'>): boolean {
  if (run.state === 'paused' || flag.killed || flag.shed || flag.state === 'off') return true;
  return freeze !== null && (freeze.inFlight === 'hold' || run.stage < 0);
}

/**
 * Keeps account of all time for a look: while it stands still, and while its stage goes on in a freeze, where it bakes and
 * only its deadline waits, for nothing that it could still do lets it go on. To be called before each decision.
 */
export function keepTime(run: Run, evidence: Pick<Evidence, 'flag' | 'freeze'>, now: Date): Run {
  const stands = standsStill(run, evidence);
  return standStill(letDeadlineWait(run, !stands && evidence.freeze !== null, now), stands, now);
}

function letDeadlineWait(run: Run, waits: boolean, now: Date): Run {
  if (waits) return run.waitsSince === null ? { ...run, waitsSince: now } : run;
  if (run.waitsSince === null) return run;
  const waited = Math.max(0, now.getTime() - run.waitsSince.getTime());
  return { ...run, waitsSince: null, waitedMs: run.waitedMs + waited };
}

/** Keeps account of the time in which it stands still. */
export function standStill(before: Run, stands: boolean, now: Date): Run {
  // What stands still waits for nothing besides.
  const run = stands ? letDeadlineWait(before, false, now) : before;
  if (stands) return run.standsSince === null ? { ...run, standsSince: now } : run;
  if (run.standsSince === null) return run;
  const stood = Math.max(0, now.getTime() - run.standsSince.getTime());
  return { ...run, standsSince: null, stoodMs: run.stoodMs + stood };
}

/** Somebody pressed Advance: nothing is skipped for it, and it is used up by the next entry. */
export function pressRun(run: Run, actor: string): Run {
  return { ...run, pressedBy: actor };
}

/** It is over; what it was stays to be read. */
export function endRun(run: Run, state: 'finished' | 'rolledBack' | 'killed' | 'ended', now: Date): Run {
  return { ...standStill(letDeadlineWait(run, false, now), false, now), state };
}

/**
 * What a decision leaves behind in its run, whatever is done about it: guards that failed have failed for this entry,
 * event gates that opened stay open, and it is remembered who was asked and paged. A press of somebody who may not press
 * any more is gone, also where they may again later. The same run where nothing is new.
 */
export function noteDecision(run: Run, decision: Decision, policy: Policy, now: Date): Run {
  const asks = decision.page === 'deadline' && run.askedAfterMs === null;
  const failed = latchFailures(run, decision, now);
  const passedGates = latchGates(run, decision, policy, now);
  const isVoid = run.pressedBy !== null && decision.conditions.some(({ kind, met }) => kind === 'button' && !met);
  const same = failed === run.failed && passedGates === run.passedGates && !isVoid;
  // Mostly nothing is new, and then nothing has to be written.
  if (same && decision.page === null) return run;
  return {
    ...{ ...run, failed, passedGates },
    pressedBy: isVoid ? null : run.pressedBy,
    askedAfterMs: asks ? activeMs(run, now) : run.askedAfterMs,
    paged: decision.page === null ? run.paged : { about: decision.page, at: now },
  };
}

function latchFailures({ failed }: Run, { guards }: Decision, now: Date): Run['failed'] {
  const isNew = (id: string, mayBeForged: boolean | undefined) =>
    !Object.hasOwn(failed, id) || (failed[id]?.mayBeForged === true && !mayBeForged);
  const fresh = guards.filter(({ id, verdict, mayBeForged }) => verdict === 'fail' && isNew(id, mayBeForged));
  if (fresh.length === 0) return failed;
  const at = now.toISOString();
  const latched = fresh.map(({ id, because, mayBeForged }) => {
    return [id, { at, because, ...(mayBeForged ? { mayBeForged } : {}) }] as const;
  });
  return { ...failed, ...Object.fromEntries(latched) };
}

/** A check counts whenever it was posted; a probe only after the bake of the stage before. */
function latchGates({ passedGates }: Run, { conditions }: Decision, policy: Policy, now: Date): Run['passedGates'] {
  const baked = conditions.every(({ kind, met }) => kind !== 'bake' || met);
  const open = conditions.filter(({ kind, id, met }) => kind === 'gate' && met && !Object.hasOwn(passedGates, id));
  if (open.length === 0) return passedGates;
  const fresh = policy.gates.filter(
    (gate) => isEventGate(gate) && (baked || gate.kind === 'check') && open.some(({ id }) => id === gate.id),
  );
  if (fresh.length === 0) return passedGates;
  const openedAt = (id: string) => open.find((one) => one.id === id)?.at ?? now.toISOString();
  return { ...passedGates, ...Object.fromEntries(fresh.map(({ id }) => [id, openedAt(id)])) };
}
