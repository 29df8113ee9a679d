import { type Freeze, type Frozen, freezeAt, holdingAt } from '../environments/freeze.ts';
import { occurrencesBetween } from '../environments/occurrences.ts';
import { toLocal, toMoment } from '../environments/zone-time.ts';
import type { Velocity } from './train.ts';

/** When one may come aboard, when the manifest closes, and when it leaves. */
export interface Times {
  /** Null: as soon as the one before has closed. */
  opensAt: Date | null;
  closesAt: Date;
  leavesAt: Date;
}

export interface Timing {
  cutOffMs: number;
  opensMs: number | null;
  /** From when on a rule recurs: every second week is counted from here. */
  since: Date;
}

/** The freezes of a project, and which of its environments is meant. */
export interface Frost {
  freezes: readonly Freeze[];
  environmentId: number;
}

/** When it leaves next, and the times before the last of them at which it does not, for a freeze holds. */
export interface Ahead {
  ahead: Times[];
  skipped: { at: Date; freeze: string }[];
}

const DAY_MS = 86_400_000;
/** Rules by which nothing comes within five years are not taken. */
const FAR_MS = 5 * 366 * DAY_MS;
/** So many moments of a rule are looked at at once, and so often again where freezes hold in all of them. */
const AT_ONCE = 60;
const MOST_LOOKS = 40;
/** More than that nobody reads. */
const MOST_SKIPPED = 50;

/** The next departures of a train after a moment. Trains that leave when something is ready have none that is known. */
export function departuresAhead(velocity: Velocity, timing: Timing, frost: Frost, from: Date, most: number): Ahead {
  if (velocity.kind === 'train') return scheduled(velocity, timing, frost, from, most);
  const at = velocity.kind === 'deadline' ? new Date(velocity.at) : undefined;
  if (at === undefined || at <= from) return { ahead: [], skipped: [] };
  const frozen = freezeAt(frost.freezes, frost.environmentId, at);
  // Its date does not move: it is skipped for good.
  if (frozen) return { ahead: [], skipped: [{ at, freeze: frozen.name }] };
  return { ahead: [timesOf(at, timing)], skipped: [] };
}

function scheduled(
  velocity: Extract<Velocity, { kind: 'train' }>,
  timing: Timing,
  { freezes, environmentId }: Frost,
  from: Date,
  most: number,
): Ahead {
  const found: Ahead = { ahead: [], skipped: [] };
  let frozen: Frozen | null = null;
  const isOver = ({ until }: Frozen, at: Date) =>
    until === null ? holdingAt(freezes, environmentId, at).length === 0 : at >= until;
  for (const at of momentsOf(velocity, timing.since, from)) {
    if (frozen === null || isOver(frozen, at)) frozen = freezeAt(freezes, environmentId, at);
    if (frozen !== null) {
      if (found.skipped.length < MOST_SKIPPED) found.skipped.push({ at, freeze: frozen.name });
      continue;
    }
    found.ahead.push(timesOf(at, timing));
    if (found.ahead.length >= most) break;
  }
  const last = found.ahead.at(-1)?.leavesAt;
  if (last === undefined || found.ahead.length < most) return found;
  return { ...found, skipped: found.skipped.filter((one) => one.at < last) };
}

/** The moments after `from` at which a clock in the zone shows what the rule names, each once, in their order. */
function* momentsOf({ rule, zone }: { rule: string; zone: string }, since: Date, from: Date): Generator<Date> {
  const recurrence = { rule, from: toLocal(zone, since.getTime()) };
  let last = from.getTime();
  // A day before, for clocks are put back.
  let begin = toLocal(zone, last) - DAY_MS;
  const end = begin + FAR_MS;
  for (let look = 0; look < MOST_LOOKS; look++) {
    const locals = occurrencesBetween(recurrence, begin, end, AT_ONCE);
    for (const local of locals) {
      const at = toMoment(zone, local);
      // What is skipped in spring falls together with what comes after it.
      if (at <= last) continue;
      last = at;
      yield new Date(at);
    }
    const newest = locals.at(-1);
    if (newest === undefined || locals.length < AT_ONCE) return;
    begin = newest + 1_000;
  }
}

/** Cut-offs are so long before, by elapsed time: four hours are four hours when clocks change meanwhile. */
function timesOf(leavesAt: Date, { cutOffMs, opensMs }: Timing): Times {
  const before = (ms: number) => new Date(leavesAt.getTime() - ms);
  return {
    opensAt: opensMs === null ? null : before(Math.max(opensMs, cutOffMs)),
    closesAt: before(cutOffMs),
    leavesAt,
  };
}
