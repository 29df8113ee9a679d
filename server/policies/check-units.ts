import type { MetricDefinition } from '../metrics/evidence.ts';
import type { FieldFault } from '../platform/problem.ts';
import { isProtectedIn, type PolicyGround, type Remark } from './ground.ts';
import { type Guard, type Policy, type Stage, sharesAlpha, type VersusControlGuard } from './policy.ts';

/** Less than a day of events says little of a week. */
const LEAST_HOURS = 24;
const WHOLE = 100_000;

/** Enforced guards that share the budget of false alarms: those that test what was measured. */
export function countTested(guards: readonly Guard[]): number {
  return guards.filter((guard) => guard.mode === 'enforce' && sharesAlpha(guard)).length;
}

/**
 * Whether each stage waits for as many units as its guards need to see what they must see. Too few are a fault in a
 * protected environment, unless somebody took that upon themselves with a reason; elsewhere a remark. With less than a
 * day of data nothing is computed, and that is said.
 */
export function checkUnits(
  policy: Policy,
  ground: PolicyGround,
  tooFewAccepted: boolean,
): { faults: FieldFault[]; remarks: Remark[] } {
  const faults: FieldFault[] = [];
  const remarks: Remark[] = [];
  const silent = new Set<string>();
  const guards = countTested(policy.guards);
  policy.guards.forEach((guard, index) => {
    if (guard.kind !== 'versus-control' || guard.mode !== 'enforce' || guard.mustSee === undefined) return;
    if (!isRate(guard, ground.metrics)) return;
    policy.path.forEach(({ environment, stages }, step) => {
      const found = ground.rates.find((one) => one.environment === environment && one.metric === guard.metric);
      if (found === undefined || found.hours < LEAST_HOURS) {
        if (stages.some(hasArms) && !silent.has(`${environment} ${guard.id}`)) {
          silent.add(`${environment} ${guard.id}`);
          remarks.push(noData(guard, `/guards/${index}/mustSee`, environment, found?.hours ?? 0));
        }
        return;
      }
      const ask = { rate: found.rate, factor: guard.mustSee ?? 0, margin: guard.margin, direction: guard.direction };
      const needed = ground.unitsNeeded({ ...ask, alpha: policy.alpha, guards });
      stages.forEach((stage, at) => {
        const path = `/path/${step}/stages/${at}/minUnits`;
        if (needed === undefined || stage.minUnits === undefined || stage.minUnits >= needed || !hasArms(stage)) return;
        const least = `${needed} units in each arm, which the guard ${guard.id} needs to see ${guard.mustSee}x of ${percent(found.rate)}`;
        if (isProtectedIn(ground, environment) && !tooFewAccepted) {
          faults.push({ path, code: 'too_few_units', expected: `at least ${least}, or an override with a reason` });
        } else remarks.push({ path, code: 'too_few_units', says: `This is less than ${least}.` });
      });
    });
  });
  return { faults, remarks };
}

function isRate({ metric }: VersusControlGuard, metrics: readonly MetricDefinition[]): boolean {
  return metrics.some(({ key, kind }) => key === metric && kind === 'rate');
}

const hasArms = ({ exposure }: Stage) => exposure !== undefined && exposure < WHOLE;
const percent = (rate: number) => `${Number((rate * 100).toPrecision(3))} %`;

function noData({ id, metric }: VersusControlGuard, path: string, environment: string, hours: number): Remark {
  const says =
    `${environment} has ${Math.floor(hours)} hours of ${metric} in the last week: how many units ${id} needs is not ` +
    'checked with less than 24.';
  return { path, code: 'no_rate_yet', says };
}
