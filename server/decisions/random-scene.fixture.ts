import fc from 'fast-check';
import type { Policy } from '../policies/policy.ts';
import {
  at,
  copyMetrics,
  entryOf,
  GUARDS,
  HOUR,
  healthy,
  MINUTE,
  rolloutOf,
  runningRun,
  type Scene,
  waitingRun,
} from './decide.fixture.ts';
import type { Evidence, ThresholdReading } from './decision.ts';
import { type Dice, throwDice } from './dice.fixture.ts';
import { standsStill } from './move-run.ts';
import { GATES, randomPolicy } from './random-policy.fixture.ts';
import type { Run } from './rollout.ts';

/**
 * What `decide` may be asked, with little left out: any policy, anywhere in any stage, with any evidence. Drawn from one
 * number, which is what a failure prints: drawing each part by itself would cost a hundred times as much.
 */
export const randomScene: fc.Arbitrary<Scene> = fc.integer().map((seed) => {
  const dice = throwDice(seed);
  const policy = randomPolicy(dice);
  const now = dice.upTo(180) * MINUTE;
  const evidence = randomEvidence(dice, now);
  return { rollout: rolloutOf(), policy, run: randomRun(dice, policy, evidence), evidence, now: at(now) };
});

function randomRun(dice: Dice, policy: Policy, evidence: Evidence): Run {
  const stages = policy.path[0]!.stages;
  const stage = dice.upTo(stages.length) - 1;
  const entered = stage >= 0;
  const paused = dice.once(5);
  const effective = dice.one(null, 0, 0, 0, 5 * MINUTE);
  const base = entered ? { ...runningRun(policy), stage, minUnits: stages[stage]!.minUnits ?? null } : waitingRun();
  const cause = dice.one('person', 'flag-off', 'flag-killed', 'shed', 'guard', 'evidence', 'deadline', 'train');
  const failed = dice.once(6) && entered ? [dice.one(...Object.keys(GUARDS))] : [];
  const run: Run = {
    ...base,
    ...{ state: paused ? 'paused' : entered ? 'running' : 'waiting', isProtected: dice.once(2) },
    pausedBy: paused ? { cause, actor: 'somebody', reason: 'Because.', at: at(10 * MINUTE) } : null,
    effectiveAt: entered && effective !== null ? at(effective) : null,
    stoodMs: dice.one(0, 0, MINUTE, HOUR),
    overriddenRatio: dice.once(8),
    failed: Object.fromEntries(failed.map((id) => [id, { at: '', because: 'It failed before.' }])),
    passedGates: Object.fromEntries(dice.some(['ci', 'smoke']).map((id) => [id, at(0).toISOString()])),
    pressedBy: dice.one(null, 'person:p1'),
    askedAfterMs: dice.one(null, null, 0, HOUR),
    paged: dice.once(2)
      ? null
      : { about: dice.one('deadline', 'approval', 'stopped', 'long-pause'), at: at(dice.upTo(120) * MINUTE) },
    measuredEntry: dice.upTo(4),
  };
  // As the loop keeps it: time stands exactly where it must.
  const stands = standsStill(run, evidence);
  const waits = !stands && evidence.freeze !== null;
  return { ...run, standsSince: stands ? at(HOUR) : null, waitsSince: waits ? at(HOUR) : null };
}

function randomEvidence(dice: Dice, now: number): Evidence {
  const metrics = copyMetrics();
  for (const metric of Object.values(metrics)) metric.source = dice.one('server', 'server', 'client');
  const gates = GATES.map(({ id }) => [id, { open: !dice.once(4), because: 'so' }] as const);
  return {
    ...{ ...healthy(at(now)), metrics, entry: randomEntry(dice, now) },
    thresholds: dice.once(6) ? {} : { p95: randomReading(dice, now) },
    signals: { alert: dice.once(3) ? { at: at(0).toISOString(), summary: 'It burns' } : null },
    gates: Object.fromEntries(gates),
    approvals: Array.from({ length: dice.upTo(2) }, () => ({
      ...{ role: 'release-manager', needed: 1, asks: dice.upTo(4), expired: dice.once(4) },
      given: dice.some(['person:p1', 'person:p1', 'person:p2']).map((by) => ({ by, at: at(0).toISOString() })),
    })),
    freeze: dice.once(6)
      ? {
          name: 'Easter',
          until: dice.one(null, at(now + HOUR).toISOString()),
          inFlight: dice.one('hold', 'finish-stage'),
        }
      : null,
    incident: dice.once(8) ? { id: 'i1', title: 'Slow', flag: null } : null,
    line: dice.once(8) ? { train: 'weekly', reason: 'Look first.' } : null,
    flag: {
      ...{ exists: !dice.once(30), edited: dice.once(20), killed: dice.once(20), shed: dice.once(20) },
      state: dice.once(20) ? 'off' : 'on',
    },
  };
}

function randomEntry(dice: Dice, now: number): Evidence['entry'] {
  if (dice.once(8)) return undefined;
  const units = dice.one(0, 10, 5000, 5000, 20_000);
  return entryOf(units, at(now - dice.one(0, 0, 0, MINUTE, 20 * MINUTE)), (entry) => {
    entry.exposed.control = Math.round(units * dice.one(1, 1, 1, 0.8));
    entry.metrics['checkout.error']!.hits.treatment = Math.round((units / 100) * dice.one(1, 1, 1.2, 3));
    entry.metrics['checkout.ms']!.values!.treatment.mean = dice.one(100, 100, 115);
    const bad = Math.round(units * dice.one(0, 0, 0.005, 0.1));
    entry.metrics['http.5xx']!.absolute = { [10 * MINUTE]: { bad, good: units - bad, restarts: [] } };
    entry.events = { 'checkout.done': dice.one(0, 100) };
    if (dice.once(8)) entry.newestAt = null;
    if (dice.once(2)) {
      const newestAt = at(now - dice.one(0, 0, MINUTE, 20 * MINUTE)).toISOString();
      const { exposed } = entry;
      entry.pages = { source: dice.one('signed', 'open'), newestAt, exposed };
    }
  });
}

function randomReading(dice: Dice, now: number): ThresholdReading {
  const since = now - dice.one(0, MINUTE, 20 * MINUTE);
  if (dice.once(4)) return failingReading(dice, at(since));
  const beyond = dice.one(null, null, MINUTE, 5 * MINUTE);
  const beyondSince = beyond === null ? null : at(since - beyond).toISOString();
  return { kind: 'value', value: beyond === null ? 0.2 : 0.5, at: at(since).toISOString(), beyondSince };
}

/** A source that gives no value, in all of the ways. */
export function failingReading(dice: Dice, from: Date): ThresholdReading {
  const since = from.toISOString();
  const kind = dice.one('no-data' as const, 'not-a-number' as const, 'several-series' as const, 'error' as const);
  if (kind === 'several-series') return { kind, count: 2, since };
  return kind === 'error' ? { kind, message: 'refused', since } : { kind, since };
}
