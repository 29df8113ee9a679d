import { NATIVE_BUCKETS } from '../flags/plan-serve.ts';
import {
  type Gate,
  gatesOfStage,
  isEventGate,
  type PathStep,
  type Policy,
  type StageApproval,
} from '../policies/policy.ts';
import { sayMany, sayMoment } from './decide-words.ts';
import type { ApprovalReading, ConditionState, Evidence } from './decision.ts';
import { hasPressedByStarting, type Rollout, type Run } from './rollout.ts';

/** After this many requests that nobody answered in time, nobody is asked again. */
const MOST_ASKS = 3;

/** Where a run goes next: the stage after the present one, or the end of its environment. */
export interface Onward {
  rollout: Rollout;
  policy: Policy;
  step: PathStep;
  run: Run;
  evidence: Evidence;
}

export function nextStageOf({ step, run }: Pick<Onward, 'step' | 'run'>) {
  return step.stages[run.stage + 1];
}

/** Gates of entering the next stage. Nothing is entered by finishing, so nothing has to open for it. */
export function gateConditions(onward: Onward): ConditionState[] {
  const { policy, step, run } = onward;
  if (nextStageOf(onward) === undefined) return [];
  return gatesOfStage(policy, step, run.stage + 1, run.isProtected).map((gate) => gateCondition(gate, onward));
}

function gateCondition(gate: Gate, { run, evidence }: Onward): ConditionState {
  const { id } = gate;
  const passed = isEventGate(gate) && Object.hasOwn(run.passedGates, id) ? run.passedGates[id] : undefined;
  if (passed !== undefined) return { id, kind: 'gate', met: true, because: `${id} passed at ${sayMoment(passed)}.` };
  const reading = Object.hasOwn(evidence.gates, id) ? evidence.gates[id] : undefined;
  const because = reading === undefined ? `${id} was not looked at yet.` : `${id}: ${reading.because}`;
  const met = reading?.open === true;
  return { id, kind: 'gate', met, because, ...(met && reading.at !== undefined ? { at: reading.at } : {}) };
}

/** Approvals of entering the next stage. */
export function approvalConditions(onward: Onward): ConditionState[] {
  const needed = nextStageOf(onward)?.approvals ?? [];
  return needed.map((approval, place) => {
    const reading = onward.evidence.approvals[place];
    const { met, because } = approvalState(approval, reading);
    const stuck = !met && isStuck(reading) ? { isStuck: true } : {};
    return { id: approvalId(approval, place), kind: 'approval', met, because, ...stuck };
  });
}

const approvalId = ({ role }: StageApproval, place: number) => `approval:${place}:${role}`;

function approvalState({ role, count }: StageApproval, reading: ApprovalReading | undefined) {
  const whom = sayMany(count, role);
  const givers = new Set(reading?.given.map(({ by }) => by));
  if (isGiven(count, reading)) return { met: true, because: `Approved by ${whom}.` };
  if (reading === undefined || reading.asks === 0)
    return { met: false, because: `The approval of ${whom} is missing.` };
  if (reading.rejected) {
    const { by, reason } = reading.rejected;
    const why = reason === null ? '.' : `: “${reason}”`;
    const again = 'It is asked for again when somebody asks again.';
    return { met: false, because: `The approval of ${whom} was rejected by ${by}${why} ${again}` };
  }
  const so = `${givers.size} of ${sayMany(count, 'approval')} by ${role}`;
  if (!reading.expired) return { met: false, because: `${so} so far.` };
  const again = reading.asks < MOST_ASKS ? 'it is asked for again' : `it was asked for ${reading.asks} times`;
  return { met: false, because: `${so} came before it lapsed; ${again}.` };
}

function isGiven(count: number, reading: ApprovalReading | undefined): boolean {
  return reading !== undefined && !reading.expired && new Set(reading.given.map(({ by }) => by)).size >= count;
}

/** Which approvals to ask for now: those never asked for, and those that lapsed, twice at most. */
export function approvalsToAsk(onward: Onward): number[] {
  const places = (nextStageOf(onward)?.approvals ?? []).map(({ count }, place) => ({ count, place }));
  return places
    .filter(({ count, place }) => {
      const reading = onward.evidence.approvals[place];
      if (isGiven(count, reading)) return false;
      return reading === undefined || reading.asks === 0 || (reading.expired && reading.asks < MOST_ASKS);
    })
    .map(({ place }) => place);
}

/** Whether an approval was rejected, or lapsed as often as it is asked for: nothing will come of itself any more. */
export function isStuck(reading: ApprovalReading | undefined): boolean {
  if (reading === undefined) return false;
  return Boolean(reading.rejected) || (reading.expired && reading.asks >= MOST_ASKS);
}

/** Where a person must press: for each advance, and for a finish that serves more users than the last stage did. */
export function buttonConditions(onward: Onward): ConditionState[] {
  const { rollout, policy, step, run, evidence } = onward;
  const exposure = step.stages.flatMap((stage) => stage.exposure ?? []).at(-1) ?? 0;
  const grows = nextStageOf(onward) !== undefined || exposure < NATIVE_BUCKETS;
  if (policy.mode !== 'button' || !grows) return [];
  if (run.pressedBy === null) return [button(false, 'Nobody has pressed Advance yet.')];
  if (evidence.pressIsVoid) return [button(false, 'Whoever pressed Advance may not any more: it takes another press.')];
  const started = hasPressedByStarting(rollout, run);
  return [
    button(true, started ? 'Somebody started it, which counts as the first press.' : 'Somebody pressed Advance.'),
  ];
}

const button = (met: boolean, because: string): ConditionState => ({ id: 'button', kind: 'button', met, because });
