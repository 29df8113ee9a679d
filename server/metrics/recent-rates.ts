import type { Db, Tx } from '../database/connect.ts';
import type { Clock } from '../platform/clock.ts';
import type { EntryEvidence, MetricDefinition } from './evidence.ts';
import { EvidenceReader } from './evidence-reader.ts';
import { type RecentEntry, recentEntries } from './unit-store.ts';

/** How often units had a metric's event in an environment, over how many hours, and how many units that is of. */
export interface RecentRate {
  environment: string;
  metric: string;
  rate: number;
  hours: number;
  n: number;
}

interface Held {
  readAt: number;
  /** Through what it is read, as long as that goes on. */
  reading: Db | Tx | undefined;
  rates: Promise<RecentRate[]>;
}

const DAYS = 7;
/** The newest entries say enough, and each is read whole. */
const MOST_ENTRIES = 3;
/** Fewer units say nothing of a rate. */
const LEAST_UNITS = 500;
const HELD_MS = 300_000;
const HOUR_MS = 3_600_000;

/** Answers rates of the last seven days. What it has read holds for five minutes: it is asked while somebody types. */
export type RecentRates = (
  db: Db | Tx,
  place: { environmentId: number; environment: string },
  metrics: readonly MetricDefinition[],
) => Promise<RecentRate[]>;

/**
 * Rates are those of the control arms of what was measured lately: there units are counted. Counts of evaluations and events
 * are left alone, for nobody knows how many units they are of; too low a rate would ask for more units than are needed.
 */
export function makeRecentRates(clock: Pick<Clock, 'monotonic' | 'now'>): RecentRates {
  const held = new Map<string, Held>();
  return (db, place, metrics) => {
    const readAt = clock.monotonic();
    for (const [name, { readAt: last }] of held) if (readAt - last > HELD_MS) held.delete(name);
    // What pages told could be made up, and with it how many units a stage waits for.
    const rated = metrics.filter(({ kind, source }) => kind === 'rate' && source === 'server');
    const name = JSON.stringify([place.environmentId, rated.map(({ key, event }) => [key, event])]);
    const known = held.get(name);
    // Who reads elsewhere may wait for the very transaction that would wait for it here.
    if (known !== undefined && (known.reading === undefined || known.reading === db)) return known.rates;
    const rates = readRates(db, place, rated, clock.now());
    const found: Held = { readAt, reading: db, rates };
    held.set(name, found);
    rates.then(
      () => {
        found.reading = undefined;
      },
      // What failed is asked for again.
      () => {
        if (held.get(name) === found) held.delete(name);
      },
    );
    return rates;
  };
}

async function readRates(
  db: Db | Tx,
  { environmentId, environment }: { environmentId: number; environment: string },
  metrics: readonly MetricDefinition[],
  now: Date,
): Promise<RecentRate[]> {
  if (metrics.length === 0) return [];
  const entries = await recentEntries(db, environmentId, DAYS, MOST_ENTRIES);
  const reader = new EvidenceReader(db);
  const asked = metrics.map((metric) => ({ ...metric, windows: [] }));
  const found: EntryEvidence[] = [];
  for (const entry of entries) found.push(await reader.read({ ...entry, below: 100_000, metrics: asked }, now));
  const hours = entries.reduce((sum, entry) => sum + hoursOf(entry), 0);
  return metrics.flatMap(({ key: metric }) => {
    const n = found.reduce((sum, { exposed }) => sum + exposed.control, 0);
    const hits = found.reduce((sum, { metrics: measured }) => sum + (measured[metric]?.hits.control ?? 0), 0);
    return n < LEAST_UNITS ? [] : [{ environment, metric, rate: hits / n, hours, n }];
  });
}

const hoursOf = ({ firstAt, lastAt }: RecentEntry) => (lastAt.getTime() - firstAt.getTime()) / HOUR_MS;
