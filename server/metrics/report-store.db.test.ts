import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { seedProject } from '../changes/seed.fixture.ts';
import {
  codedDefaults,
  evaluationCounts,
  lastEvaluations,
  reportBatches,
  uncountedEvaluations,
} from '../database/tables.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { SWEEPS } from './old-reports-store.ts';
import type { ReportPlace } from './report.ts';
import { storeReports } from './report-store.ts';
import { arrived, reportOf } from './reports.fixture.ts';

describe.each(databaseKinds)('reports in %s', (kind) => {
  let database: TestDatabase;
  let place: ReportPlace;
  let other: ReportPlace;

  beforeAll(async () => {
    database = await openTestDatabase(kind);
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    await database.reset();
    const { projectId, environmentIds } = await seedProject(database.db, 'shop', ['a', 'b'], ['f', 'g']);
    place = { projectId, environmentId: environmentIds[0] ?? 0 };
    other = { projectId, environmentId: environmentIds[1] ?? 0 };
  });

  /** Counts of an environment by variant. */
  async function counted(of = place): Promise<Record<string, number>> {
    const rows = await database.db
      .select()
      .from(evaluationCounts)
      .where(eq(evaluationCounts.environmentId, of.environmentId));
    const sums: Record<string, number> = {};
    for (const { variant, count } of rows) sums[variant] = (sums[variant] ?? 0) + count;
    return sums;
  }

  it('add up, also where the same batch comes twice, alone or beside itself', async () => {
    const { db } = database;
    const first = reportOf([{ variants: { on: 3, off: 1 }, coded: 2 }]);
    expect(await storeReports(db, [arrived(place, first), arrived(place, first)])).toBe(1);
    expect(await storeReports(db, [arrived(place, first)])).toBe(0);
    const second = reportOf([{ variants: { on: 4 } }]);
    const stored = await Promise.all(Array.from({ length: 5 }, () => storeReports(db, [arrived(place, second)])));
    expect(stored.reduce((a, b) => a + b, 0)).toBe(1);
    expect(await counted()).toEqual({ on: 7, off: 1, '': 2 });
    // The same name in another environment is another batch.
    expect(await storeReports(db, [arrived(other, second)])).toBe(1);
    expect(await counted(other)).toEqual({ on: 4 });
  });

  it('lose nothing when many come at once, for the same flags, in any order', async () => {
    const { db } = database;
    const flags = [
      { flag: 'f', variants: { on: 1, off: 1 } },
      { flag: 'g', variants: { on: 1, off: 1 } },
    ];
    const gathers = Array.from({ length: 12 }, (_, i) =>
      [arrived(place, reportOf(flags)), arrived(other, reportOf([...flags].reverse()))].sort(() => (i % 2) - 0.5),
    );
    await Promise.all(gathers.map((gather) => storeReports(db, gather)));
    expect(await counted()).toEqual({ on: 24, off: 24 });
    expect(await counted(other)).toEqual({ on: 24, off: 24 });
  });

  it('count in the minute that the database’s clock and the ages say', async () => {
    const { db } = database;
    const age = 3 * 3_600_000;
    await storeReports(db, [
      arrived(place, reportOf([{ variants: { on: 1 } }], { ageMs: age, durationMs: 10_000 }), 500),
    ]);
    await storeReports(db, [arrived(place, reportOf([{ variants: { on: 1 } }], { ageMs: age, durationMs: 0 }), 5_500)]);
    const ages = await db
      .select({ age: sql<string>`extract(epoch FROM now() - ${evaluationCounts.at})`, count: evaluationCounts.count })
      .from(evaluationCounts);
    for (const row of ages) {
      expect(Number(row.age)).toBeGreaterThan(age / 1_000);
      expect(Number(row.age)).toBeLessThan(age / 1_000 + 125);
    }
    expect(await counted()).toEqual({ on: 2 });
  });

  it('of flags and variants that there are not are a number, and nothing else is kept of them', async () => {
    const { db } = database;
    const strange = ['nowhere', '', 'a b', '\u0000', '\ud800', 'x'.repeat(500), 'constructor', '__proto__'];
    const flags = strange.map((flag) => ({ flag, variants: { on: 1 }, coded: 1, codedDefaults: [true] }));
    await storeReports(db, [
      arrived(
        place,
        reportOf([...flags, { variants: { on: 1, purple: 5, '\u0000': 1 } }], { overflow: 7, dropped: 9 }),
      ),
    ]);
    await storeReports(db, [arrived(place, reportOf([{ flag: 'gone', coded: 4 }]))]);
    expect(await counted()).toEqual({ on: 1 });
    const rows = await db.select().from(uncountedEvaluations);
    expect(rows.reduce((sum, row) => sum + row.unknown, 0)).toBe(strange.length * 2 + 6 + 4);
    expect(rows.map(({ overflow, dropped }) => [overflow, dropped])).toContainEqual([7, 9]);
    expect(await db.select().from(codedDefaults)).toEqual([]);
  });

  it('tell when a variant was served last, asked for or in bulk, and by which ruleset', async () => {
    const { db } = database;
    const last = async () => {
      const [row] = await db.select().from(lastEvaluations).where(eq(lastEvaluations.variant, 'on'));
      return row;
    };
    const one = (change: object) => storeReports(db, [arrived(place, reportOf([{ variants: { on: 1 } }], change))]);
    await one({ position: 'e.7' });
    await one({ position: 'e.5', ageMs: 600_000 });
    const asked = await last();
    expect(asked).toMatchObject({ epoch: 'e', revision: 7, bulkAt: null });
    expect(asked?.askedAt?.getTime()).toBeGreaterThan(asked?.firstAt.getTime() ?? 0);
    await storeReports(db, [
      arrived(place, { ...reportOf([]), bulk: [{ flag: 'f', variants: { on: 1 }, coded: 0, codedDefaults: [] }] }),
    ]);
    expect((await last())?.bulkAt).toBeInstanceOf(Date);
    expect((await last())?.askedAt).toEqual(asked?.askedAt);
    await one({ position: 'later.1' });
    expect(await last()).toMatchObject({ epoch: 'later', revision: 1 });
    await one({ position: null });
    expect(await last()).toMatchObject({ epoch: 'later', revision: 1 });
  });

  it('tell the defaults that stand in code, each once, and a few of them', async () => {
    const { db } = database;
    const one = (codedDefault: unknown[]) =>
      storeReports(db, [arrived(place, reportOf([{ codedDefaults: codedDefault as [] }]))]);
    await one([false, 'a \u0000 \ud800 text', { a: 1 }]);
    await one([false, 'x'.repeat(5_000)]);
    const values = async () => (await db.select().from(codedDefaults)).map(({ value }) => value).sort();
    expect(await values()).toEqual(['"a \\u0000 \\ud800 text"', 'false', '{"a":1}']);
    for (let i = 0; i < 5; i++) await one([i * 3, i * 3 + 1, i * 3 + 2]);
    expect(await values()).toHaveLength(8);
    expect(await values()).toContain('false');
  });

  it('become hours, and are forgotten in the end, a few at a time', async () => {
    const { db } = database;
    await storeReports(db, [
      arrived(place, reportOf([{ variants: { on: 2 }, codedDefaults: [1] }], { overflow: 1 })),
      arrived(place, reportOf([{ variants: { on: 3 } }, { flag: 'g', variants: { on: 1 } }], { ageMs: 60_000 })),
    ]);
    const sweep = async () => {
      for (const one of SWEEPS) for (let more = true; more; ) more = await one(db, 2);
    };
    const back = async (days: number) => {
      for (const [table, column] of [
        [evaluationCounts, 'at'],
        [uncountedEvaluations, 'at'],
        [reportBatches, 'at'],
        [codedDefaults, 'last_at'],
      ] as const) {
        await db.execute(
          sql`UPDATE ${table} SET ${sql.identifier(column)} = date_trunc('hour', ${sql.identifier(column)} - ${days} * interval '1 day') + interval '7 minutes' * (CASE WHEN ${sql.identifier(column)} < now() - interval '1 minute' THEN 1 ELSE 0 END)`,
        );
      }
    };
    await sweep();
    expect(await counted()).toEqual({ on: 6 });
    await back(3);
    await sweep();
    expect(await counted()).toEqual({ on: 6 });
    const pers = await db.selectDistinct({ per: evaluationCounts.per }).from(evaluationCounts);
    expect(pers).toEqual([{ per: 'hour' }]);
    expect((await db.select().from(uncountedEvaluations)).map(({ per, overflow }) => [per, overflow])).toEqual([
      ['hour', 1],
    ]);
    expect(await db.select().from(reportBatches)).toEqual([]);
    await back(90);
    await sweep();
    expect(await counted()).toEqual({});
    expect(await db.select().from(uncountedEvaluations)).toEqual([]);
    expect(await db.select().from(codedDefaults)).toEqual([]);
  });
});
