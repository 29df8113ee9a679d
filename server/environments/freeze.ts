import { byStart, type Window, windowsBetween, windowsOf } from './freeze-windows.ts';

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
  /** Null where one window begins before another is over, and on and on: it lasts until somebody ends it. */
  until: Date | null;
  /** The stricter one of all that hold. */
  inFlight: InFlight;
}

/** Windows without a gap between them are followed so far: what goes on longer has no end that anybody planned. */
const MOST_HOPS = 400;
const MOST_AHEAD_MS = 366 * 86_400_000;

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
  return windowsOf(freeze, at.getTime(), at.getTime()).length > 0;
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
  const first = lastToEnd(here, at.getTime());
  if (first === undefined) return null;
  let end = first.end;
  let next = lastToEnd(here, end);
  for (let hop = 1; next !== undefined && hop < MOST_HOPS && end - at.getTime() < MOST_AHEAD_MS; hop++) {
    end = next.end;
    next = lastToEnd(here, end);
  }
  const holds = holdingAt(here, environment, at, tags).some(({ inFlight }) => inFlight === 'hold');
  const until = next === undefined ? new Date(end) : lastDayOf(here, end);
  return { name: first.name, until, inFlight: holds ? 'hold' : 'finish-stage' };
}

/** Until when those that hold at a moment go on as they do; null where one of them has no last day. */
function lastDayOf(freezes: readonly Freeze[], at: number): Date | null {
  const ends = freezes.filter((freeze) => isHolding(freeze, new Date(at))).map(({ to }) => to);
  const known = ends.filter((to) => to !== null);
  return known.length < ends.length ? null : new Date(Math.max(at, ...known.map((to) => to.getTime())));
}

/** Of all windows that hold at a moment, the one that ends last. */
function lastToEnd(freezes: readonly Freeze[], at: number): Window | undefined {
  return windowsBetween(freezes, at, at).sort((a, b) => b.end - a.end)[0];
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
