import { gatesOfStage, isEventGate, type Policy } from '../policies/policy.ts';
import { at, MINUTE, rolloutOf, waitingRun } from './decide.fixture.ts';
import { decide } from './decide.ts';
import type { Decision, Evidence } from './decision.ts';
import { type Dice, throwDice } from './dice.fixture.ts';
import { hasRatioAlarm } from './guard-scope.ts';
import { followRun, nextStep } from './move-rollout.ts';
import {
  becomeEffective,
  beginRun,
  endRun,
  enterStage,
  keepTime,
  noteDecision,
  pauseRun,
  pressRun,
  resumeRun,
} from './move-run.ts';
import { randomPolicy } from './random-policy.fixture.ts';
import { isLive, type Rollout, type Run } from './rollout.ts';
import {
  type Asked,
  beginMeasuring,
  drawWorld,
  isAway,
  lookAround,
  type Measuring,
  measure,
  type World,
} from './simulated-world.fixture.ts';

export const MOST_TICKS = 5_000;

/** How a simulated rollout came out: its end, how long that took, and the stages of its path in the order of their entries. */
export interface Simulated {
  end: 'finished' | 'rolledBack' | 'killed' | 'ended' | 'paused and paged' | 'goes on';
  ticks: number;
  entered: number[];
  /** Of the whole path. */
  stages: number;
  faults: string[];
}

interface State {
  rollout: Rollout;
  policy: Policy;
  world: World;
  run: Run;
  measuring: Measuring | undefined;
  asked: Asked[];
  resumes: number;
  result: Simulated;
}

const OURS = { target: 'fallthrough', serve: { variant: 'on' }, audienceRule: null, run: null };

/** Walks one rollout through a world until it ends, as the loop does: look, decide, note, act, wait. */
export function simulateRun(seed: number): Simulated {
  const dice = throwDice(seed);
  const policy = randomPath(dice);
  const stages = policy.path.flatMap((step) => step.stages).length;
  const { environment } = policy.path[0]!;
  const state: State = {
    rollout: rolloutOf(),
    policy,
    world: drawWorld(dice, policy),
    run: waitingRun({ environment, isProtected: dice.once(2), pressedBy: null }),
    measuring: undefined,
    asked: [],
    resumes: 0,
    result: { end: 'goes on', ticks: 0, entered: [], stages, faults: [] },
  };
  const { result } = state;
  let now = 0;
  while (result.ticks < MOST_TICKS && result.end === 'goes on') {
    result.ticks += 1;
    const decision = tick(state, now);
    result.end = endOf(state);
    now = nextTick(state, decision, now);
  }
  return result;
}

/** A policy of one environment, or of one that comes before it. */
function randomPath(dice: Dice): Policy {
  const policy = randomPolicy(dice);
  if (!dice.once(3)) return policy;
  const first = randomPolicy(dice).path.map((step) => ({ ...step, environment: 'staging' }));
  return { ...policy, path: [...first, ...policy.path] };
}

const stepOf = ({ policy, rollout }: Pick<State, 'policy' | 'rollout'>) => policy.path[rollout.step]!;

function tick(state: State, now: number): Decision {
  const { policy, world } = state;
  const step = stepOf(state);
  const exposure =
    step.stages
      .slice(0, state.run.stage + 1)
      .flatMap((stage) => stage.exposure ?? [])
      .at(-1) ?? 0;
  if (state.measuring !== undefined) measure(state.measuring, state.run, exposure, { world, now });
  letPeopleAct(state, now);
  const asked = (step.stages[state.run.stage + 1]?.approvals ?? []).map(
    (_, place) => state.asked[place] ?? { asks: 0, askedAt: 0 },
  );
  state.asked = asked;
  const evidence = lookAround(world, { measuring: state.measuring, run: state.run, asked, now });
  state.run = keepTime(state.run, evidence, at(now));
  if (state.run.stage >= 0 && evidence.readBack.effective) state.run = becomeEffective(state.run, at(now));
  const decision = decide({ rollout: state.rollout, run: state.run, policy }, evidence, at(now));
  watch(state, decision, evidence);
  state.run = noteDecision(state.run, decision, policy, at(now));
  for (const place of decision.askFor) state.asked[place] = { asks: asked[place]!.asks + 1, askedAt: now };
  act(state, decision, now);
  return decision;
}

function act(state: State, { action, reason, cause }: Decision, now: number): void {
  const { run } = state;
  switch (action) {
    case 'advance':
      enter(state, now, 'next');
      break;
    case 'pause':
      state.run = pauseRun(run, { cause: cause!, actor: 'rollout:r1', reason, now: at(now) });
      break;
    case 'finish':
      if (run.stage !== stepOf(state).stages.length - 1) state.result.faults.push('finished early');
      state.run = endRun(run, 'finished', at(now));
      comeFurther(state, now);
      break;
    case 'rollBack':
      state.run = endRun(run, 'rolledBack', at(now));
      break;
    case 'kill':
      state.run = endRun(run, 'killed', at(now));
      break;
    case 'end':
      state.run = endRun(run, 'ended', at(now));
      break;
    default:
  }
}

