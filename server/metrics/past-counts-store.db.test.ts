import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { seedProject } from '../changes/seed.fixture.ts';
import { evaluationCounts, lastEvaluations } from '../database/tables.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { listEventNames } from './event-store.ts';
import { type PastCount, type PastEvents, storePast } from './past-counts-store.ts';
import type { ReportPlace } from './report.ts';
import { storeReports } from './report-store.ts';
import { arrived, reportOf } from './reports.fixture.ts';

describe.each(databaseKinds)('a past that nobody reported, in %s', (kind) => {
  let database: TestDatabase;
  let place: ReportPlace;

  beforeAll(async () => {
    database = await openTestDatabase(kind);
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    await database.reset();
    const { projectId, environmentIds } = await seedProject(database.db, 'shop', ['a', 'b'], ['f', 'g']);
    place = { projectId, environmentId: environmentIds[0] ?? 0 };
  });

  const hourAgo = (hours: number) => new Date(Math.floor(Date.now() / 3_600_000 - hours) * 3_600_000).toISOString();
  const count = (hours: number, over: Partial<PastCount> = {}): PastCount => {
    return { flag: 'f', variant: 'on', at: hourAgo(hours), per: 'hour', count: 10, ...over };
  };
  const countsIn = async () => {
    const rows = await database.db
      .select()
      .from(evaluationCounts)
      .where(eq(evaluationCounts.environmentId, place.environmentId));
    return rows.map((row) => row.count).sort((a, b) => a - b);
  };

  it('is written once, however often, and for flags that are there', async () => {
    const many = Array.from({ length: 900 }, (_, n) => count(n + 1, { count: n }));
    const past = { counts: [...many, count(1, { flag: 'nobody' }), count(1, { variant: '', count: 7 })], events: [] };
    await storePast(database.db, place, past);
    await storePast(database.db, place, past);
    const stored = await countsIn();
    expect(stored).toHaveLength(901);
    expect(stored.reduce((sum, one) => sum + one, 0)).toBe((899 * 900) / 2 + 7);
    const lasts = await database.db.select().from(lastEvaluations).where(eq(lastEvaluations.variant, 'on'));
    expect(lasts).toHaveLength(1);
    expect(lasts[0]?.askedAt?.toISOString()).toBe(hourAgo(1));
    expect(lasts[0]?.firstAt.toISOString()).toBe(hourAgo(900));
  });

  it('leaves alone what was reported, and takes no later moment back', async () => {
    await storeReports(database.db, [arrived(place, reportOf([{ variants: { on: 3 } }]))]);
    const [before] = await database.db.select().from(lastEvaluations);
    const [reported] = await database.db.select().from(evaluationCounts);
    const same = count(0, { at: reported?.at.toISOString() ?? '', per: 'minute', count: 99 });
    await storePast(database.db, place, { counts: [same, count(5)], events: [] });
    expect(await countsIn()).toEqual([3, 10]);
    const [after] = await database.db.select().from(lastEvaluations);
    expect(after).toMatchObject({ askedAt: before?.askedAt, epoch: 'e', revision: 1 });
    expect(after?.firstAt.toISOString()).toBe(hourAgo(5));
  });

  it('has events, by name', async () => {
    const event: PastEvents = { event: 'order', at: hourAgo(2), per: 'hour', count: 4, valued: 3, sum: 12.5 };
    const past = { counts: [], events: [event, { ...event, at: hourAgo(1) }] };
    await storePast(database.db, place, past);
    await storePast(database.db, place, past);
    const names = await listEventNames(database.db, place.environmentId, { limit: 10, after: undefined, by: 'apps' });
    expect(names).toEqual([{ event: 'order', lastAt: new Date(hourAgo(1)) }]);
  });
});
