import { writeBase64 } from './base64.ts';

/**
 * One record of a unit as it travels: the two halves of its hash, and a word with how long before the batch's end it was
 * (in ms, 29 bits) below three marks. All little-endian, base64 outside; twelve bytes need no padding.
 */
export const UNIT_BYTES = 12;
export const UNIT_SIGNS = 16;
/** What a value takes more, as base64. */
export const VALUE_SIGNS = 11;

/** The process that tracked an event had exposed the unit in an arm, or to `to`, before: no clock need say so. */
export const AFTER_ARM = 2 ** 31;
export const AFTER_TO = 2 ** 30;
/** It exposed the unit only afterwards. Without any mark the moments must tell, and reports do not travel equally fast. */
export const BEFORE = 2 ** 29;
export const LONGEST_AGO_MS = BEFORE - 1;

/** What was tracked under one name. */
export interface TrackedUnits {
  event: string;
  units: string;
  /** Float64, one for each record, NaN where the event brought none; left out where none did. */
  values?: string | undefined;
}

/** The units of one entry of a run: exposed, by arm, and with events. */
export interface RunReport {
  run: string;
  entry: number;
  /** How long before it is sent the moment lies from which records count back. */
  ageMs: number;
  treatment?: string | undefined;
  control?: string | undefined;
  to?: string | undefined;
  events?: TrackedUnits[] | undefined;
  /** Records that found no room. */
  dropped: number;
}

/** Records that wait to be sent, in columns. `what` is an arm's index, or 3 and the index of an event. */
export class PendingRecords {
  readonly #most: number;
  #whats: number[] = [];
  #highs: number[] = [];
  #lows: number[] = [];
  #ats: number[] = [];
  #marks: number[] = [];
  #values: number[] = [];
  /** How many were taken before the first that waits. */
  #taken = 0;
  dropped = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get length(): number {
    return this.#whats.length;
  }

  /** The number of the record that is pushed next; it grows for ever. */
  get next(): number {
    return this.#taken + this.#whats.length;
  }

  /** Marks a record by its number, if it waits still. */
  mark(record: number, mark: number): void {
    const i = record - this.#taken;
    if (i >= 0 && i < this.#marks.length) this.#marks[i] = mark;
  }

  /** Whether there was room. */
  push(what: number, high: number, low: number, at: number, marks = 0, value = Number.NaN): boolean {
    if (this.#whats.length >= this.#most) {
      this.dropped += 1;
      return false;
    }
    this.#whats.push(what);
    this.#highs.push(high);
    this.#lows.push(low);
    this.#ats.push(at);
    this.#marks.push(marks);
    this.#values.push(value);
    return true;
  }

  /** The oldest of them, at most so many, as they travel at the moment `now`; by arm, and by index of the event. */
  take(most: number, now: number): { arms: (string | undefined)[]; events: Map<number, Omit<TrackedUnits, 'event'>> } {
    const whats = this.#whats.splice(0, most);
    this.#taken += whats.length;
    const rows = {
      ...{ highs: this.#highs.splice(0, most), lows: this.#lows.splice(0, most) },
      ...{ ats: this.#ats.splice(0, most), marks: this.#marks.splice(0, most), values: this.#values.splice(0, most) },
    };
    const places = new Map<number, number[]>();
    for (const [i, what] of whats.entries()) {
      const found = places.get(what);
      if (found === undefined) places.set(what, [i]);
      else found.push(i);
    }
    const arms = [0, 1, 2].map((what) => {
      const own = places.get(what);
      return own && writeBase64(writeUnits(own, rows, now));
    });
    const events = new Map<number, Omit<TrackedUnits, 'event'>>();
    for (const [what, own] of places) {
      if (what < 3) continue;
      const hasValues = own.some((i) => !Number.isNaN(rows.values[i]));
      const values = hasValues ? { values: writeBase64(writeValues(own, rows.values)) } : {};
      events.set(what - 3, { units: writeBase64(writeUnits(own, rows, now)), ...values });
    }
    return { arms, events };
  }
}

interface Rows {
  highs: number[];
  lows: number[];
  ats: number[];
  marks: number[];
}

function writeUnits(places: readonly number[], { highs, lows, ats, marks }: Rows, now: number): Uint8Array {
  const bytes = new Uint8Array(places.length * UNIT_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [n, i] of places.entries()) {
    const ago = Math.min(LONGEST_AGO_MS, Math.max(0, Math.floor(now) - Math.floor(ats[i]!)));
    view.setUint32(n * UNIT_BYTES, highs[i]!, true);
    view.setUint32(n * UNIT_BYTES + 4, lows[i]!, true);
    view.setUint32(n * UNIT_BYTES + 8, ago + marks[i]!, true);
  }
  return bytes;
}

function writeValues(places: readonly number[], values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(places.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [n, i] of places.entries()) view.setFloat64(n * 8, values[i]!, true);
  return bytes;
}
