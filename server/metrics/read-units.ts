import { AFTER_ARM, AFTER_TO, BEFORE, LONGEST_AGO_MS, type RunReport, UNIT_BYTES } from '@turnout/core';

/** What a record says: an exposure in an arm or without one, or an event, by its index and 3. */
export const TREATMENT = 0;
export const CONTROL = 1;
export const TO = 2;
export const FIRST_EVENT = 3;

/** Marks of an event: whoever tracked it had exposed the unit in an arm, or to `to`, before. */
export const MARK_ARM = 1;
export const MARK_TO = 2;
/** It exposed the unit only afterwards. */
export const MARK_BEFORE = 4;

/** One record of a unit, when it was by the database's clock. */
export interface UnitRecord {
  what: number;
  high: number;
  low: number;
  /** Ms since 1970. */
  at: number;
  marks: number;
  /** NaN where there is none. */
  value: number;
}

/** The word of a record: how long ago, below its marks. */
export function writeWord(agoMs: number, marks: number): number {
  const ago = Math.min(LONGEST_AGO_MS, Math.max(0, agoMs));
  return (
    ago +
    ((marks & MARK_ARM) !== 0 ? AFTER_ARM : 0) +
    ((marks & MARK_TO) !== 0 ? AFTER_TO : 0) +
    ((marks & MARK_BEFORE) !== 0 ? BEFORE : 0)
  );
}

export const agoOf = (word: number): number => word % BEFORE;

export function marksOf(word: number): number {
  return (
    (word >= AFTER_ARM ? MARK_ARM : 0) +
    (word % AFTER_ARM >= AFTER_TO ? MARK_TO : 0) +
    (word % AFTER_TO >= BEFORE ? MARK_BEFORE : 0)
  );
}

/** How many records of twelve bytes a text holds: each takes sixteen signs. */
export const recordsIn = (units: string): number => units.length / 16;

/** How many records an entry's report holds. */
export function recordsOf({ treatment = '', control = '', to = '', events = [] }: RunReport): number {
  return [treatment, control, to, ...events.map(({ units }) => units)].reduce((sum, one) => sum + recordsIn(one), 0);
}

/** Whether a text is base64 of whole records of so many bytes, and of so many where that is said. */
export function isBase64Of(text: string, bytes: number, records?: number): boolean {
  if (text.length % 4 !== 0) return false;
  // Signs that are none are passed over when decoding, so the length tells of them.
  const found = Buffer.from(text, 'base64').length;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  if (found !== (text.length / 4) * 3 - padding || found % bytes !== 0) return false;
  return records === undefined || found === records * bytes;
}

/**
 * The records of an entry's report, in its order: exposures before events. `now` is when it was sent, by the database's
 * clock; `eventIndex` gives an event its number.
 */
export function* readUnits(
  report: RunReport,
  now: number,
  eventIndex: (event: string) => number,
): Generator<UnitRecord> {
  const endedAt = now - report.ageMs;
  const arms = [report.treatment, report.control, report.to];
  for (const [what, units] of arms.entries()) if (units !== undefined) yield* readRecords(what, units, endedAt);
  for (const { event, units, values } of report.events ?? []) {
    yield* readRecords(FIRST_EVENT + eventIndex(event), units, endedAt, values);
  }
}

function* readRecords(what: number, units: string, endedAt: number, values?: string): Generator<UnitRecord> {
  const bytes = Buffer.from(units, 'base64');
  const given = values === undefined ? undefined : Buffer.from(values, 'base64');
  for (let at = 0; at + UNIT_BYTES <= bytes.length; at += UNIT_BYTES) {
    const word = bytes.readUInt32LE(at + 8);
    const value = given?.readDoubleLE((at / UNIT_BYTES) * 8) ?? Number.NaN;
    yield {
      what,
      high: bytes.readUInt32LE(at),
      low: bytes.readUInt32LE(at + 4),
      at: Math.floor(endedAt) - agoOf(word),
      marks: marksOf(word),
      value: Number.isFinite(value) ? value : Number.NaN,
    };
  }
}
