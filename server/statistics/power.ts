import { guardBound } from './bounds.ts';
import { type Crossing, firstOpeningNeeds, walkToBound } from './crossing.ts';
import { logEvidence } from './log-evidence.ts';
import { toleratedShare } from './rate-evidence.ts';

/** Units of each arm between two looks: more often sees a little earlier, so what is told is rather too many. */
const LOOK_EVERY = 200;
/** An effect that takes more event-units than this is not seen by anybody. */
const MOST_EVENTS = 1e8;
const USUAL_POWER = 0.8;

/** A rate, and the effect on it that is to be seen. */
export interface Effect {
  /** Of the units in control, how many have the event. */
  rate: number;
  /** 3 is a tripling; where less is worse, a fall to a third. */
  factor: number;
  margin: number;
  direction: 'up' | 'down';
  alpha: number;
  /** How many guards share alpha. */
  guards: number;
  /** Which measured entry of the run it is; the first where it is left out. */
  entry?: number;
}

/** What follows of an effect for the counts: who is watched, and how fast events come. */
interface Counted {
  /** Events that come with one more unit in each arm. */
  perUnit: number;
  variance: number;
  share: number;
  tolerated: number;
  bound: number;
}

/**
 * How many units each arm needs so that an effect is seen with a power of 80 %, or of `power`. Undefined where none would
 * do: the effect is within the margin, or nobody has the event.
 */
export function unitsNeeded(effect: Effect, power = USUAL_POWER): number | undefined {
  const counted = countEffect(effect);
  const typical = counted === undefined ? undefined : typicalEvents(counted);
  if (counted === undefined || typical === undefined) return undefined;
  // The slowest tenth takes less than twice the typical.
  let events = 3 * typical + 50;
  let walk = walkEffect(counted, events);
  while ((walk.crossed.at(-1) ?? 0) < (1 + power) / 2 && events < MOST_EVENTS) {
    events *= 2;
    walk = walkEffect(counted, events);
  }
  let [low, high] = [0, Math.ceil(events / counted.perUnit)];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (powerOf(walk, counted, middle) >= power) high = middle;
    else low = middle + 1;
  }
  return high;
}

/** How likely an effect has been seen when each arm has so many units. */
export function powerAt(effect: Effect, units: number): number {
  const counted = countEffect(effect);
  if (counted === undefined || units <= 0) return 0;
  const events = units * counted.perUnit;
  return powerOf(walkEffect(counted, Math.ceil(events + 6 * Math.sqrt(events) + 10)), counted, units);
}

/** How long, in ms, an effect takes to show at so many new units a minute in each arm; undefined where it never does. */
export function timeToSee(effect: Effect, unitsPerMinute: number, power = USUAL_POWER): number | undefined {
  const units = unitsPerMinute > 0 ? unitsNeeded(effect, power) : undefined;
  return units === undefined ? undefined : Math.ceil((units / unitsPerMinute) * 60_000);
}

function countEffect({ rate, factor, margin, direction, alpha, guards, entry = 1 }: Effect): Counted | undefined {
  const worse = direction === 'up' ? Math.min(1, rate * factor) : rate / Math.max(factor, 1 / factor);
  const perUnit = rate + worse;
  const share = (direction === 'up' ? worse : rate) / perUnit;
  const tolerated = toleratedShare({ direction, margin });
  if (!(rate > 0 && rate <= 1) || !(share > tolerated)) return undefined;
  const variance = rate * (1 - rate) + worse * (1 - worse);
  return { perUnit, variance, share, tolerated, bound: guardBound(alpha, guards, entry) };
}

function walkEffect({ perUnit, ...terms }: Counted, events: number): Crossing {
  return walkToBound({ ...terms, lookEvery: Math.max(1, LOOK_EVERY * perUnit) }, events);
}

/** How many event-units it takes where all goes as it does on average. */
function typicalEvents({ share, tolerated, bound }: Counted): number | undefined {
  for (let events = 8; events < MOST_EVENTS; events = Math.ceil(events * 1.25)) {
    const needed = firstOpeningNeeds(events, bound);
    if (logEvidence(share * events, (1 - share) * events, tolerated) >= needed) return events;
  }
  return undefined;
}

/** So many units have now more events and now fewer: the mean over how many they may have. */
function powerOf({ crossed, perStep }: Crossing, { perUnit, variance }: Counted, units: number): number {
  const mean = (units * perUnit) / perStep;
  const spread = Math.max(Math.sqrt(units * variance) / perStep, 1e-9);
  let [weights, seen] = [0, 0];
  for (let step = Math.max(0, Math.floor(mean - 6 * spread)); step <= mean + 6 * spread + 1; step++) {
    const weight = Math.exp(-(((step - mean) / spread) ** 2) / 2);
    weights += weight;
    seen += weight * (crossed[Math.min(step, crossed.length - 1)] ?? 0);
  }
  return weights === 0 ? 0 : seen / weights;
}
