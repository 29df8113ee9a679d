import type { MetricDefinition } from '../metrics/evidence.ts';
import type { RecentRate, UnitsNeeded } from '../policies/ground.ts';
import type { Policy, Stage } from '../policies/policy.ts';
import { countTesting, hasControl, watches } from './guard-scope.ts';

/** Less than a day of events says little of a week. */
const LEAST_HOURS = 24;

export interface UnitsGround {
  metrics: readonly MetricDefinition[];
  rates: readonly RecentRate[];
  unitsNeeded: UnitsNeeded;
}

/**
 * How many units each arm needs before a stage can be left: as many as the policy says, or, where it says nothing, as
 * many as its guards need to see what they must see. Null where nothing is asked for, or nothing can be said of it yet.
 */
export function neededUnits(
  policy: Policy,
  place: { environment: string; isProtected: boolean },
  stage: Stage,
  { metrics, rates, unitsNeeded }: UnitsGround,
): number | null {
  if (stage.minUnits !== undefined) return stage.minUnits;
  if (!hasControl(stage)) return null;
  const guards = countTesting(policy, place);
  const needed = policy.guards.flatMap((guard) => {
    if (guard.kind !== 'versus-control' || guard.mode !== 'enforce' || guard.mustSee === undefined) return [];
    if (!watches(guard, place) || !metrics.some(({ key, kind }) => key === guard.metric && kind === 'rate')) return [];
    const found = rates.find((one) => one.environment === place.environment && one.metric === guard.metric);
    if (found === undefined || found.hours < LEAST_HOURS) return [];
    const { mustSee: factor, margin, direction } = guard;
    return unitsNeeded({ rate: found.rate, factor, margin, direction, alpha: policy.alpha, guards }) ?? [];
  });
  return needed.length === 0 ? null : Math.max(...needed);
}

/** How many units of a flag came in an hour, over how many hours that was seen. */
export interface Traffic {
  perHour: number;
  hours: number;
}

/**
 * Whether a stage can be left before its deadline at last week's traffic: undefined where it can, or where too little is
 * known to say. Where it cannot: the smallest exposure, of 100,000, at which it could; null where none would do.
 * Evaluations stand for units where those were not counted, and there are never fewer of them: nothing is refused that
 * could be reached.
 */
export function unreachable(
  stage: Stage,
  needed: number | null,
  deadlineMs: number,
  traffic: Traffic | undefined,
): { comes: number; exposure: number | null } | undefined {
  if (needed === null || traffic === undefined || traffic.hours < LEAST_HOURS || !hasControl(stage)) return undefined;
  const coming = (traffic.perHour * deadlineMs) / 3_600_000;
  const exposure = stage.exposure ?? 0;
  const comes = Math.floor((coming * Math.min(exposure, WHOLE - exposure)) / WHOLE);
  if (comes >= needed) return undefined;
  const least = coming <= 0 ? Number.POSITIVE_INFINITY : Math.ceil((needed / coming) * WHOLE);
  return { comes, exposure: least <= WHOLE / 2 ? least : null };
}

const WHOLE = 100_000;
