import type { MetricDefinition } from '../metrics/evidence.ts';
import type { FailAction, Guard, Policy, Stage } from '../policies/policy.ts';
import type { Evidence } from './decision.ts';
import { hasControl } from './layout.ts';
import type { Run } from './rollout.ts';

export { hasControl };

type Place = Pick<Run, 'environment' | 'isProtected'>;

/** Whether a guard watches this environment. What asks other systems does so in protected ones, unless it names one. */
export function watches(guard: Guard, { environment, isProtected }: Place): boolean {
  if (guard.environment !== undefined) return guard.environment === environment;
  return guard.kind === 'threshold' || guard.kind === 'signal' ? isProtected : true;
}

/**
 * How many guards share the false-alarm budget of a run: the enforced ones that test. It is the same from the start of a
 * run to its end, for the policy's version is.
 */
export function countTesting(policy: Policy, place: Place): number {
  return policy.guards.filter((guard) => guard.mode === 'enforce' && watches(guard, place) && isTesting(guard)).length;
}

/**
 * Whether an entry of this stage spends a share of the budget: where one of the guards that share it applies. Where none
 * shares it, those that only show or only look at the arms count their entries for themselves. Past unequal arms nothing
 * is compared, so nothing that compares spends anything.
 */
export function isMeasured(policy: Policy, place: Place, stage: Stage, overridesRatio = false): boolean {
  const sharing = countTesting(policy, place) > 0;
  return policy.guards.some((guard) => {
    if (!watches(guard, place) || (sharing && guard.mode !== 'enforce')) return false;
    if (guard.kind === 'absolute') return true;
    const compares = guard.kind === 'versus-control' || (!sharing && guard.kind === 'sample-ratio');
    return compares && hasControl(stage) && !overridesRatio;
  });
}

function isTesting({ kind }: Guard): boolean {
  return kind === 'versus-control' || kind === 'absolute';
}

/** Whether the arms were found unequal in this entry, and nobody went on past that. */
export function hasRatioAlarm({ guards }: Policy, run: Run): boolean {
  const failed = guards.some(({ id, kind }) => kind === 'sample-ratio' && Object.hasOwn(run.failed, id));
  return failed && !run.overriddenRatio;
}

/** The metric whose counts a guard judges; undefined for those that count nothing. */
export function metricOf(
  guard: Guard,
  metrics: Readonly<Record<string, MetricDefinition>>,
): MetricDefinition | undefined {
  if (guard.kind !== 'versus-control' && guard.kind !== 'absolute') return undefined;
  return Object.hasOwn(metrics, guard.metric) ? metrics[guard.metric] : undefined;
}

/**
 * Whether what a guard sees was made by clients, and nothing there shows that it is true: a client key is in every page.
 * Signed contexts show it, and in a protected environment nothing does.
 */
export function isClientMade(
  guard: Guard,
  place: Place,
  { metrics, entry }: Pick<Evidence, 'metrics' | 'entry'>,
): boolean {
  if (metricOf(guard, metrics)?.source !== 'client') return false;
  return place.isProtected || entry?.pages?.source !== 'signed';
}

/**
 * What a failed guard does here, which may be less than its policy asks for: what clients sent can be forged, what cannot
 * be reversed must not be tried, and before the first stage there is nothing that a kill would stop.
 */
export function actionOnFail(
  guard: Guard,
  { policy, run, mayBeForged = false }: { policy: Policy; run: Run; mayBeForged?: boolean | undefined },
): FailAction {
  if (guard.onFail !== 'kill' && guard.onFail !== 'rollBack') return guard.onFail;
  if (policy.reversible !== 'instant' || mayBeForged) return 'pause';
  return run.stage < 0 ? 'rollBack' : guard.onFail;
}
