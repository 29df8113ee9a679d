import type { Db } from '../database/connect.ts';
import { isLive, type RolloutState, type Run } from '../decisions/rollout.ts';
import { whenActive, whenBaked } from '../decisions/run-time.ts';
import { showServe } from '../flags/configuration.ts';
import { gatesOfStage, type PathStep, type Policy, type Stage } from '../policies/policy.ts';
import type { RunAnswer, StageAnswer } from './contract.ts';
import { pointsSince } from './decision-store.ts';
import { type NameOf, nameSomebody } from './name-somebody.ts';
import { stateOfReach } from './reach.ts';
import type { KeptRun } from './run-store.ts';

const moment = (at: Date | null | undefined): string | null => at?.toISOString() ?? null;
/** Of 100,000 into per cent. */
export const percentOf = (exposure: number): number => exposure / 1_000;

/** A run with where its guards stood over time in this entry. */
export async function showRun(
  { db, nameOf }: { db: Db; nameOf: NameOf },
  kept: KeptRun,
  policy: Policy,
  step: PathStep,
): Promise<RunAnswer> {
  const { run, decision, decidedAt, reach, readings } = kept;
  const stage = step.stages[run.stage];
  const deadline = (step.stages[Math.max(0, run.stage)] ?? stage)?.deadline ?? policy.deadline;
  const { pausedBy, anchor } = run;
  return {
    ...{ id: run.id, state: run.state, stage: run.stage, entry: run.entry },
    ...{ enteredAt: moment(run.enteredAt), effectiveAt: moment(run.effectiveAt), standsSince: moment(run.standsSince) },
    bakeEndsAt: stage === undefined || !isLive(run.state) ? null : moment(whenBaked(run, stage.bakeMs)),
    deadlineAt: isLive(run.state) ? moment(whenActive(run, deadline.afterMs)) : null,
    pausedBy: pausedBy && {
      ...{ ...pausedBy, actorName: nameOf(pausedBy.actor) ?? null, at: pausedBy.at.toISOString() },
    },
    ...{ pressedBy: run.pressedBy, ratioOverridden: run.overriddenRatio, minUnits: run.minUnits },
    anchor: showServe(anchor),
    ...tellMeasured(readings, run),
    decision: decision && {
      at: moment(decidedAt) ?? '',
      ...pickDecision(decision),
      conditions: decision.conditions.map((one) => namePresser(one, run, nameOf)),
      checkAgainAt: decision.checkAgainAt,
    },
    series: await readSeries(db, run),
    reach: reach && {
      ...{ state: stateOfReach(reach), position: reach.position, change: reach.changeId },
      ...{ writtenAt: reach.writtenAt, reachedAt: reach.reachedAt, laggards: reach.laggards },
    },
    ...{ startedAt: kept.startedAt.toISOString(), endedAt: moment(kept.endedAt) },
  };
}

/** Of this entry alone: what an earlier one had is not measured in it. */
function tellMeasured({ entry, exposed, full }: KeptRun['readings'], run: Run): Pick<RunAnswer, 'exposed' | 'full'> {
  return entry === run.entry ? { exposed: exposed ?? null, full: full ?? false } : { exposed: null, full: false };
}

type Condition = NonNullable<KeptRun['decision']>['conditions'][number];

function namePresser(condition: Condition, { pressedBy }: Run, nameOf: NameOf): Condition {
  if (condition.kind !== 'button' || pressedBy === null) return condition;
  return { ...condition, because: nameSomebody(condition.because, pressedBy, nameOf) };
}

function pickDecision({ action, reason, because, guards, page }: NonNullable<KeptRun['decision']>) {
  return { action, reason, because, guards, page };
}

async function readSeries(db: Db, run: Run): Promise<RunAnswer['series']> {
  const rows = await pointsSince(db, run, run.enteredAt ?? run.arrivedAt);
  const series = new Map<string, RunAnswer['series'][string]>();
  for (const { at, points } of rows) {
    for (const { id, ...point } of points) {
      const own = series.get(id) ?? [];
      series.set(id, own);
      own.push({ at: at.toISOString(), ...point });
    }
  }
  return Object.fromEntries(series);
}

/** The stages of an environment on the track, with where its run is among them. */
export function showStages(
  policy: Policy,
  step: PathStep,
  isProtected: boolean,
  run: Run | undefined,
  isOver: boolean,
): StageAnswer[] {
  return step.stages.map((stage, index) => ({
    ...showStage(stage),
    gates: gatesOfStage(policy, step, index, isProtected).map(({ id }) => id),
    deadline: stage.deadline ?? policy.deadline,
    state: stateOfStage(index, run, isOver),
  }));
}

function showStage({ name, audience, exposure, bakeMs, minUnits, minHits, approvals }: Stage) {
  return {
    ...{ name: name ?? null, audience: audience ?? null, bakeMs, minUnits: minUnits ?? null, minHits: minHits ?? null },
    exposure: exposure === undefined ? null : percentOf(exposure),
    approvals: approvals.map(({ role, count }) => ({ role, count })),
  };
}

function stateOfStage(index: number, run: Run | undefined, isOver: boolean): StageAnswer['state'] {
  if (run === undefined) return isOver ? 'left' : 'ahead';
  if (run.state === 'finished' || index < run.stage) return 'done';
  if (index === run.stage) return isLive(run.state) ? 'current' : 'left';
  return isLive(run.state) ? 'ahead' : 'left';
}

export type StepState = RolloutState | 'ahead' | 'left';

export function stateOfStep(run: Run | undefined, isBefore: boolean, isOver: boolean): StepState {
  if (run !== undefined) return run.state;
  if (isBefore) return 'finished';
  return isOver ? 'left' : 'ahead';
}
