import { isSampled } from '@turnout/core';
import { agoOf, FIRST_EVENT, marksOf, type UnitRecord, writeWord } from './read-units.ts';
import type { ReportSource } from './report.ts';

/** What is stored of an entry at once: 24 bytes a record, and what events are called by their numbers. */
export interface UnitRow {
  environmentId: number;
  run: string;
  entry: number;
  arrivedAt: Date;
  source: ReportSource;
  events: string[];
  dropped: number;
  body: Uint8Array;
}

const RECORD = 24;
/** About half a megabyte, in whole records. */
const LONGEST_ROW = RECORD * 20_000;

/** Writes records of one entry into one row. */
export class UnitRowWriter {
  readonly #of: Pick<UnitRow, 'environmentId' | 'run' | 'entry' | 'arrivedAt' | 'source'>;
  readonly #events: string[] = [];
  #bytes = Buffer.allocUnsafe(RECORD * 64);
  #length = 0;
  dropped = 0;

  constructor(of: Pick<UnitRow, 'environmentId' | 'run' | 'entry' | 'arrivedAt' | 'source'>) {
    this.#of = of;
  }

  get isEmpty(): boolean {
    return this.#length === 0 && this.dropped === 0;
  }

  eventIndex = (event: string): number => {
    const found = this.#events.indexOf(event);
    return found >= 0 ? found : this.#events.push(event) - 1;
  };

  eventName(what: number): string | undefined {
    return this.#events[what - FIRST_EVENT];
  }

  write({ what, high, low, at, marks, value }: UnitRecord): void {
    if (this.#length === this.#bytes.length) {
      this.#bytes = Buffer.concat([this.#bytes, Buffer.allocUnsafe(this.#length)]);
    }
    const bytes = this.#bytes;
    const word = writeWord(this.#of.arrivedAt.getTime() - at, marks);
    let to = bytes.writeUInt32LE(high, this.#length);
    to = bytes.writeUInt32LE(low, to);
    to = bytes.writeUInt32LE(word, to);
    to = bytes.writeUInt32LE(what, to);
    this.#length = bytes.writeDoubleLE(value, to);
  }

  /** In rows of bounded size, so that whoever reads them can stop between two. */
  rows(): UnitRow[] {
    const rows: UnitRow[] = [];
    for (let from = 0; from < this.#length || rows.length === 0; from += LONGEST_ROW) {
      const body = this.#bytes.subarray(from, Math.min(this.#length, from + LONGEST_ROW));
      rows.push({ ...this.#of, events: this.#events, dropped: from === 0 ? this.dropped : 0, body });
    }
    return rows;
  }
}

/** The records of a row, in their order; where a `share` is given, those of so many in 100,000 units, by their low half. */
export function* readRow(
  { arrivedAt, body }: Pick<UnitRow, 'arrivedAt' | 'body'>,
  share = 100_000,
): Generator<UnitRecord> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const arrived = arrivedAt.getTime();
  for (let from = 0; from + RECORD <= bytes.length; from += RECORD) {
    const low = bytes.readUInt32LE(from + 4);
    // The sample of a run goes by the high half.
    if (!isSampled(low, share)) continue;
    const word = bytes.readUInt32LE(from + 8);
    yield {
      high: bytes.readUInt32LE(from),
      low,
      what: bytes.readUInt32LE(from + 12),
      at: arrived - agoOf(word),
      marks: marksOf(word),
      value: bytes.readDoubleLE(from + 16),
    };
  }
}
