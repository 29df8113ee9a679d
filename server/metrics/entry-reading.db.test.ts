import { queryObjects } from 'node:v8';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { seedProject } from '../changes/seed.fixture.ts';
import { measuredReports } from '../database/tables.ts';
import { openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { systemClock } from '../platform/clock.ts';
import { EntryReading } from './entry-reading.ts';
import { EntryUnits } from './entry-units.ts';
import { EvidenceReader } from './evidence-reader.ts';
import { SWEEPS } from './old-reports-store.ts';
import { CONTROL, FIRST_EVENT, TREATMENT } from './read-units.ts';
import { makeRecentRates } from './recent-rates.ts';
import { UnitRowWriter } from './unit-row.ts';
import { insertUnits, readUnitsAfter } from './unit-store.ts';

const HOUR = 3_600_000;
/** Evenly spread, as hashes are, and another one for each number. */
const spread = (n: number, by: number) => Math.imul(n, by) >>> 0;

describe('an entry of which much came in', () => {
  let database: TestDatabase;
  let environmentIds: number[];

  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database?.close());
  beforeEach(async () => {
    await database.reset();
    environmentIds = (await seedProject(database.db, 'shop', ['a', 'b'], ['f'])).environmentIds;
  });

  /** Rows of so many new units each, half of them in control; every tenth had the event where `hits` says so. */
  async function tell(
    run: string,
    rows: number,
    units: number,
    of: { at: number; everyMs: number; hits?: boolean | 'only'; from?: number },
  ) {
    const environmentId = environmentIds[0] ?? 0;
    let unit = of.from ?? 0;
    const written = Array.from({ length: rows }, (_, row) => {
      const arrivedAt = new Date(of.at + row * of.everyMs);
      const writer = new UnitRowWriter({ environmentId, run, entry: 1, arrivedAt, source: 'server' });
      const event = FIRST_EVENT + writer.eventIndex('bought');
      for (let i = 0; i < units; i++, unit++) {
        const [high, low] = [spread(unit, 2_654_435_761), spread(unit, 0x9e37_79b1 ^ 0x55)];
        const record = { high, low, at: arrivedAt.getTime(), marks: 0, value: Number.NaN };
        if (of.hits !== 'only') writer.write({ ...record, what: unit % 2 === 0 ? CONTROL : TREATMENT });
        if (of.hits && unit % 10 === 0) writer.write({ ...record, what: event });
      }
      return writer.rows();
    });
    await database.db.transaction((tx) => insertUnits(tx, written.flat()));
  }
  /** As many rows without a record, so many days old. */
  const tellLongAgo = (environmentId: number, run: string, days: number, rows: number) =>
    database.db.execute(sql`INSERT INTO measured_reports (environment_id, run, entry, arrived_at, events, dropped, body)
      SELECT ${environmentId}, ${run}, 1, now() - make_interval(days => ${days}::int), '[]', 0, ''
      FROM generate_series(1, ${rows}::int)`);

  it('is read in pages of thousands of small rows, or of a megabyte, each row once', async () => {
    const place = { environmentId: environmentIds[0] ?? 0, run: 'r', entry: 1 };
    await tellLongAgo(place.environmentId, 'r', 1, 5_100);
    await tell('r', 4, 20_000, { at: Date.now(), everyMs: 10 });
    await tellLongAgo(place.environmentId, 'other', 1, 10);
    const sizes: [number, boolean][] = [];
    const ids: number[] = [];
    for (let isLast = false; !isLast; ) {
      const page = await readUnitsAfter(database.db, place, ids.at(-1) ?? 0);
      ids.push(...page.rows.map(({ id }) => id));
      sizes.push([page.rows.length, page.isLast]);
      isLast = page.isLast;
    }
    expect(sizes).toEqual([
      [5_000, false],
      [103, false],
      [1, true],
    ]);
    expect(new Set(ids).size).toBe(5_104);
    const reading = new EntryReading(100_000);
    await reading.readOn(database.db, place);
    await tell('r', 1, 10, { at: Date.now(), everyMs: 10 });
    await reading.readOn(database.db, place);
    expect(reading.told.get('server')?.units.exposed).toEqual({ treatment: 40_000, control: 40_000, to: 40_000 });
  });

  it('tells a rate by a share of its units, and by no more than a day of them', async () => {
    const at = Date.now() - 30 * HOUR;
    // Half a megabyte each two hours: more in a day than is looked at.
    await tell('r', 15, 20_000, { at, everyMs: 2 * HOUR, hits: true });
    const ratesOf = makeRecentRates(systemClock);
    const place = { environmentId: environmentIds[0] ?? 0, environment: 'a' };
    const metric = { kind: 'rate', event: 'bought', direction: 'up', unit: '', source: 'server' } as const;
    const [found] = await ratesOf(database.db, place, [{ ...metric, key: 'done' }]);
    expect(found?.hours).toBeGreaterThanOrEqual(24);
    expect(found?.hours).toBeLessThan(28);
    expect(found?.n).toBeGreaterThan(100_000);
    expect(found?.n).toBeLessThan(130_000);
    expect(found?.rate).toBeCloseTo(0.2, 1);
    // Another metric is told by what was read, and nothing is read for it.
    await database.db.delete(measuredReports);
    const [other] = await ratesOf(database.db, place, [{ ...metric, key: 'none', event: 'none' }]);
    expect(other).toEqual({ ...found, metric: 'none', rate: 0 });
  });

  it('tells the rate of the last seven days, whenever it began, and keeps no units for it', async () => {
    const [now, day, from] = [Date.now(), 24 * HOUR, 2_000];
    await tell('r', 1, 2_000, { at: now - 20 * day, everyMs: 0 });
    await tell('r', 2, 1_000, { at: now - 3 * day, everyMs: 12 * HOUR, hits: true, from });
    // Those of before are no units of these days, and what they do now is nothing that came of it.
    await tell('r', 1, 2_000, { at: now - 2 * day, everyMs: 0, hits: 'only' });
    const held = queryObjects(EntryUnits, { format: 'count' });
    const ratesOf = makeRecentRates(systemClock);
    const place = { environmentId: environmentIds[0] ?? 0, environment: 'a' };
    const metric = { kind: 'rate', event: 'bought', direction: 'up', unit: '', source: 'server' } as const;
    const [found] = await ratesOf(database.db, place, [{ ...metric, key: 'done' }]);
    expect(found).toMatchObject({ rate: 0.2, n: 1_000, hours: 24 });
    expect(queryObjects(EntryUnits, { format: 'count' })).toBeLessThanOrEqual(held);
    // It is known still.
    await database.db.delete(measuredReports);
    expect(await ratesOf(database.db, place, [{ ...metric, key: 'done' }])).toEqual([found]);
  });

  it('counts a unit once whose earlier events come in after a later one, and takes the value of the earliest, capped', async () => {
    const now = Date.now();
    const place = { environmentId: environmentIds[0] ?? 0, run: 'r', entry: 1 };
    const writer = new UnitRowWriter({ ...place, arrivedAt: new Date(now), source: 'server' });
    const event = FIRST_EVENT + writer.eventIndex('bought');
    const say = (high: number, what: number, agoMs: number, value = Number.NaN) =>
      writer.write({ ...{ what, high, low: high, at: now - agoMs, marks: 0, value } });
    // Two units of treatment, told of backwards: one has lost more than the cap, the other has gained more.
    for (const [unit, value] of [
      [1, -500],
      [2, 500],
    ] as const) {
      say(unit, TREATMENT, 60_000);
      for (const [agoMs, factor] of [
        [10_000, 0.001],
        [20_000, 0.01],
        [30_000, 1],
      ] as const)
        say(unit, event, agoMs, value * factor);
    }
    await database.db.transaction((tx) => insertUnits(tx, writer.rows()));
    const about = { event: 'bought', source: 'server' as const, windows: [] };
    const metrics = [
      { ...about, key: 'rate', kind: 'rate' as const },
      { ...about, key: 'mean', kind: 'mean' as const, cap: 100 },
    ];
    const found = await new EvidenceReader(database.db).read({ ...place, below: 100_000, metrics }, new Date());
    const once = { treatment: 2, control: 0, to: 2 };
    expect([found.exposed, found.metrics.rate?.hits]).toEqual([once, once]);
    expect(found.metrics.mean?.values?.treatment).toEqual({ n: 2, mean: 0, variance: 20_000 });
  });

  it('is deleted piece by piece thirty days after the run’s last, and not while something came in since', async () => {
    const [a = 0, b = 0] = environmentIds;
    await tellLongAgo(a, 'over', 31, 2_500);
    await tellLongAgo(a, 'goes-on', 40, 3_000);
    await tellLongAgo(a, 'goes-on', 1, 1);
    // The same name elsewhere is another run.
    await tellLongAgo(b, 'goes-on', 40, 10);
    await tellLongAgo(b, 'over', 29, 10);
    const dropUnits = SWEEPS.at(-1);
    const more: (boolean | undefined)[] = [];
    for (let piece = 0; piece < 3; piece++) more.push(await dropUnits?.(database.db, 2_000));
    expect(more).toEqual([true, false, false]);
    const { environmentId, run } = measuredReports;
    const left = await database.db
      .select({ environmentId, run, rows: sql<number>`count(*)::int` })
      .from(measuredReports)
      .groupBy(environmentId, run)
      .orderBy(environmentId, run);
    expect(left).toEqual([
      { environmentId: a, run: 'goes-on', rows: 3_001 },
      { environmentId: b, run: 'over', rows: 10 },
    ]);
  });
});
