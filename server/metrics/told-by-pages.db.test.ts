import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { seedProject } from '../changes/seed.fixture.ts';
import { evaluationCounts, eventNames, flags, lastEvaluations, uncountedEvaluations } from '../database/tables.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { SWEEPS } from './old-reports-store.ts';
import type { ReportPlace } from './report.ts';
import { storeReports } from './report-store.ts';
import { arrived, reportOf } from './reports.fixture.ts';
import { showChangeEvaluations } from './show-change-evaluations.ts';
import { listEvaluations, showEvaluations } from './show-evaluations.ts';
import { showEvents } from './show-events.ts';

describe.each(databaseKinds)('what pages tell, in %s', (kind) => {
  let database: TestDatabase;
  let apps: ReportPlace;
  let open: ReportPlace;
  let signed: ReportPlace;

  beforeAll(async () => {
    database = await openTestDatabase(kind);
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    await database.reset();
    const { projectId, environmentIds } = await seedProject(database.db, 'shop', ['a'], ['f', 'secret']);
    apps = { projectId, environmentId: environmentIds[0] ?? 0 };
    [open, signed] = [
      { ...apps, source: 'open' },
      { ...apps, source: 'signed' },
    ];
    await database.db.update(flags).set({ clientVisible: true }).where(eq(flags.key, 'f'));
  });

  const place = () => ({ projectId: apps.projectId, environment: { id: apps.environmentId, key: 'a' } });
  const sum = (counts: readonly number[] = []) => counts.reduce((a, b) => a + b, 0);
  const tracked = (event: string, count: number) => ({ event, count, valued: 0, sum: 0 });

  it('is shown beside what apps did, and added to none of it', async () => {
    const { db } = database;
    await storeReports(db, [
      arrived(apps, reportOf([{ variants: { on: 3 } }], { events: [tracked('bought', 2)] })),
      arrived(open, reportOf([{ variants: { on: 100, off: 5 }, coded: 2 }], { events: [tracked('bought', 40)] })),
      arrived(signed, reportOf([{ variants: { on: 1 } }], { events: [tracked('bought', 1), tracked('seen', 1)] })),
    ]);
    const shown = await showEvaluations(db, place(), 'f', { step: 'hour' }, new Date());
    const totals = (of: { variant: string; total: number }[]) => of.map(({ variant, total }) => [variant, total]);
    expect(totals(shown.variants)).toEqual([
      ['on', 3],
      ['off', 0],
    ]);
    expect(totals(shown.pages.variants)).toEqual([
      ['on', 101],
      ['off', 5],
    ]);
    expect([shown.coded.total, shown.pages.coded.total]).toEqual([0, 2]);
    const [summary] = (await listEvaluations(db, place(), { limit: 1, after: undefined }, new Date())).items;
    expect([sum(summary?.lastDay), sum(summary?.pagesLastDay)]).toEqual([3, 108]);
    const events = async (told: 'apps' | 'pages') => {
      const page = await showEvents(db, place(), { step: 'hour', limit: 10, told }, new Date());
      return page.items.map(({ event, total }) => [event, total]);
    };
    expect(await events('apps')).toEqual([['bought', 2]]);
    expect(await events('pages')).toEqual([
      ['bought', 41],
      ['seen', 1],
    ]);
  });

  it('is nothing where a flag is not for clients, as of one that there is not', async () => {
    const { db } = database;
    const flags = ['secret', 'nowhere'].map((flag) => ({ flag, variants: { on: 3 }, coded: 1 }));
    await storeReports(db, [arrived(open, reportOf(flags)), arrived(signed, reportOf(flags))]);
    expect(await db.select().from(evaluationCounts)).toEqual([]);
    expect(await db.select().from(lastEvaluations)).toEqual([]);
    const rows = await db.select().from(uncountedEvaluations);
    expect(rows.map(({ source, unknown }) => [source, unknown]).sort()).toEqual([
      ['open', 8],
      ['signed', 8],
    ]);
    const shown = await showEvaluations(db, place(), 'f', { step: 'hour' }, new Date());
    expect(sum(shown.uncounted.unknown)).toBe(0);
  });

  it('proves nothing of a flip, whatever ruleset it names', async () => {
    const { db } = database;
    await storeReports(db, [
      arrived(apps, reportOf([{ variants: { off: 1 } }], { position: 'e.9' })),
      arrived(open, reportOf([{ variants: { on: 1 } }], { position: 'e.999' })),
    ]);
    const patch = JSON.stringify({ flags: {}, removedFlags: ['f'] });
    const step = { environmentId: apps.environmentId, key: 'a', position: 'e.8', patch };
    const { environments } = await showChangeEvaluations(db, { id: 1, projectId: apps.projectId }, [step as never]);
    expect(environments[0]?.flags[0]?.variants.map(({ variant }) => variant)).toEqual(['off']);
  });

  it('keeps a flag from being called stale, for somebody may look at it', async () => {
    const { db } = database;
    const ago = sql`now() - interval '60 days'`;
    await storeReports(db, [arrived(apps, reportOf([{ variants: { on: 1 } }]))]);
    await db.update(flags).set({ createdAt: ago });
    await db.update(lastEvaluations).set({ firstAt: ago, askedAt: ago });
    const state = async () => (await showEvaluations(db, place(), 'f', { step: 'hour' }, new Date())).lifecycle.state;
    expect(await state()).toBe('stale');
    await storeReports(db, [arrived(open, reportOf([{ variants: { on: 1 } }]))]);
    expect(await state()).toBe('live');
  });

  it('calls no flag stale that pages are not given, for of that one they could not tell', async () => {
    const { db } = database;
    const ago = sql`now() - interval '60 days'`;
    await storeReports(db, [arrived(open, reportOf([{ variants: { on: 1 } }]))]);
    await db.update(flags).set({ createdAt: ago });
    await db.update(lastEvaluations).set({ firstAt: ago });
    const state = async () =>
      (await showEvaluations(db, place(), 'secret', { step: 'hour' }, new Date())).lifecycle.state;
    expect(await state()).toBe('new');
    await storeReports(db, [arrived(apps, reportOf([{ variants: { on: 1 } }]))]);
    await db.update(lastEvaluations).set({ firstAt: ago });
    expect(await state()).toBe('stale');
  });

  it('takes no name of an event from apps, however many pages make up', async () => {
    const { db } = database;
    for (let from = 0; from < 600; from += 200) {
      const events = Array.from({ length: 200 }, (_, i) => tracked(`made-up-${from + i}`, 1));
      await storeReports(db, [arrived(open, reportOf([], { events }))]);
    }
    await storeReports(db, [
      arrived(apps, reportOf([], { events: [tracked('bought', 1)] })),
      arrived(signed, reportOf([], { events: [tracked('seen', 1)] })),
    ]);
    const names = await db.select().from(eventNames);
    const of = (source: string) => names.filter((row) => row.source === source).map(({ event }) => event);
    expect([of('server'), of('signed'), of('open').length]).toEqual([['bought'], ['seen'], 500]);
  });

  it('stays apart when minutes become hours', async () => {
    const { db } = database;
    await storeReports(db, [
      arrived(apps, reportOf([{ variants: { on: 1 } }], { overflow: 1, events: [tracked('bought', 1)] })),
      arrived(open, reportOf([{ variants: { on: 20 } }], { overflow: 20, events: [tracked('bought', 20)] })),
    ]);
    for (const table of ['evaluation_counts', 'uncounted_evaluations', 'event_counts']) {
      await db.execute(sql`UPDATE ${sql.identifier(table)} SET at = at - interval '3 days'`);
    }
    for (const one of SWEEPS) await one(db, 1_000);
    for (const [table, column] of [
      ['evaluation_counts', 'count'],
      ['uncounted_evaluations', 'overflow'],
      ['event_counts', 'count'],
    ] as const) {
      const found = await db.execute(
        sql`SELECT source, per, ${sql.identifier(column)}::int AS n FROM ${sql.identifier(table)} ORDER BY source DESC`,
      );
      // postgres.js answers rows, PGlite an object with rows.
      const rows = (Array.isArray(found) ? found : (found as unknown as { rows: unknown }).rows) as object[];
      expect(rows.map((row) => ({ ...row }))).toEqual([
        { source: 'server', per: 'hour', n: 1 },
        { source: 'open', per: 'hour', n: 20 },
      ]);
    }
  });
});
