import { occurrencesBetween } from './occurrences.ts';
import { toLocal, toMoment } from './zone-time.ts';

/** What becomes of a rollout that a freeze finds in a stage: it stands still, or its stage goes on and no other begins. */
export type InFlight = 'hold' | 'finish-stage';
/** Who may go on in spite of a freeze, with a reason. */
export type OverrideRole = 'release-manager' | 'admin';

/** A time in which nothing may grow: once, or again and again by a rule. */
export interface Freeze {
  id: string;
  name: string;
  /** Ids of the environments that it covers; null for all of the project. */
  environments: readonly number[] | null;
  /** It is for flags with one of these tags alone; null for all. */
  tags: readonly string[] | null;
  inFlight: InFlight;
  /** Null where nobody goes on in spite of it. */
  overrideBy: OverrideRole | null;
  /** Once: when it begins. Recurring: no window of it begins earlier. */
  from: Date;
  /** Once: when it ends. Recurring: no window of it begins later; null where it goes on for good. */
  to: Date | null;
  /** Five fields of cron, or an RRULE, on the clock of the zone; null where it comes once. */
  rule: string | null;
  zone: string;
  /** How long each window of a recurring one is, on the clock of the zone. */
  lastsMs: number | null;
  /** When somebody ended it early. */
  endedAt: Date | null;
}

export interface Frozen {
  name: string;
  until: Date;
  /** The stricter one of all that hold. */
  inFlight: InFlight;
}

interface Window {
  name: string;
  start: number;
  end: number;
}

/** Windows that follow one another are followed so far; longer than that nobody plans. */
const MOST_HOPS = 100;
const DAY_MS = 86_400_000;

/** What is asked for an environment as a whole, or for what has no tag. */
const NO_TAGS: readonly string[] = [];

/**
 * The freezes that are for an environment and for a flag with these tags: those for all of it, and those for one of the
 * tags. Without tags those for some flags alone are left out.
 */
export function freezesFor(freezes: readonly Freeze[], environment: number, tags = NO_TAGS): Freeze[] {
  return freezes.filter((freeze) => {
    if (freeze.environments !== null && !freeze.environments.includes(environment)) return false;
    return freeze.tags === null || freeze.tags.some((tag) => tags.includes(tag));
  });
}

/** Whether a freeze holds at a moment, wherever that is. */
export function isHolding(freeze: Freeze, at: Date): boolean {
  const moment = at.getTime();
  return windowsOf(freeze, moment, moment).some(({ start, end }) => start <= moment && moment < end);
}

/** Those of them that hold at a moment. */
export function holdingAt(
  freezes: readonly Freeze[],
  environment: number,
  at: Date,
  tags: readonly string[] = NO_TAGS,
): Freeze[] {
  return freezesFor(freezes, environment, tags).filter((freeze) => isHolding(freeze, at));
}

/**
 * The freeze in which a flag with these tags is in an environment at a moment, and until when: where the next begins before
 * it is over, until that one ends too. Null where it is in none.
 */
export function freezeAt(
  freezes: readonly Freeze[],
  environment: number,
  at: Date,
  tags: readonly string[] = NO_TAGS,
): Frozen | null {
  const here = freezesFor(freezes, environment, tags);
  let found: Window | undefined;
  let end = at.getTime();
  for (let hop = 0; hop < MOST_HOPS; hop++) {
    const [last] = windowsBetween(here, end, end).sort((a, b) => b.end - a.end);
    if (last === undefined || last.end <= end) break;
    found ??= last;
    end = last.end;
  }
  if (found === undefined) return null;
  const holds = holdingAt(here, environment, at, tags).some(({ inFlight }) => inFlight === 'hold');
  return { name: found.name, until: new Date(end), inFlight: holds ? 'hold' : 'finish-stage' };
}

/** How much of the time between two moments a flag with these tags was frozen, in ms; what overlaps counts once. */
export function frozenBetween(
  freezes: readonly Freeze[],
  environment: number,
  from: Date,
  to: Date,
  tags: readonly string[] = NO_TAGS,
): number {
  let [frozen, at] = [0, from.getTime()];
  const here = freezesFor(freezes, environment, tags);
  for (const { start, end } of windowsBetween(here, at, to.getTime()).sort(byStart)) {
    const until = Math.min(end, to.getTime());
    frozen += Math.max(0, until - Math.max(start, at));
    at = Math.max(at, until);
  }
  return frozen;
}

/** From when on another freeze holds than before, or none. */
export interface FreezeTurn {
  at: Date;
  freeze: Frozen | null;
}

/** What held of freezes at the first of two moments, and each turn until the second, for whoever did not look meanwhile. */
export function freezeTurns(
  freezes: readonly Freeze[],
  environment: number,
  from: Date,
  to: Date,
  tags: readonly string[] = NO_TAGS,
): FreezeTurn[] {
  const here = freezesFor(freezes, environment, tags);
  const turns = windowsBetween(here, from.getTime(), to.getTime())
    .flatMap(({ start, end }) => [start, end])
    .filter((turn) => turn > from.getTime() && turn <= to.getTime())
    .sort((a, b) => a - b);
  return [...new Set([from.getTime(), ...turns])].map((turn) => {
    const at = new Date(turn);
    return { at, freeze: freezeAt(here, environment, at, tags) };
  });
}

/** The windows of one freeze that hold some moment of the time to come, the next first; so many at most. */
export function windowsAhead(freeze: Freeze, from: Date, to: Date, most: number): { from: Date; to: Date }[] {
  return windowsOf(freeze, from.getTime(), to.getTime())
    .filter(({ start, end }) => start <= to.getTime() && end > from.getTime() && end > start)
    .sort(byStart)
    .slice(0, most)
    .map(({ start, end }) => ({ from: new Date(start), to: new Date(end) }));
}

const byStart = (a: Window, b: Window) => a.start - b.start;

/** The windows that hold some moment from `from` to `to`. A window's end is not in it any more. */
function windowsBetween(freezes: readonly Freeze[], from: number, to: number): Window[] {
  return freezes
    .flatMap((freeze) => windowsOf(freeze, from, to))
    .filter(({ start, end }) => start <= to && end > from && end > start);
}

function windowsOf(freeze: Freeze, from: number, to: number): Window[] {
  const { name, rule, zone, lastsMs } = freeze;
  const endedAt = freeze.endedAt?.getTime() ?? Number.POSITIVE_INFINITY;
  const [first, last] = [freeze.from.getTime(), freeze.to?.getTime() ?? Number.POSITIVE_INFINITY];
  if (rule === null || lastsMs === null) return [{ name, start: first, end: Math.min(last, endedAt) }];
  // A day to both sides, for clocks are put back and forth meanwhile.
  const locals = occurrencesBetween(
    { rule, from: toLocal(zone, first) },
    toLocal(zone, from) - lastsMs - DAY_MS,
    toLocal(zone, to) + DAY_MS,
  );
  return locals
    .map((local) => {
      const start = toMoment(zone, local);
      // From the time that is shown then: what begins in a skipped hour is not shorter by it.
      return { name, start, end: Math.min(toMoment(zone, toLocal(zone, start) + lastsMs), endedAt) };
    })
    .filter(({ start }) => start >= first && start < last);
}