/** Where there is another environment, a run waits there for its first stage. */
function comeFurther(state: State, now: number): void {
  const { policy, run, world } = state;
  state.rollout = followRun(state.rollout, run, policy);
  const next = nextStep(state.rollout, run, policy);
  if (next === undefined) return;
  const place = { id: `r1-${state.rollout.step}`, rollout: 'r1', environmentId: 8, environment: next.environment };
  const anchor = { variant: 'off' };
  const begun = { ...place, isProtected: world.dice.once(2), anchor };
  state.run = beginRun(begun, { target: 'fallthrough', pressedBy: null, now: at(now) });
  state.measuring = undefined;
  state.asked = [];
}

function enter(state: State, now: number, which: 'next' | 'same' | 'past unequal arms'): void {
  const { run, policy } = state;
  const again = which !== 'next';
  const overridesRatio = which === 'past unequal arms';
  const { stages } = stepOf(state);
  const stage = stages[again ? Math.max(0, run.stage) : run.stage + 1]!;
  const entry = { wrote: OURS, minUnits: stage.minUnits ?? null, policy, stage, now: at(now), overridesRatio };
  state.run = again ? resumeRun(run, entry) : enterStage(run, entry);
  const before = policy.path.slice(0, state.rollout.step).flatMap((step) => step.stages).length;
  if (!again) state.result.entered.push(before + state.run.stage);
  state.asked = [];
  state.measuring = state.run.stage < 0 ? undefined : beginMeasuring(state.run, now);
}

/** People press, pause, go on past unequal arms, and resume, twice at most, where somebody gets it. */
function letPeopleAct(state: State, now: number): void {
  const { world, run } = state;
  const since = (moment: Date | null) => now - ((moment ?? run.arrivedAt).getTime() - at(0).getTime());
  if (run.pressedBy === null && since(run.enteredAt) >= world.pressesMs) state.run = pressRun(state.run, 'person:p1');
  if (hasRatioAlarm(state.policy, run) && since(run.enteredAt) >= world.overridesMs) {
    enter(state, now, 'past unequal arms');
  } else if (run.state === 'paused' && state.resumes < 2 && since(run.pausedBy!.at) >= world.resumesMs) {
    if (isAway(world, now)) return;
    state.resumes += 1;
    enter(state, now, 'same');
  } else if (run.state !== 'paused' && now >= world.pausesAt) {
    world.pausesAt = Number.POSITIVE_INFINITY;
    state.run = pauseRun(state.run, { cause: 'person', actor: 'person:p1', reason: 'Lunch.', now: at(now) });
  }
}

/** What must never be decided, asked of the evidence and not of the decision. */
function watch(
  { result, policy, rollout, run }: State,
  decision: Decision,
  { freeze, incident, line, flag, gates, approvals }: Evidence,
): void {
  const { action } = decision;
  const nobodyGetsIt = flag.state === 'off' || flag.killed || flag.shed;
  if (action === 'end' && !flag.edited) result.faults.push('ended by nobody');
  if (flag.edited && action !== 'end') result.faults.push('went on over an edit');
  if (nobodyGetsIt && !['hold', 'pause', 'end'].includes(action)) result.faults.push('touched a flag that nobody gets');
  if ((action === 'rollBack' || action === 'kill') && policy.reversible !== 'instant')
    result.faults.push('cannot go back');
  if (action !== 'advance' && action !== 'finish') return;
  const said = decision.guards.filter(
    ({ mode, verdict }) => mode === 'enforce' && verdict !== 'pass' && verdict !== 'not-applicable',
  );
  if (said.length > 0) result.faults.push(`grew past ${said[0]!.id}`);
  if (freeze !== null || incident !== null || line !== null || run.state === 'paused')
    result.faults.push('grew while it was held');
  const step = stepOf({ policy, rollout });
  if (action === 'finish') return;
  for (const gate of gatesOfStage(policy, step, run.stage + 1, run.isProtected)) {
    const latched = isEventGate(gate) && run.passedGates[gate.id] !== undefined;
    if (!latched && gates[gate.id]?.open !== true) result.faults.push(`skipped ${gate.id}`);
  }
  if (approvals.some(({ given }) => given.length === 0)) result.faults.push('skipped an approval');
  if (policy.mode === 'button' && run.pressedBy === null) result.faults.push('nobody pressed');
}

function endOf({ run, resumes, world }: State): Simulated['end'] {
  if (!isLive(run.state)) return run.state as Simulated['end'];
  const stays = run.state === 'paused' && (resumes >= 2 || world.resumesMs === Number.POSITIVE_INFINITY);
  return stays && isPausePaged(run) ? 'paused and paged' : 'goes on';
}

/** Somebody was told of this very pause: what was told of something else, or of the pause before, says nothing of it. */
function isPausePaged({ paged, pausedBy }: Run): boolean {
  return paged !== null && paged.at >= pausedBy!.at && (paged.about === 'stopped' || paged.about === 'long-pause');
}

/** When the loop looks again: when it wants to, and otherwise the more seldom the longer nothing happens. */
function nextTick({ run, world }: State, { checkAgainAt }: Decision, now: number): number {
  const since = now - ((run.enteredAt ?? run.arrivedAt).getTime() - at(0).getTime());
  const seldom = now + Math.max((10 + world.dice.upTo(20)) * MINUTE, since / 2);
  const wanted = checkAgainAt === null ? seldom : Date.parse(checkAgainAt) - at(0).getTime();
  // Sources are asked again every few minutes; over days that would be thousands of looks at the same.
  return Math.min(seldom, Math.max(wanted, now + 1, now + since / 3));
}
