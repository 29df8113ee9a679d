import { gatesOfStage, isEventGate, type Policy } from '../policies/policy.ts';
import { at, MINUTE, rolloutOf, waitingRun } from './decide.fixture.ts';
import { decide } from './decide.ts';
import type { Decision, Evidence } from './decision.ts';
import { throwDice } from './dice.fixture.ts';
import { hasRatioAlarm } from './guard-scope.ts';
import {
  becomeEffective,
  endRun,
  enterStage,
  keepTime,
  noteDecision,
  pauseRun,
  pressRun,
  resumeRun,
} from './move-run.ts';
import { randomPolicy } from './random-policy.fixture.ts';
import { isLive, type Run } from './rollout.ts';
import {
  type Asked,
  beginMeasuring,
  drawWorld,
  lookAround,
  type Measuring,
  measure,
  type World,
} from './simulated-world.fixture.ts';

export const MOST_TICKS = 5_000;

/** How a simulated run came out: its end, how long that took, and the stages in the order in which it entered them. */
export interface Simulated {
  end: 'finished' | 'rolledBack' | 'killed' | 'paused and paged' | 'goes on';
  ticks: number;
  entered: number[];
  stages: number;
  faults: string[];
}

interface State {
  policy: Policy;
  world: World;
  run: Run;
  measuring: Measuring | undefined;
  asked: Asked[];
  resumes: number;
  result: Simulated;
}

const ROLLOUT = rolloutOf();
const OURS = { target: 'fallthrough', serve: { variant: 'on' }, audienceRule: null, run: null };

/** Walks one run through a world until it ends, as the loop does: look, decide, note, act, wait. */
export function simulateRun(seed: number): Simulated {
  const dice = throwDice(seed);
  const policy = randomPolicy(dice);
  const stages = policy.path[0]!.stages.length;
  const result: Simulated = { end: 'goes on', ticks: 0, entered: [], stages, faults: [] };
  const run = waitingRun({ isProtected: dice.once(2), pressedBy: null });
  const state: State = {
    policy,
    world: drawWorld(dice, policy),
    run,
    measuring: undefined,
    asked: [],
    resumes: 0,
    result,
  };
  let now = 0;
  while (result.ticks < MOST_TICKS && result.end === 'goes on') {
    result.ticks += 1;
    const decision = tick(state, now);
    result.end = endOf(state, decision);
    now = nextTick(state, decision, now);
  }
  return result;
}

function tick(state: State, now: number): Decision {
  const { policy, world } = state;
  const step = policy.path[0]!;
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
  const decision = decide({ rollout: ROLLOUT, run: state.run, policy }, evidence, at(now));
  watch(state, decision, evidence);
  state.run = noteDecision(state.run, decision, policy, at(now));
  for (const place of decision.askFor) state.asked[place] = { asks: asked[place]!.asks + 1, askedAt: now };
  act(state, decision, now);
  return decision;
}

function act(state: State, { action, reason, cause }: Decision, now: number): void {
  const { run, policy } = state;
  switch (action) {
    case 'advance':
      enter(state, now, 'next');
      break;
    case 'pause':
      state.run = pauseRun(run, { cause: cause!, actor: 'rollout:r1', reason, now: at(now) });
      break;
    case 'finish':
      if (run.stage !== policy.path[0]!.stages.length - 1) state.result.faults.push('finished early');
      state.run = endRun(run, 'finished', at(now));
      break;
    case 'rollBack':
      state.run = endRun(run, 'rolledBack', at(now));
      break;
    case 'kill':
      state.run = endRun(run, 'killed', at(now));
      break;
    default:
  }
}

