import type { Role } from '../access/principal.ts';

/**
 * A policy as it acts: what its document says, read. Durations are milliseconds, exposures are buckets of 100,000 (a
 * thousandth of a per cent each), margins and limits are shares of one. Everything that a document may leave out and
 * that has a default is here.
 */
export interface Policy {
  key: string;
  /** `forward-only` and `runbook`: what a guard would roll back or kill is paused, and somebody is paged. */
  reversible: 'instant' | 'forward-only' | 'runbook';
  runbookUrl?: string;
  /** The attribute whose values are the units: what is bucketed and counted once. */
  unit: string;
  path: PathStep[];
  guards: Guard[];
  /** False-alarm budget of one run in one environment, shared by its guards and entries. */
  alpha: number;
  evidence: EvidenceTerms;
  gates: Gate[];
  deadline: Deadline;
  /** `button`: a person presses for each advance, and everything else happens by itself. */
  mode: 'automatic' | 'button';
}

/** One environment of the path, walked through all of its stages before the next one begins. */
export interface PathStep {
  environment: string;
  stages: Stage[];
}

/** An audience (a segment's key), an exposure, or both. Exposures never shrink along the stages. */
export interface Stage {
  name?: string;
  audience?: string;
  /** Of 100,000; left out where the stage is for its audience alone. */
  exposure?: number;
  bakeMs: number;
  /** Measured units in each arm that must have come in this entry. Left out: what `mustSee` needs, computed at entry. */
  minUnits?: number;
  minHits?: { event: string; count: number };
  /** Ids of gates that must open before this stage is entered. */
  gates: string[];
  approvals: StageApproval[];
  /** Overrides the policy's. */
  deadline?: Deadline;
}

export interface StageApproval {
  role: Role;
  count: number;
  expiresMs: number;
}

export interface Deadline {
  afterMs: number;
  onDeadline: 'ask' | 'rollBack';
}

export interface EvidenceTerms {
  /** So old may the newest evidence be; older is no data. */
  maxAgeMs: number;
  onNoData: 'hold' | 'pause';
  onError: 'hold' | 'pause';
}

export type FailAction = 'rollBack' | 'kill' | 'pause' | 'hold';

interface GuardTerms {
  id: string;
  /** What a shadow guard finds is shown, and does nothing. */
  mode: 'enforce' | 'shadow';
  onFail: FailAction;
  /** Where it applies; left out, everywhere on the path (guards with a query or a signal: protected environments). */
  environment?: string;
}

/** Treatment against its concurrent control: a rate's e-process or a mean's confidence sequence, by the metric's kind. */
export interface VersusControlGuard extends GuardTerms {
  kind: 'versus-control';
  metric: string;
  /** Which way is worse. */
  direction: 'up' | 'down';
  /** Relative change that is tolerated: 0.2 is 20 %. */
  margin: number;
  /** The relative effect that must be seen before a stage may pass: 3 is a tripling. */
  mustSee?: number;
}

/** The rate of exposed units with a hit within `windowMs` of their exposure, against a limit. Needs no control. */
export interface AbsoluteGuard extends GuardTerms {
  kind: 'absolute';
  metric: string;
  limit: number;
  windowMs: number;
}

/** A query of a source, above or below a bound for a while. */
export interface ThresholdGuard extends GuardTerms {
  kind: 'threshold';
  query: string;
  source: string;
  above?: number;
  below?: number;
  forMs: number;
}

/** A signal that holds all these labels (`severity`, `service`, and others). */
export interface SignalGuard extends GuardTerms {
  kind: 'signal';
  signal: Record<string, string>;
}

/** Are the arms as equal as they were cut? Not a verdict on the variant: it says whether the evidence can be believed. */
export interface SampleRatioGuard extends GuardTerms {
  kind: 'sample-ratio';
}

export type Guard = VersusControlGuard | AbsoluteGuard | ThresholdGuard | SignalGuard | SampleRatioGuard;

/** What a policy has for `alpha` where it says nothing. */
export const USUAL_ALPHA = 0.01;

/** Guards that test what was measured, and may be wrong as often as alpha says. */
export function sharesAlpha({ kind }: Pick<Guard, 'kind'>): boolean {
  return kind === 'versus-control' || kind === 'absolute';
}

interface GateTerms {
  id: string;
  /** Kept in a chemspill. */
  always: boolean;
  /** `every` stage of every environment; left out: named by stages, or the first stage of each protected environment. */
  at?: 'every';
  timeoutMs?: number;
}

/** Asks an address (GET or HEAD only) `times` times, `everyMs` apart, for a status. */
export interface ProbeGate extends GateTerms {
  kind: 'probe';
  url: string;
  method: 'GET' | 'HEAD';
  expect: number;
  everyMs: number;
  times: number;
}

/** A result that some CI posts for the rollout's git reference. */
export interface CheckGate extends GateTerms {
  kind: 'check';
  check: string;
}

/** At least so many distinct hosts are live and have put the present position in force. */
export interface InstancesGate extends GateTerms {
  kind: 'instances';
  atLeast: number;
}

/** No incident that names the flag or the whole environment is open, and none was, nor a kill made, within the time. */
export interface IncidentFreeGate extends GateTerms {
  kind: 'incident-free';
  withinMs: number;
}

export type Gate = ProbeGate | CheckGate | InstancesGate | IncidentFreeGate;

/** Gates that latch once they passed; the others must hold at the moment of advance. */
export function isEventGate(gate: Gate): gate is ProbeGate | CheckGate {
  return gate.kind === 'probe' || gate.kind === 'check';
}

/**
 * The gates of entering a stage: those that the stage names, those `at: every`, and, for the first stage of a protected
 * environment, those that no stage names.
 */
export function gatesOfStage(policy: Policy, step: PathStep, stage: number, isProtected: boolean): Gate[] {
  const named = new Set(policy.path.flatMap(({ stages }) => stages.flatMap(({ gates }) => gates)));
  const own = new Set(step.stages[stage]?.gates ?? []);
  return policy.gates.filter(({ id, at }) => {
    if (own.has(id) || at === 'every') return true;
    return stage === 0 && isProtected && !named.has(id);
  });
}
