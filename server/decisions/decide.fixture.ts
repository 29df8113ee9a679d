import type { EntryEvidence, MetricDefinition } from '../metrics/evidence.ts';
import type { Guard, Policy, Stage } from '../policies/policy.ts';
import type { Decided, Evidence } from './decision.ts';
import { beginRun, enterStage } from './move-run.ts';
import type { Rollout, Run } from './rollout.ts';

export const T0 = new Date('2026-03-02T09:00:00Z');
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const at = (ms: number) => new Date(T0.getTime() + ms);

const terms = { onFail: 'rollBack', mode: 'enforce' } as const;

export const GUARDS = {
  errors: { ...terms, id: 'errors', kind: 'versus-control', metric: 'checkout.error', direction: 'up', margin: 0.2 },
  latency: { ...terms, id: 'latency', kind: 'versus-control', metric: 'checkout.ms', direction: 'up', margin: 0.05 },
  budget: { ...terms, id: 'budget', kind: 'absolute', metric: 'http.5xx', limit: 0.01, windowMs: 10 * MINUTE },
  p95: { ...terms, id: 'p95', kind: 'threshold', query: 'p95', source: 'prometheus', above: 0.4, forMs: 2 * MINUTE },
  alert: { ...terms, id: 'alert', kind: 'signal', signal: { severity: 'critical' } },
  split: { ...terms, id: 'split', kind: 'sample-ratio', onFail: 'hold' },
} satisfies Record<string, Guard>;

export const METRICS: Record<string, MetricDefinition> = {
  'checkout.error': metric('checkout.error', 'rate'),
  'checkout.ms': { ...metric('checkout.ms', 'mean'), unit: 'ms', cap: 10_000 },
  'http.5xx': metric('http.5xx', 'rate'),
};

export function copyMetrics(): Record<string, MetricDefinition> {
  return Object.fromEntries(Object.entries(METRICS).map(([key, known]) => [key, { ...known }]));
}

export function metric(key: string, kind: MetricDefinition['kind']): MetricDefinition {
  return { key, kind, event: `${key}.event`, direction: 'up', unit: '', source: 'server' };
}

export function stageOf(stage: Partial<Stage>): Stage {
  return { bakeMs: 30 * MINUTE, gates: [], approvals: [], ...stage };
}

export function policyOf(policy: Partial<Policy> = {}): Policy {
  return {
    ...{ key: 'web-standard', reversible: 'instant', unit: 'targetingKey', alpha: 0.01, mode: 'automatic' },
    path: [
      {
        environment: 'production',
        stages: [
          stageOf({ name: 'canary', exposure: 5_000, minUnits: 4000 }),
          stageOf({ exposure: 50_000 }),
          stageOf({ exposure: 100_000 }),
        ],
      },
    ],
    guards: Object.values(GUARDS),
    evidence: { maxAgeMs: 5 * MINUTE, onNoData: 'hold', onError: 'hold' },
    gates: [],
    deadline: { afterMs: 7 * DAY, onDeadline: 'ask' },
    ...policy,
  };
}

export function rolloutOf(rollout: Partial<Rollout> = {}): Rollout {
  return {
    ...{ id: 'r1', projectId: 1, flag: 'new-checkout', target: 'fallthrough', from: 'off', to: 'on', commit: null },
    ...{ policy: { key: 'web-standard', version: 1 }, state: 'running', step: 0, startedBy: 'person:p1' },
    ...{ startedAt: T0, retryOf: null, version: 1, ...rollout },
  };
}

const PLACE = {
  ...{ id: 'r1-0', rollout: 'r1', environmentId: 7, environment: 'production', isProtected: true },
  anchor: { variant: 'off' },
};

export function waitingRun(run: Partial<Run> = {}): Run {
  return { ...beginRun(PLACE, { target: 'fallthrough', pressedBy: 'person:p1', now: T0 }), ...run };
}

/** In the first stage since T0, and in force everywhere at once. */
export function runningRun(policy: Policy, run: Partial<Run> = {}): Run {
  const stage = policy.path[0]!.stages[0]!;
  const wrote = { target: 'fallthrough', serve: { variant: 'on' }, audienceRule: null, run: null };
  const entered = enterStage(waitingRun(), { wrote, minUnits: stage.minUnits ?? null, policy, stage, now: T0 });
  return { ...entered, effectiveAt: T0, ...run };
}

export function entryOf(units: number, now: Date, change: (entry: EntryEvidence) => void = () => {}): EntryEvidence {
  const rate = () => ({ hits: { treatment: units / 100, control: units / 100, to: units / 100 }, restarts: [] });
  const values = () => ({ n: units, mean: 100, variance: 1600 });
  const entry: EntryEvidence = {
    ...{ run: 'r1-0', entry: 1, newestAt: now.toISOString() },
    exposed: { treatment: units, control: units, to: units },
    metrics: {
      'checkout.error': rate(),
      'checkout.ms': { ...rate(), values: { treatment: values(), control: values() } },
      'http.5xx': { ...rate(), absolute: { [10 * MINUTE]: { bad: 0, good: units, restarts: [] } } },
    },
  };
  change(entry);
  return entry;
}

/** All is well at a moment: so many units in each arm, and no guard has anything to say. */
export function healthy(now: Date, units = 5000): Evidence {
  return {
    entry: entryOf(units, now),
    metrics: copyMetrics(),
    thresholds: { p95: { kind: 'value', value: 0.2, beyondSince: null, at: now.toISOString() } },
    signals: { alert: null },
    ...{ gates: {}, approvals: [], freeze: null, incident: null, line: null },
    flag: { exists: true, state: 'on', killed: false, shed: false, edited: false },
    readBack: { effective: true, laggards: [] },
  };
}

/** A rollout that would go on to its second stage now; a test takes away what it is about. */
export interface Scene extends Decided {
  evidence: Evidence;
  now: Date;
}

export function readyScene(policy: Policy = policyOf(), now: Date = at(HOUR)): Scene {
  return { rollout: rolloutOf(), policy, run: runningRun(policy), evidence: healthy(now), now };
}
