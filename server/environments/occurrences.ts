import { Cron } from 'croner';
import rrule from 'rrule';

const { RRule } = rrule;

/** A rule by which something recurs, and the local time before which it does not. */
interface Recurrence {
  rule: string;
  from: number;
}

/** So many are looked at of one rule; what recurs at most every hour has fewer in a year. */
const MOST = 10_000;
/** So many are looked at before a rule is taken. */
const MOST_TRIED = 500;
const HOUR_MS = 3_600_000;
const YEAR_MS = 366 * 24 * HOUR_MS;
/** The library walks from the beginning, a step each day; so many are half a century. */
const MOST_STEPS = 20_000;
/** A rule that begins earlier would cost a walk of many years at each look. */
const EARLIEST = Date.UTC(2020, 0, 1);
const NEVER = 'a rule by which it comes at all within five years';

/** The local times at which a rule says that something begins, between two of them, both included. */
export function occurrencesBetween(recurrence: Recurrence, from: number, to: number, most = MOST): number[] {
  const begin = Math.max(from, recurrence.from);
  const [first, last] = [Math.floor(begin / LEAF_MS), Math.floor(to / LEAF_MS)];
  if (last - first > MOST_LEAVES_A_LOOK) return searchBetween(recurrence, begin, to, most);
  const found: number[] = [];
  for (let leaf = first; leaf <= last; leaf++) {
    for (const at of readLeaf(recurrence, leaf)) {
      if (at >= begin && at <= to) found.push(at);
      if (found.length >= most) return found;
    }
  }
  return found;
}

/**
 * The same are asked for again and again, for each rollout at each look, and the libraries walk there anew each time: what
 * they found is kept by the month, as on the leaves of a calendar.
 */
const LEAF_MS = 31 * 24 * HOUR_MS;
const MOST_LEAVES = 2_000;
/** Who looks further ahead looks seldom, and walks once. */
const MOST_LEAVES_A_LOOK = 4;
const leaves = new Map<string, number[]>();

function readLeaf(recurrence: Recurrence, leaf: number): number[] {
  const name = `${leaf} ${recurrence.from} ${recurrence.rule}`;
  const kept = leaves.get(name);
  if (kept !== undefined) return kept;
  const begin = Math.max(leaf * LEAF_MS, recurrence.from);
  const found = searchBetween(recurrence, begin, (leaf + 1) * LEAF_MS - 1, MOST);
  const oldest = leaves.size < MOST_LEAVES ? undefined : leaves.keys().next().value;
  if (oldest !== undefined) leaves.delete(oldest);
  leaves.set(name, found);
  return found;
}

function searchBetween(recurrence: Recurrence, begin: number, to: number, most: number): number[] {
  if (begin > to) return [];
  return isRRule(recurrence.rule)
    ? rruleBetween(recurrence, begin, to, most)
    : cronBetween(recurrence.rule, begin, to, most);
}

/** What is wrong with a rule, as the words that say what would be right; undefined where nothing is. */
export function ruleFault(rule: string, from: number): string | undefined {
  if (from < EARLIEST) return 'a rule that begins in 2020 or later';
  try {
    if (isRRule(rule)) {
      const { freq, interval = 1 } = readRRule(rule);
      if (freq === undefined || freq > RRule.DAILY) return 'an RRULE with FREQ=DAILY, WEEKLY, MONTHLY or YEARLY';
      if (!Number.isInteger(interval) || interval < 1) return 'an RRULE whose INTERVAL is 1 or more';
    }
    if (searchBetween({ rule, from }, from, from + YEAR_MS * 5, 1).length === 0) return NEVER;
    return shortestGap({ rule, from }) < HOUR_MS ? 'a rule by which it begins once an hour at most' : undefined;
  } catch (error) {
    if (error instanceof TooFar) return NEVER;
    return 'five fields of cron, such as 0 17 * * 5, or an RRULE, such as FREQ=WEEKLY;BYDAY=FR;BYHOUR=17;BYMINUTE=0';
  }
}

/** The shortest time from one beginning to the next, on the clock of the zone; infinite where it comes once. */
export function shortestGap({ rule, from }: Recurrence): number {
  const next = searchBetween({ rule, from }, from, from + YEAR_MS * 5, MOST_TRIED);
  return Math.min(Number.POSITIVE_INFINITY, ...next.slice(1).map((at, index) => at - (next[index] ?? at)));
}

const isRRule = (rule: string) => /^(RRULE:)?[A-Z]+=/i.test(rule.trim());

const readRRule = (rule: string) => RRule.parseString(rule.trim().replace(/^RRULE:/i, ''));

/** Nothing came of a rule in all of its steps. */
class TooFar extends Error {}

/** The library is given local times as if they were UTC, so that it knows of no zone and no summer time. */
function rruleBetween({ rule, from }: Recurrence, begin: number, to: number, most: number): number[] {
  const { dtstart: _start, tzid: _zone, ...options } = readRRule(rule);
  const second = Math.floor(from / 1_000) * 1_000;
  const recurring = new RRule({ ...options, bysecond: options.bysecond ?? 0, dtstart: new Date(second) });
  limitSteps(recurring);
  const found = recurring.between(new Date(begin), new Date(to), true, (_at, count) => count < most);
  return found.map((at) => at.getTime());
}

/**
 * By some rules nothing ever comes, such as each 30th of February, and the library looks for it until the year 9999, or
 * backwards for ever, while everybody waits. It reads the interval twice in each of its steps: there they are counted.
 */
function limitSteps({ options }: InstanceType<typeof RRule>): void {
  const { interval } = options;
  let reads = 0;
  const count = () => {
    reads += 1;
    if (reads > 2 * MOST_STEPS) throw new TooFar('by this rule nothing comes for half a century');
    return interval;
  };
  Object.defineProperty(options, 'interval', { get: count });
}

function cronBetween(rule: string, begin: number, to: number, most: number): number[] {
  const cron = new Cron(rule.trim(), { timezone: 'UTC', paused: true, mode: '5-part' });
  const found: number[] = [];
  let at = cron.nextRun(new Date(begin - 1));
  while (at !== null && at.getTime() <= to && found.length < most) {
    found.push(at.getTime());
    at = cron.nextRun(at);
  }
  return found;
}
