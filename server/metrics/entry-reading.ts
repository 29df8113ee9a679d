import { randomInt } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Db, Tx } from '../database/connect.ts';
import { type EntryBounds, EntryUnits } from './entry-units.ts';
import type { ReportSource } from './report.ts';
import { readRow } from './unit-row.ts';
import { type EntryPlace, readUnitsAfter } from './unit-store.ts';

/** What came in of an entry from one kind of teller. */
export interface Told {
  units: EntryUnits;
  firstAt: Date;
  newestAt: Date;
  dropped: number;
}

/** Whoever reports is not to know where a unit stands in the tables of this process. */
const SEED = randomInt(2 ** 32);

const ALL = 100_000;
/** After so many bytes of rows a node does what else it has to do. */
const BYTES_IN_A_TURN = 10_000;

/** An entry as far as it was read, by who told of it. */
export class EntryReading {
  readonly told = new Map<ReportSource, Told>();
  readonly below: number;
  readonly #share: number;
  readonly #bounds: EntryBounds;
  #lastId = 0;

  /** `share` of 100,000 units are enough for whoever only looks for a rate; which ones does not depend on `below`. */
  constructor(below: number, share = ALL, bounds: EntryBounds = {}) {
    this.below = below;
    this.#share = share;
    this.#bounds = bounds;
  }

  /**
   * Everything that came in until now, or until it is enough, which is asked after each page; from a row on, where one is
   * named.
   */
  async readOn(
    db: Db | Tx,
    place: EntryPlace & { firstId?: number },
    isEnough: () => boolean = () => false,
  ): Promise<void> {
    this.#lastId = Math.max(this.#lastId, (place.firstId ?? 0) - 1);
    let inTurn = 0;
    for (let isLast = false; !isLast; ) {
      const page = await readUnitsAfter(db, place, this.#lastId);
      for (const row of page.rows) {
        const told = this.#toldBy(row.source, row.arrivedAt);
        for (const record of readRow(row, this.#share)) told.units.add(record, row.events[record.what - 3]);
        this.#lastId = row.id;
        // What leaves something out gets no newer: nothing is to be decided on what it does not show.
        if (!told.units.isFull) told.newestAt = row.arrivedAt;
        told.dropped += row.dropped;
        inTurn += row.body.length;
        if (inTurn < BYTES_IN_A_TURN) continue;
        inTurn = 0;
        await setImmediate();
      }
      isLast = page.isLast || isEnough();
    }
  }

  #toldBy(source: ReportSource, firstAt: Date): Told {
    let told = this.told.get(source);
    if (told === undefined) {
      told = {
        units: new EntryUnits(this.below, { ...this.#bounds, seed: SEED }),
        firstAt,
        newestAt: firstAt,
        dropped: 0,
      };
      this.told.set(source, told);
    }
    return told;
  }
}