function enter(state: State, now: number, which: 'next' | 'same' | 'past unequal arms'): void {
  const { run, policy } = state;
  const again = which !== 'next';
  const overridesRatio = which === 'past unequal arms';
  const stage = policy.path[0]!.stages[again ? Math.max(0, run.stage) : run.stage + 1]!;
  const entry = { wrote: OURS, minUnits: stage.minUnits ?? null, policy, stage, now: at(now), overridesRatio };
  state.run = again ? resumeRun(run, entry) : enterStage(run, entry);
  if (!again) state.result.entered.push(state.run.stage);
  state.asked = [];
  state.measuring = state.run.stage < 0 ? undefined : beginMeasuring(state.run, now);
}

/** People press, pause, go on past unequal arms, and resume, twice at most. */
function letPeopleAct(state: State, now: number): void {
  const { world, run } = state;
  const since = (moment: Date | null) => now - ((moment ?? run.arrivedAt).getTime() - at(0).getTime());
  if (run.pressedBy === null && since(run.enteredAt) >= world.pressesMs) state.run = pressRun(state.run, 'person:p1');
  if (hasRatioAlarm(state.policy, run) && since(run.enteredAt) >= world.overridesMs) {
    enter(state, now, 'past unequal arms');
  } else if (run.state === 'paused' && state.resumes < 2 && since(run.pausedBy!.at) >= world.resumesMs) {
    state.resumes += 1;
    enter(state, now, 'same');
  } else if (run.state !== 'paused' && now >= world.pausesAt) {
    world.pausesAt = Number.POSITIVE_INFINITY;
    state.run = pauseRun(state.run, { cause: 'person', actor: 'person:p1', reason: 'Lunch.', now: at(now) });
  }
}

/** What must never be decided, asked of the evidence and not of the decision. */
function watch(
  { result, policy, run }: State,
  decision: Decision,
  { freeze, incident, flag, gates, approvals }: Evidence,
): void {
  const { action } = decision;
  if ((action === 'rollBack' || action === 'kill') && policy.reversible !== 'instant')
    result.faults.push('cannot go back');
  if (action !== 'advance' && action !== 'finish') return;
  const said = decision.guards.filter(
    ({ mode, verdict }) => mode === 'enforce' && verdict !== 'pass' && verdict !== 'not-applicable',
  );
  if (said.length > 0) result.faults.push(`grew past ${said[0]!.id}`);
  if (freeze !== null || incident !== null || flag.state === 'off' || run.state === 'paused')
    result.faults.push('grew while it was held');
  const step = policy.path[0]!;
  if (action === 'finish') return;
  for (const gate of gatesOfStage(policy, step, run.stage + 1, run.isProtected)) {
    const latched = isEventGate(gate) && run.passedGates[gate.id] !== undefined;
    if (!latched && gates[gate.id]?.open !== true) result.faults.push(`skipped ${gate.id}`);
  }
  if (approvals.some(({ given }) => given.length === 0)) result.faults.push('skipped an approval');
  if (policy.mode === 'button' && run.pressedBy === null) result.faults.push('nobody pressed');
}

function endOf({ run, resumes, world }: State, { page }: Decision): Simulated['end'] {
  if (!isLive(run.state)) return run.state as Simulated['end'];
  const told = page !== null || run.paged !== null;
  const stays = run.state === 'paused' && (resumes >= 2 || world.resumesMs === Number.POSITIVE_INFINITY);
  return stays && told ? 'paused and paged' : 'goes on';
}

/** When the loop looks again: when it wants to, and otherwise the more seldom the longer nothing happens. */
function nextTick({ run, world }: State, { checkAgainAt }: Decision, now: number): number {
  const since = now - ((run.enteredAt ?? run.arrivedAt).getTime() - at(0).getTime());
  const seldom = now + Math.max((10 + world.dice.upTo(20)) * MINUTE, since / 2);
  const wanted = checkAgainAt === null ? seldom : Date.parse(checkAgainAt) - at(0).getTime();
  // Sources are asked again every few minutes; over days that would be thousands of looks at the same.
  return Math.min(seldom, Math.max(wanted, now + 1, now + since / 3));
}
