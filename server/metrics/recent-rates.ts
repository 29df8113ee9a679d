import type { Db, Tx } from '../database/connect.ts';
import type { Clock } from '../platform/clock.ts';
import { EntryReading } from './entry-reading.ts';
import type { MetricDefinition } from './evidence.ts';
import { recentEntries } from './unit-store.ts';

/** How often units had a metric's event in an environment, over how many hours, and how many units that is of. */
export interface RecentRate {
  environment: string;
  metric: string;
  rate: number;
  hours: number;
  n: number;
}

/** What an entry says of any metric: no more of it is kept than this, for its units are tens of megabytes. */
interface Read {
  /** How many units of control there are, and how many of them had each event. */
  control: number;
  hits: ReadonlyMap<string, number>;
  hours: number;
}

interface Held {
  readAt: number;
  /** Through what it is read, as long as that goes on. */
  reading: Db | Tx | undefined;
  entries: Promise<Read[]>;
}

const DAYS = 7;
/** The newest entries say enough. */
const MOST_ENTRIES = 3;
/** With so many units of control and a day of them nothing more is read: a rate does not get truer by it, but later. */
const ENOUGH_UNITS = 20_000;
const ENOUGH_HOURS = 24;
/** Of an entry that brings more than so many bytes of records a day, a share of its units is looked at. */
const BYTES_A_DAY = 6_000_000;
/** Fewer units say nothing of a rate. */
const LEAST_UNITS = 500;
const HELD_MS = 300_000;
const HOUR_MS = 3_600_000;
const ALL = 100_000;

/**
 * Answers rates of the last seven days. What it has read holds for five minutes, for whichever metrics: it is asked while
 * somebody types.
 */
export type RecentRates = (
  db: Db | Tx,
  place: { environmentId: number; environment: string },
  metrics: readonly MetricDefinition[],
) => Promise<RecentRate[]>;

/**
 * Rates are those of the control arms of what was measured lately: there units are counted. Counts of evaluations and events
 * are left alone, for nobody knows how many units they are of; too low a rate would ask for more units than are needed.
 */
export function makeRecentRates(clock: Pick<Clock, 'monotonic'>): RecentRates {
  const held = new Map<number, Held>();
  const read = (db: Db | Tx, environmentId: number): Promise<Read[]> => {
    const readAt = clock.monotonic();
    for (const [id, { readAt: last }] of held) if (readAt - last > HELD_MS) held.delete(id);
    const known = held.get(environmentId);
    // Who reads elsewhere may wait for the very transaction that would wait for it here.
    if (known !== undefined && (known.reading === undefined || known.reading === db)) return known.entries;
    const entries = readEntries(db, environmentId);
    const found: Held = { readAt, reading: db, entries };
    held.set(environmentId, found);
    entries.then(
      () => {
        found.reading = undefined;
      },
      // What failed is asked for again.
      () => {
        if (held.get(environmentId) === found) held.delete(environmentId);
      },
    );
    return entries;
  };
  return async (db, { environmentId, environment }, metrics) => {
    // What pages told could be made up, and with it how many units a stage waits for.
    const rated = metrics.filter(({ kind, source }) => kind === 'rate' && source === 'server');
    if (rated.length === 0) return [];
    return ratesOf(await read(db, environmentId), environment, rated);
  };
}

async function readEntries(db: Db | Tx, environmentId: number): Promise<Read[]> {
  const found: Read[] = [];
  for (const entry of await recentEntries(db, environmentId, DAYS, MOST_ENTRIES)) {
    const hours = hoursBetween(entry.firstAt, entry.lastAt);
    const bytesOfADay = entry.bytes * Math.min(1, ENOUGH_HOURS / hours);
    const reading = new EntryReading(ALL, Math.ceil(ALL * Math.min(1, BYTES_A_DAY / bytesOfADay)));
    // An entry may be older than the days that are asked for, and is read from where they begin: units that it had before,
    // and what becomes of them now, count for nothing.
    const seen = (): Omit<Read, 'hits'> => {
      const told = reading.told.get('server');
      if (told === undefined) return { control: 0, hours: 0 };
      return { control: told.units.exposed.control, hours: hoursBetween(told.firstAt, told.newestAt) };
    };
    await reading.readOn(db, entry, () => isEnough([...found, seen()]));
    found.push({ ...seen(), hits: reading.told.get('server')?.units.controlHits() ?? new Map() });
    if (isEnough(found)) break;
  }
  return found;
}

const isEnough = (read: readonly Omit<Read, 'hits'>[]) =>
  unitsOf(read) >= ENOUGH_UNITS && hoursOf(read) >= ENOUGH_HOURS;

function ratesOf(read: readonly Read[], environment: string, metrics: readonly MetricDefinition[]): RecentRate[] {
  const n = unitsOf(read);
  if (n < LEAST_UNITS) return [];
  return metrics.map(({ key: metric, event }) => {
    const hits = read.reduce((sum, one) => sum + (one.hits.get(event) ?? 0), 0);
    return { environment, metric, rate: hits / n, hours: hoursOf(read), n };
  });
}

const unitsOf = (read: readonly Pick<Read, 'control'>[]) => read.reduce((sum, { control }) => sum + control, 0);
const hoursOf = (read: readonly Pick<Read, 'hours'>[]) => read.reduce((sum, { hours }) => sum + hours, 0);
const hoursBetween = (first: Date, last: Date) => (last.getTime() - first.getTime()) / HOUR_MS;
