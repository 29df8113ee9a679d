import { setImmediate } from 'node:timers/promises';
import type { Db, Tx } from '../database/connect.ts';
import { EntryUnits, type MeasuredMetric } from './entry-units.ts';
import type { EntryEvidence, PageEvidence } from './evidence.ts';
import type { ReportSource } from './report.ts';
import { readRow } from './unit-row.ts';
import { type EntryPlace, readUnitsAfter } from './unit-store.ts';

/** What is asked of an entry: by which sample, and for which metrics. */
export interface AskedEntry extends EntryPlace {
  /** The run's `sample.below` now: it applies to all that came in before, too. */
  below: number;
  metrics: readonly MeasuredMetric[];
}

/** What came in of an entry from one kind of teller. */
interface Told {
  units: EntryUnits;
  newestAt: Date;
  dropped: number;
}

interface Held {
  told: Map<ReportSource, Told>;
  below: number;
  lastId: number;
  askedAt: number;
  reading: Promise<void> | undefined;
}

/** So many rows are read at once, each of half a megabyte at most. */
const ROWS_AT_ONCE = 20;
/** An entry that nobody asked for so long is read anew when somebody does. */
const HELD_MS = 600_000;

/**
 * Reads what was measured. It keeps the units of the entries that it was asked for and reads only what came in since; one
 * that starts anew reads all of it, in the same order, and finds the same.
 */
export class EvidenceReader {
  readonly #db: Db | Tx;
  readonly #held = new Map<string, Held>();

  constructor(db: Db | Tx) {
    this.#db = db;
  }

  /** Everything that came in until now. `now` says which windows are over. */
  async read(asked: AskedEntry, now: Date): Promise<EntryEvidence> {
    const held = this.#holdingOf(asked);
    held.reading ??= this.#catchUp(held, asked).finally(() => {
      held.reading = undefined;
    });
    await held.reading;
    return measure(held.told, asked, now);
  }

  #holdingOf({ environmentId, run, entry, below }: AskedEntry): Held {
    const askedAt = performance.now();
    for (const [name, { askedAt: last }] of this.#held) if (askedAt - last > HELD_MS) this.#held.delete(name);
    const name = `${environmentId} ${entry} ${run}`;
    let held = this.#held.get(name);
    // With a smaller sample everything is counted again: also the restarts are to be those of its units alone.
    if (held === undefined || held.below !== below) {
      held = { told: new Map(), below, lastId: 0, askedAt, reading: undefined };
      this.#held.set(name, held);
    }
    held.askedAt = askedAt;
    return held;
  }

  async #catchUp(held: Held, place: EntryPlace): Promise<void> {
    for (;;) {
      const rows = await readUnitsAfter(this.#db, place, held.lastId, ROWS_AT_ONCE);
      for (const row of rows) {
        let told = held.told.get(row.source);
        if (told === undefined) {
          told = { units: new EntryUnits(held.below), newestAt: row.arrivedAt, dropped: 0 };
          held.told.set(row.source, told);
        }
        for (const record of readRow(row)) told.units.add(record, row.events[record.what - 3]);
        held.lastId = row.id;
        told.newestAt = row.arrivedAt;
        told.dropped += row.dropped;
        // A node has more to do than to count.
        await setImmediate();
      }
      if (rows.length < ROWS_AT_ONCE) return;
    }
  }
}

/**
 * Each metric by those who may tell of it: apps, or pages. What open contexts told is looked at only where no signed ones
 * came: nobody who makes up visitors waters down what is known of real ones.
 */
function measure(told: ReadonlyMap<ReportSource, Told>, { run, entry, metrics }: AskedEntry, now: Date): EntryEvidence {
  const of = (source: MeasuredMetric['source']) => metrics.filter((metric) => metric.source === source);
  const apps = told.get('server');
  const source = told.has('signed') ? 'signed' : 'open';
  const pages = told.get(source);
  const { exposed, metrics: byApps, events = {} } = (apps?.units ?? nobody()).measure(of('server'), now);
  const measured = (pages?.units ?? nobody()).measure(of('client'), now);
  return {
    ...{ run, entry, newestAt: apps?.newestAt.toISOString() ?? null, exposed, events },
    metrics: { ...byApps, ...measured.metrics },
    ...(pages === undefined ? {} : { pages: tellPages(source, pages, measured.exposed) }),
    ...(apps !== undefined && apps.dropped > 0 ? { dropped: apps.dropped } : {}),
  };
}

const nobody = () => new EntryUnits(0);

function tellPages(
  source: PageEvidence['source'],
  { newestAt, dropped }: Told,
  exposed: EntryEvidence['exposed'],
): PageEvidence {
  return { source, newestAt: newestAt.toISOString(), exposed, ...(dropped > 0 ? { dropped } : {}) };
}
