import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeBase64 } from './base64.ts';
import { momentColumn, UnitTable } from './unit-table.ts';

describe('a table of units', () => {
  it('numbers each unit once, in the order of their coming, whatever their hashes', () => {
    const halves = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(halves, halves), { maxLength: 400 }), (units) => {
        const table = new UnitTable();
        const known = new Map<string, number>();
        for (const [high, low] of units) {
          const name = `${high}/${low}`;
          expect(table.find(high, low)).toBe(known.get(name) ?? -1);
          if (!known.has(name)) known.set(name, known.size);
          expect(table.add(high, low)).toBe(known.get(name));
        }
        expect(table.size).toBe(known.size);
      }),
      { numRuns: 100 },
    );
  });

  it('keeps a number beside each unit, endless where none was set', () => {
    const column = momentColumn();
    column.set(1000, 5);
    expect([column.get(1000), column.get(999), column.get(5000)]).toEqual([5, Infinity, Infinity]);
  });
});

describe('base64', () => {
  it('is as everybody else writes it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), (bytes) => {
        expect(writeBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
      }),
      { numRuns: 50 },
    );
  });
});
