import { LONGEST_AGO_MS } from '@turnout/core';
import { describe, expect, it } from 'vitest';
import { MARK_ARM, MARK_BEFORE, MARK_TO, type UnitRecord } from './read-units.ts';
import { readRow, UnitRowWriter } from './unit-row.ts';

const ARRIVED = new Date('2026-01-31T12:00:00.123Z');
const place = { environmentId: 1, run: 'r', entry: 1, arrivedAt: ARRIVED, source: 'server' as const };

describe('rows of units', () => {
  it('give back what was written, in its order, in pieces of bounded size', () => {
    const writer = new UnitRowWriter(place);
    const records: UnitRecord[] = Array.from({ length: 45_000 }, (_, i) => ({
      ...{ what: i % 3, high: (i * 2_654_435_761) % 2 ** 32, low: i, at: ARRIVED.getTime() - i },
      ...{ marks: i % 8, value: i % 2 === 0 ? i / 7 : Number.NaN },
    }));
    for (const record of records) writer.write(record);
    writer.dropped = 7;
    const rows = writer.rows();
    expect(rows.map(({ body, dropped }) => [body.length <= 480_000, dropped])).toEqual([
      [true, 7],
      [true, 0],
      [true, 0],
    ]);
    expect(rows.flatMap((row) => [...readRow(row)])).toEqual(records);
  });

  it('keep the longest time that a record can say, and all of its marks beside it', () => {
    const writer = new UnitRowWriter(place);
    const marks = MARK_ARM + MARK_TO + MARK_BEFORE;
    writer.write({ what: 0, high: 2 ** 32 - 1, low: 0, at: 0, marks, value: Number.NaN });
    const [row] = writer.rows();
    const [record] = row === undefined ? [] : [...readRow(row)];
    expect(record).toMatchObject({ high: 2 ** 32 - 1, at: ARRIVED.getTime() - LONGEST_AGO_MS, marks });
  });

  it('are there where only records were dropped, for that is to be known', () => {
    const writer = new UnitRowWriter(place);
    expect(writer.isEmpty).toBe(true);
    writer.dropped = 3;
    expect([writer.isEmpty, writer.rows().map(({ dropped, body }) => [dropped, body.length])]).toEqual([
      false,
      [[3, 0]],
    ]);
  });
});
