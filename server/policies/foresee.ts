import { countTested } from './check-units.ts';
import type { PolicyGround } from './ground.ts';
import type { Policy, VersusControlGuard } from './policy.ts';

/** What one guard will see in one environment. */
export interface Foresight {
  environment: string;
  guard: string;
  /** Units in each arm for the effect that must be seen; left out where nothing can be said. */
  units?: number;
  /** A sentence. */
  says: string;
}

const WHOLE = 100_000;
/** What one would like to know of beside what must be seen: that three times as many go wrong, and a quarter more. */
const USUAL = { up: [3, 1.25], down: [0.5, 0.8] } as const;

/**
 * What can be seen before a start: how many units in each arm it takes until a guard sees what it must, and what a small
 * effect would take. How long that is depends on the traffic of the flag.
 */
export function foresee(policy: Policy, ground: PolicyGround): Foresight[] {
  const guards = countTested(policy.guards);
  return policy.path.flatMap(({ environment, stages }) => {
    if (!stages.some(({ exposure }) => exposure !== undefined && exposure < WHOLE)) return [];
    return policy.guards.flatMap((guard): Foresight[] => {
      if (guard.kind !== 'versus-control' || guard.mode !== 'enforce') return [];
      const metric = ground.metrics.find(({ key }) => key === guard.metric);
      if (metric?.kind !== 'rate') return [];
      const found = ground.rates.find((one) => one.environment === environment && one.metric === guard.metric);
      const place = { environment, guard: guard.id };
      if (found === undefined || found.hours < 24) {
        const says = `${environment} has less than a day of ${guard.metric}: what ${guard.id} will see cannot be told yet.`;
        return [{ ...place, says }];
      }
      return [{ ...place, ...seenBy(guard, found.rate, { alpha: policy.alpha, guards }, ground) }];
    });
  });
}

function seenBy(
  guard: VersusControlGuard,
  rate: number,
  shared: { alpha: number; guards: number },
  { unitsNeeded }: PolicyGround,
): Pick<Foresight, 'units' | 'says'> {
  const { margin, direction, mustSee } = guard;
  const needed = (factor: number) => unitsNeeded({ rate, factor, margin, direction, ...shared });
  const [large, small] = USUAL[direction];
  const factor = mustSee ?? large;
  const units = needed(factor);
  const less = needed(small);
  const of = `${Number((rate * 100).toPrecision(3))} %`;
  const first =
    units === undefined
      ? `${guard.id} never sees ${factor}x of ${of}`
      : `${guard.id} sees ${factor}x of ${of} after about ${counted(units)} units in each arm`;
  const second = less === undefined ? 'never' : `after about ${counted(less)}`;
  return { ...(units === undefined ? {} : { units }), says: `${first}; ${small}x ${second}.` };
}

/** Two digits are as much as is known. */
function counted(units: number): string {
  return Number(units.toPrecision(2)).toLocaleString('en');
}
