import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { seedProject } from '../changes/seed.fixture.ts';
import { eventCounts, eventNames } from '../database/tables.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { SWEEPS } from './old-reports-store.ts';
import type { ReportPlace } from './report.ts';
import { storeReports } from './report-store.ts';
import { arrived, reportOf } from './reports.fixture.ts';
import { showEvents } from './show-events.ts';

const MINUTE_MS = 60_000;

describe.each(databaseKinds)('events in %s', (kind) => {
  let database: TestDatabase;
  let place: ReportPlace;
  let other: ReportPlace;

  beforeAll(async () => {
    database = await openTestDatabase(kind);
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    await database.reset();
    const { projectId, environmentIds } = await seedProject(database.db, 'shop', ['a', 'b'], ['f']);
    place = { projectId, environmentId: environmentIds[0] ?? 0 };
    other = { projectId, environmentId: environmentIds[1] ?? 0 };
  });

  const tracked = (event: string, count: number, valued = 0, sum = 0) => ({ event, count, valued, sum });
  const reportOfEvents = (...events: ReturnType<typeof tracked>[]) => reportOf([], { events });

  async function shown({ projectId, environmentId } = place, query: { limit?: number; cursor?: string } = {}) {
    const environment = { id: environmentId, key: 'a' };
    const asked = { step: 'hour' as const, limit: 50, told: 'apps' as const, ...query };
    return showEvents(database.db, { projectId, environment }, asked, new Date());
  }

  const sums = async (of = place) =>
    (await shown(of)).items.map(({ event, total, valued, sum }) => [event, total, valued, sum]);

  it('add up by name, once per batch, together with the counts of their batch', async () => {
    const { db } = database;
    const first = reportOfEvents(tracked('bought', 3, 2, 5.5), tracked('seen', 1));
    expect(await storeReports(db, [arrived(place, first), arrived(place, first)])).toBe(1);
    expect(await storeReports(db, [arrived(place, first)])).toBe(0);
    const second = reportOfEvents(tracked('bought', 1, 1, -2));
    await storeReports(db, [arrived(place, second), arrived(place, reportOf([{ variants: { on: 1 } }]))]);
    await storeReports(db, [arrived(other, second)]);
    expect(await sums()).toEqual([
      ['bought', 4, 3, 3.5],
      ['seen', 1, 0, 0],
    ]);
    expect(await sums(other)).toEqual([['bought', 1, 1, -2]]);
  });

  it('lose nothing when many come at once, and none of them waits for ever', async () => {
    const { db } = database;
    const events = ['d', 'b', 'a', 'c'].map((event) => tracked(event, 2, 1, 0.5));
    const gathers = Array.from({ length: 12 }, (_, i) =>
      [arrived(place, reportOfEvents(...events)), arrived(other, reportOfEvents(...[...events].reverse()))].sort(
        () => (i % 2) - 0.5,
      ),
    );
    await Promise.all(gathers.map((gather) => storeReports(db, gather)));
    for (const of of [place, other])
      expect(await sums(of)).toEqual(['a', 'b', 'c', 'd'].map((one) => [one, 24, 12, 6]));
  });

  it('stand in their hour, the last one by its minute', async () => {
    await storeReports(database.db, [
      arrived(place, reportOf([], { ageMs: 3 * 60 * MINUTE_MS, events: [tracked('bought', 2)] })),
      arrived(place, reportOfEvents(tracked('bought', 5))),
    ]);
    const [bought] = (await shown()).items;
    expect(bought?.counts).toHaveLength(24);
    expect(bought?.counts.filter((count) => count > 0)).toEqual([2, 5]);
    expect(Date.parse(bought?.lastAt ?? '')).toBeGreaterThan(Date.now() - 5 * MINUTE_MS);
  });

  it('have names that a database can hold; the others are counted without one', async () => {
    const strange = ['', 'a\u0000b', '\ud800', 'x'.repeat(500)].map((event) => tracked(event, 2, 1, 9));
    await storeReports(database.db, [
      arrived(place, reportOfEvents(...strange, tracked('__proto__', 1), tracked('✓', 1))),
    ]);
    expect((await sums()).map(([event]) => event).sort()).toEqual(['__proto__', '✓']);
    expect((await shown()).unnamed.total).toBe(8);
  });

  it('have a few hundred names in an environment; one more is counted without, and those that are known go on', async () => {
    const { db } = database;
    const many = (from: number) => Array.from({ length: 180 }, (_, i) => tracked(`e${1000 + from + i}`, 1));
    for (const from of [0, 180, 360]) await storeReports(db, [arrived(place, reportOfEvents(...many(from)))]);
    expect(await db.select().from(eventNames)).toHaveLength(500);
    expect((await shown()).unnamed.total).toBe(40);
    await storeReports(db, [arrived(place, reportOfEvents(tracked('e1000', 6), tracked('later', 1)))]);
    expect((await shown()).unnamed.total).toBe(41);
    const first = await shown(place, { limit: 200 });
    expect(first.items[0]).toMatchObject({ event: 'e1000', total: 7 });
    const second = await shown(place, { limit: 200, cursor: first.next ?? '' });
    const third = await shown(place, { limit: 200, cursor: second.next ?? '' });
    const names = [first, second, third].flatMap(({ items }) => items.map(({ event }) => event));
    expect([names.length, new Set(names).size, third.next]).toEqual([500, 500, null]);
  });

  it('become hours, and are forgotten in the end with their names', async () => {
    const { db } = database;
    await storeReports(db, [
      arrived(place, reportOfEvents(tracked('bought', 2, 1, 1.5), tracked('', 1))),
      arrived(place, reportOf([], { ageMs: MINUTE_MS, events: [tracked('bought', 3, 1, 2)] })),
    ]);
    const back = async (days: number) => {
      await db.execute(sql`UPDATE event_counts SET at = date_trunc('hour', at) - ${days} * interval '1 day'
        + CASE WHEN at < now() - interval '1 minute' THEN interval '7 minutes' ELSE interval '0' END`);
      await db.execute(sql`UPDATE event_names SET last_at = last_at - ${days} * interval '1 day'`);
    };
    const sweep = async () => {
      for (const one of SWEEPS) for (let more = true; more; ) more = await one(db, 2);
    };
    const totals = async () => {
      const rows = await db.select().from(eventCounts);
      const total = (pick: (row: (typeof rows)[number]) => number) => rows.reduce((all, row) => all + pick(row), 0);
      return [total(({ count }) => count), total(({ valued }) => valued), total(({ sum }) => sum)];
    };
    await sweep();
    expect(await totals()).toEqual([6, 2, 3.5]);
    await back(3);
    await sweep();
    expect(await totals()).toEqual([6, 2, 3.5]);
    expect(await db.selectDistinct({ per: eventCounts.per }).from(eventCounts)).toEqual([{ per: 'hour' }]);
    expect(await db.select().from(eventNames)).toHaveLength(1);
    await back(90);
    await sweep();
    expect(await totals()).toEqual([0, 0, 0]);
    expect(await db.select().from(eventNames)).toEqual([]);
  });
});
