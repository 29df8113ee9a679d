import type { FlagInEnvironment } from '../flags/flag-store.ts';
import { NATIVE_BUCKETS } from '../flags/plan-serve.ts';
import type { MetricDefinition } from '../metrics/evidence.ts';
import type { Policy } from '../policies/policy.ts';
import type { RunTerms } from './layout.ts';
import { checkStart } from './layout-start.ts';
import type { Rollout, Run } from './rollout.ts';

/** A salt that nobody was drawn by before. */
type NewSalt = () => string;

/** What stays the same over the stages of a run: of a run that has written already, what it wrote. */
export function termsOf(
  rollout: Rollout & { pinned: Policy; newSalt: boolean },
  run: Run,
  { configuration }: FlagInEnvironment,
  metrics: readonly MetricDefinition[],
  newSalt: NewSalt,
): RunTerms {
  const { target, from, to, pinned } = rollout;
  const written = run.wrote?.run;
  const rule = configuration.rules.find(({ id }) => id === target);
  const kept = Object.hasOwn(configuration.salts, target) ? configuration.salts[target] : undefined;
  return {
    ...{ id: run.id, target, from, to, by: pinned.unit, anchor: run.anchor },
    targetIf: rule?.if ?? null,
    salt: written?.salt ?? saltOf(rollout, run, kept, newSalt),
    sample: written?.sample ?? { salt: `sample-${run.id}`, below: NATIVE_BUCKETS },
    events: eventsOf(pinned, run, metrics),
  };
}

/** A split that stands keeps its salt: whoever has `to` already goes on having it. */
function saltOf(
  { from, to, pinned, newSalt: drawsAnew }: Rollout & { pinned: Policy; newSalt: boolean },
  { anchor, environment }: Run,
  kept: string | undefined,
  newSalt: NewSalt,
): string {
  const stages = pinned.path.find((step) => step.environment === environment)?.stages ?? [];
  const salt = drawsAnew || kept === undefined ? newSalt() : kept;
  const check = checkStart(anchor, { from, to, by: pinned.unit, salt, stages });
  return check.may ? check.salt : salt;
}

/** The tracked events that say something of this run: those of its guards' metrics, and those that a stage asks for. */
function eventsOf(policy: Policy, run: Run, metrics: readonly MetricDefinition[]): string[] {
  const keys = new Set(policy.guards.flatMap((guard) => ('metric' in guard ? [guard.metric] : [])));
  const ofMetrics = metrics
    .filter(({ key }) => keys.has(key))
    .flatMap(({ event, denominator }) => [event, ...(denominator === undefined ? [] : [denominator])]);
  const step = policy.path.find(({ environment }) => environment === run.environment);
  const ofStages = (step?.stages ?? []).flatMap(({ minHits }) => (minHits === undefined ? [] : [minHits.event]));
  return [...new Set([...ofMetrics, ...ofStages])].sort();
}
