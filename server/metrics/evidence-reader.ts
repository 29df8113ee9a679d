import { setImmediate } from 'node:timers/promises';
import type { Db, Tx } from '../database/connect.ts';
import { EntryUnits, type MeasuredMetric } from './entry-units.ts';
import type { EntryEvidence } from './evidence.ts';
import { readRow } from './unit-row.ts';
import { type EntryPlace, readUnitsAfter } from './unit-store.ts';

/** What is asked of an entry: by which sample, and for which metrics. */
export interface AskedEntry extends EntryPlace {
  /** The run's `sample.below` now: it applies to all that came in before, too. */
  below: number;
  metrics: readonly MeasuredMetric[];
}

interface Held {
  units: EntryUnits;
  below: number;
  lastId: number;
  newestAt: Date | undefined;
  dropped: number;
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
    const { run, entry, metrics } = asked;
    return {
      ...{ run, entry, newestAt: held.newestAt?.toISOString() ?? null },
      ...held.units.measure(metrics, now),
      ...(held.dropped > 0 ? { dropped: held.dropped } : {}),
    };
  }

  #holdingOf({ environmentId, run, entry, below }: AskedEntry): Held {
    const askedAt = performance.now();
    for (const [name, { askedAt: last }] of this.#held) if (askedAt - last > HELD_MS) this.#held.delete(name);
    const name = `${environmentId} ${entry} ${run}`;
    let held = this.#held.get(name);
    // With a smaller sample everything is counted again: also the restarts are to be those of its units alone.
    if (held === undefined || held.below !== below) {
      held = {
        ...{ units: new EntryUnits(below), below, lastId: 0, newestAt: undefined, dropped: 0, askedAt },
        reading: undefined,
      };
      this.#held.set(name, held);
    }
    held.askedAt = askedAt;
    return held;
  }

  async #catchUp(held: Held, place: EntryPlace): Promise<void> {
    for (;;) {
      const rows = await readUnitsAfter(this.#db, place, held.lastId, ROWS_AT_ONCE);
      for (const row of rows) {
        for (const record of readRow(row)) held.units.add(record, row.events[record.what - 3]);
        held.lastId = row.id;
        held.newestAt = row.arrivedAt;
        held.dropped += row.dropped;
        // A node has more to do than to count.
        await setImmediate();
      }
      if (rows.length < ROWS_AT_ONCE) return;
    }
  }
}
