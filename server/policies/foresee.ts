import { countTested } from './check-units.ts';
import type { PolicyGround, RecentTraffic } from './ground.ts';
import type { Policy, Stage, VersusControlGuard } from './policy.ts';
import { writeDuration } from './quantity.ts';

/** What one guard will see in one environment. */
export interface Foresight {
  environment: string;
  guard: string;
  /** Where the traffic is known: the stage, from 0. */
  stage?: number;
  /** Units in each arm for the effect that must be seen; left out where nothing can be said. */
  units?: number;
  /** How long those take to come. */
  takesMs?: number;
  /** A sentence. */
  says: string;
}

const WHOLE = 100_000;
const LEAST_HOURS = 24;
/** Where it is not said what must be seen: that three times as many go wrong. And an effect that is easily missed. */
const USUAL = { up: { large: 3, small: 1.25 }, down: { large: 0.5, small: 0.8 } } as const;

/** Two effects of a guard in an environment, and how many units in each arm each takes. */
interface Seen {
  guard: VersusControlGuard;
  rate: number;
  factor: number;
  units: number | undefined;
  small: number;
  smallUnits: number | undefined;
}

/**
 * What can be seen before a start: how many units in each arm it takes until a guard sees what it must, and what a small
 * effect would take. With the traffic of a flag it is told stage by stage, and how long it takes.
 */
export function foresee(
  policy: Policy,
  ground: PolicyGround,
  traffic: ReadonlyMap<string, RecentTraffic> = new Map(),
): Foresight[] {
  return policy.path.flatMap(({ environment, stages }) => {
    const staged = stages.flatMap((stage, at) => (shareOf(stage) > 0 ? [{ stage, at }] : []));
    if (staged.length === 0) return [];
    return policy.guards.flatMap((guard): Foresight[] => {
      if (guard.kind !== 'versus-control' || guard.mode !== 'enforce') return [];
      const metric = ground.metrics.find(({ key }) => key === guard.metric);
      if (metric?.kind === 'mean') {
        const says = `${guard.id} compares a mean: what it will see of ${metric.key} is not computed.`;
        return [{ environment, guard: guard.id, says }];
      }
      if (metric?.kind !== 'rate') return [];
      const found = ground.rates.find((one) => one.environment === environment && one.metric === guard.metric);
      const place = { environment, guard: guard.id };
      if (found === undefined || found.hours < LEAST_HOURS) {
        const says = `${environment} has less than a day of ${guard.metric}: what ${guard.id} will see cannot be told yet.`;
        return [{ ...place, says }];
      }
      const seen = seenBy(guard, found.rate, policy, ground);
      const perHour = traffic.get(environment)?.perHour ?? 0;
      if (perHour <= 0) return [{ ...place, ...unitsOf(seen), says: tellUnits(seen) }];
      return staged.map(({ stage, at }) => ({ ...place, stage: at, ...inTime(seen, stage, perHour) }));
    });
  });
}

/** The share of all units that each of the two arms gets. */
function shareOf({ exposure = WHOLE }: Stage): number {
  return Math.min(exposure, WHOLE - exposure) / WHOLE;
}

function seenBy(guard: VersusControlGuard, rate: number, policy: Policy, { unitsNeeded }: PolicyGround): Seen {
  const { large, small } = effectsOf(guard, rate, policy);
  const [units, smallUnits] = [large, small].map((effect) => unitsNeeded(effect));
  return { guard, rate, factor: large.factor, units, small: small.factor, smallUnits };
}

/** The two effects that are told of a guard: the one that it must see, and one that is easily missed. */
export function effectsOf(
  guard: VersusControlGuard,
  rate: number,
  { alpha, guards }: Pick<Policy, 'alpha' | 'guards'>,
) {
  const { margin, direction, mustSee } = guard;
  const shared = { rate, margin, direction, alpha, guards: countTested(guards) };
  const { large, small } = USUAL[direction];
  return { large: { ...shared, factor: mustSee ?? large }, small: { ...shared, factor: small } };
}

const unitsOf = ({ units }: Seen) => (units === undefined ? {} : { units });

function tellUnits(seen: Seen): string {
  const { units, small, smallUnits } = seen;
  const first =
    units === undefined ? `${sees(seen)} never` : `${sees(seen)} after about ${counted(units)} units in each arm`;
  return `${first}; ${small}x ${smallUnits === undefined ? 'never' : `after about ${counted(smallUnits)}`}.`;
}

function inTime(seen: Seen, stage: Stage, perHour: number): Pick<Foresight, 'units' | 'takesMs' | 'says'> {
  const perMs = (perHour * shareOf(stage)) / 3_600_000;
  const takes = (units: number | undefined) => (units === undefined ? undefined : Math.ceil(units / perMs));
  const [takesMs, smallMs] = [takes(seen.units), takes(seen.smallUnits)];
  const where = `${stage.name === undefined ? '' : `${stage.name}, `}${(stage.exposure ?? 0) / 1_000} %`;
  const shows = (ms: number | undefined) =>
    ms === undefined || ms > stage.bakeMs
      ? `will not show in this bake of ${writeDuration(stage.bakeMs)}`
      : `shows in about ${inWords(ms)}`;
  const says =
    `${where}: at the traffic of the last week ${seen.factor}x of ${percent(seen.rate)} (${seen.guard.id}) ` +
    `${shows(takesMs)}; ${seen.small}x ${shows(smallMs)}.`;
  return { ...unitsOf(seen), ...(takesMs === undefined ? {} : { takesMs }), says };
}

const sees = ({ guard, factor, rate }: Seen) => `${guard.id} sees ${factor}x of ${percent(rate)}`;
const percent = (rate: number) => `${Number((rate * 100).toPrecision(3))} %`;

/** Two digits are as much as is known. */
function counted(units: number): string {
  return Number(units.toPrecision(2)).toLocaleString('en');
}

function inWords(ms: number): string {
  const minutes = ms / 60_000;
  if (minutes < 1) return 'a minute';
  if (minutes < 120) return `${Math.round(minutes)} minutes`;
  return minutes < 2_880 ? `${Math.round(minutes / 60)} hours` : `${Math.round(minutes / 1_440)} days`;
}
