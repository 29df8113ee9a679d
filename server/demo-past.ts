import { type Compiled, type Context, evaluate } from '@turnout/core';
import { questionsOf, stepsOfVisit, TRIAL_STEPS, type VisitStep } from './demo-apps.ts';
import { busyness, shopper, visitor } from './demo-shoppers.ts';
import { MOST_VISITS, TRIALS_A_MINUTE } from './demo-traffic.ts';
import type { PastCount, PastEvents } from './metrics/past-counts-store.ts';

export interface Past {
  counts: PastCount[];
  events: PastEvents[];
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** How far back it goes. */
const HOURS = 48;
/** So many visits stand for all of an hour, or of a minute: enough for believable shares, and a matter of milliseconds. */
const OF_AN_HOUR = 480;
const OF_A_MINUTE = 24;
/** What nobody asks for any more was asked for on these days. */
const FORGOTTEN = { flag: 'legacy-export', variant: 'on', fromDaysAgo: 47, toDaysAgo: 41, anHour: 30 };

interface Stretch {
  at: number;
  per: 'minute' | 'hour';
  /** The first of its visits, in numbers that the running apps do not come to. */
  first: number;
}

/**
 * What the apps of the demo would have reported of the last two days, had they run: the same visitors, asked of the
 * ruleset as it is now and counted; hours, and the minutes of the present one. A piece at a time, for nobody's request
 * shall wait for it.
 */
export async function imaginePast(compiled: Compiled, environment: string, now: Date): Promise<Past> {
  const past = new Counting();
  for (const stretch of stretchesBefore(now)) {
    if (environment === 'development') past.take(compiled, trialsOf(stretch));
    else past.take(compiled, visitsOf(stretch));
    await new Promise((resolve) => setImmediate(resolve));
  }
  const rows = past.rows();
  return environment === 'development' ? rows : { ...rows, counts: [...forgotten(now), ...rows.counts] };
}

function stretchesBefore(now: Date): Stretch[] {
  const hour = Math.floor(now.getTime() / HOUR_MS) * HOUR_MS;
  const hours = Array.from({ length: HOURS }, (_, n) => ({ at: hour - (HOURS - n) * HOUR_MS, per: 'hour' as const }));
  const minutes = Array.from({ length: Math.floor((now.getTime() - hour) / MINUTE_MS) }, (_, n) => {
    return { at: hour + n * MINUTE_MS, per: 'minute' as const };
  });
  return [...hours, ...minutes].map((stretch, n) => ({ ...stretch, first: -1 - (n + 1) * OF_AN_HOUR }));
}

interface Sample {
  at: string;
  per: 'minute' | 'hour';
  /** How many each of the visits stands for. */
  weight: number;
  visits: { who: number; steps: readonly VisitStep[] }[];
}

function visitsOf({ at, per, first }: Stretch): Sample {
  const count = per === 'hour' ? OF_AN_HOUR : OF_A_MINUTE;
  const seconds = per === 'hour' ? 3_600 : 60;
  const middle = new Date(at + (seconds / 2) * 1_000);
  return {
    ...{ at: new Date(at).toISOString(), per },
    weight: (MOST_VISITS * busyness(middle) * seconds) / count,
    visits: Array.from({ length: count }, (_, n) => ({ who: visitor(first + n), steps: stepsOfVisit(first + n) })),
  };
}

function trialsOf({ at, per, first }: Stretch): Sample {
  const count = TRIALS_A_MINUTE;
  return {
    ...{ at: new Date(at).toISOString(), per },
    weight: per === 'hour' ? 60 : 1,
    visits: Array.from({ length: count }, (_, n) => ({ who: visitor(first + n), steps: TRIAL_STEPS })),
  };
}

function forgotten(now: Date): PastCount[] {
  const { flag, variant, fromDaysAgo, toDaysAgo, anHour } = FORGOTTEN;
  const last = Math.floor(now.getTime() / HOUR_MS) * HOUR_MS - toDaysAgo * DAY_MS;
  return Array.from({ length: (fromDaysAgo - toDaysAgo) * 24 }, (_, n) => {
    const at = new Date(last - n * HOUR_MS);
    const count = Math.ceil(anHour * busyness(at));
    return { flag, variant, at: at.toISOString(), per: 'hour' as const, count };
  });
}

class Counting {
  readonly #counts = new Map<string, PastCount>();
  readonly #events = new Map<string, PastEvents>();
  readonly #shoppers = new Map<number, Context>();

  take(compiled: Compiled, { at, per, weight, visits }: Sample): void {
    for (const { who, steps } of visits) {
      const context = this.#shoppers.get(who) ?? shopper(who);
      this.#shoppers.set(who, context);
      for (const { piece, event } of steps) {
        for (const [flag] of questionsOf(piece)) {
          const { variant = '' } = evaluate(compiled, flag, context);
          const found = ensure(this.#counts, `${at} ${flag} ${variant}`, { flag, variant, at, per, count: 0 });
          found.count += weight;
        }
        if (event) this.#note({ at, per }, event, weight);
      }
    }
  }

  rows(): Past {
    const counts = [...this.#counts.values()].map((row) => ({ ...row, count: Math.ceil(row.count) }));
    const events = [...this.#events.values()].map((row) => ({
      ...row,
      ...{ count: Math.ceil(row.count), valued: Math.ceil(row.valued), sum: Math.round(row.sum * 100) / 100 },
    }));
    return { counts, events };
  }

  #note(when: Pick<Sample, 'at' | 'per'>, { name, value }: { name: string; value?: number }, weight: number): void {
    const nothing = { event: name, ...when, count: 0, valued: 0, sum: 0 };
    const found = ensure(this.#events, `${when.at} ${name}`, nothing);
    found.count += weight;
    if (value === undefined) return;
    found.valued += weight;
    found.sum += value * weight;
  }
}

function ensure<T>(map: Map<string, T>, name: string, made: T): T {
  const found = map.get(name) ?? made;
  map.set(name, found);
  return found;
}
