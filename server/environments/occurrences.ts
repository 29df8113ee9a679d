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
    const next = occurrencesBetween({ rule, from }, from, from + YEAR_MS * 5, MOST_TRIED);
    if (next.length === 0) return NEVER;
    const tooOften = next.some((at, index) => index > 0 && at - (next[index - 1] ?? 0) < HOUR_MS);
    return tooOften ? 'a rule by which it begins once an hour at most' : undefined;
  } catch (error) {
    if (error instanceof TooFar) return NEVER;
    return 'five fields of cron, such as 0 17 * * 5, or an RRULE, such as FREQ=WEEKLY;BYDAY=FR;BYHOUR=17;BYMINUTE=0';
  }
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
