import type { Report } from '@turnout/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countRows } from './count-rows.ts';
import { arrived } from './reports.fixture.ts';

const NOW = new Date('2026-06-30T12:00:30.000Z');
const flags = new Map([
  ['f', { id: 1, variants: new Set(['on', 'off']), isClientVisible: true }],
  ['g', { id: 2, variants: new Set(['on']), isClientVisible: false }],
]);
const known = (_project: number, key: string) => flags.get(key);

const flagReport = fc.record({
  flag: fc.constantFrom('f', 'g', 'h', '__proto__'),
  variants: fc.dictionary(fc.constantFrom('on', 'off', 'blue', 'constructor'), fc.nat(1_000)),
  coded: fc.nat(100),
  codedDefaults: fc.array(
    fc.jsonValue({ maxDepth: 1 }) as fc.Arbitrary<Report['flags'][number]['codedDefaults'][number]>,
    {
      maxLength: 3,
    },
  ),
});
const anyReport: fc.Arbitrary<Report> = fc.record({
  batchId: fc.constant('0'.repeat(32)),
  position: fc.constantFrom(null, 'e.1', 'e.9', 'not a position'),
  ageMs: fc.nat(10 ** 9),
  durationMs: fc.nat(10 ** 6),
  flags: fc.array(flagReport, { maxLength: 5 }),
  bulk: fc.array(flagReport, { maxLength: 5 }),
  overflow: fc.nat(50),
  dropped: fc.nat(50),
});

function totalOf(report: Report): number {
  return [...report.flags, ...report.bulk].reduce(
    (sum, { variants, coded }) => sum + coded + Object.values(variants).reduce((a, b) => a + b, 0),
    report.overflow + report.dropped,
  );
}

describe('rows of reports', () => {
  it('add up to every evaluation that was reported, each in one row of its minute', () => {
    const source = fc.constantFrom('server', 'signed', 'open');
    const many = fc.array(fc.tuple(anyReport, fc.constantFrom(1, 2), fc.nat(5_000), source), { maxLength: 8 });
    fc.assert(
      fc.property(many, (given) => {
        const reports = given.map(([report, environmentId, waitedMs, who]) =>
          arrived({ projectId: 1, environmentId, ...(who === 'server' ? {} : { source: who }) }, report, waitedMs),
        );
        const { counts, uncounted, lasts, defaults } = countRows(reports, NOW, known);
        const shown = counts.reduce((sum, { count }) => sum + count, 0);
        const others = uncounted.reduce((sum, { overflow, unknown, dropped }) => sum + overflow + unknown + dropped, 0);
        expect(shown + others).toBe(given.reduce((sum, [report]) => sum + totalOf(report), 0));
        for (const rows of [
          counts.map((row) => [row.environmentId, row.flagId, row.at, row.variant, row.source]),
          uncounted.map((row) => [row.environmentId, row.at, row.source]),
          lasts.map((row) => [row.environmentId, row.flagId, row.variant, row.source]),
          defaults.map((row) => [row.environmentId, row.flagId, row.value]),
        ]) {
          expect(new Set(rows.map((row) => row.join())).size).toBe(rows.length);
        }
        for (const { at, flagId, variant, source: who } of counts) {
          // Of a flag that is not for clients no page is believed a word.
          expect(who === 'server' || flagId === 1).toBe(true);
          const agoMs = NOW.getTime() - Date.parse(at);
          expect(agoMs).toBeLessThanOrEqual(24 * 3_600_000 + 60_000);
          expect(Date.parse(at) % 60_000).toBe(0);
          expect(['', 'on', ...(flagId === 1 ? ['off'] : [])]).toContain(variant);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('says the same in whatever order reports came', () => {
    fc.assert(
      fc.property(fc.array(anyReport, { minLength: 2, maxLength: 6 }), (given) => {
        const place = { projectId: 1, environmentId: 1 };
        const rowsOf = (reports: Report[]) =>
          countRows(
            reports.map((one) => arrived(place, one)),
            NOW,
            known,
          );
        expect(rowsOf([...given].reverse())).toEqual(rowsOf(given));
      }),
      { numRuns: 100 },
    );
  });
});
