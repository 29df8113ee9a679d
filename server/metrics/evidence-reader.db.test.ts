import type { MeasuredRun } from '@turnout/core';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { seedProject } from '../changes/seed.fixture.ts';
import { measuredReports } from '../database/tables.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { EvidenceReader } from './evidence-reader.ts';
import { AppProcess, arrived, METRICS, NaiveModel, RUN, rounded } from './measured-world.fixture.ts';
import { NewUnits } from './new-units.ts';
import { SWEEPS } from './old-reports-store.ts';
import type { ReportPlace } from './report.ts';
import { storeReports } from './report-store.ts';

describe.each(databaseKinds)('evidence in %s', (kind) => {
  let database: TestDatabase;
  let place: ReportPlace;
  let current: MeasuredRun;

  beforeAll(async () => {
    database = await openTestDatabase(kind);
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    await database.reset();
    const { projectId, environmentIds } = await seedProject(database.db, 'shop', ['a'], ['f']);
    place = { projectId, environmentId: environmentIds[0] ?? 0 };
    current = RUN;
  });

  const asked = (below = 100_000) => ({
    ...{ environmentId: place.environmentId, run: current.id, entry: current.entry, below, metrics: METRICS },
  });
  const node = () => {
    const units = new NewUnits((_, run) => (run === current.id ? current : undefined));
    return (report: Parameters<typeof arrived>[1]) => storeReports(database.db, [arrived(place, report)], units);
  };
  const rows = () => database.db.select().from(measuredReports);

  /** Two processes ask and track for the same people at the present time, and what truly happened. */
  function live(people: number) {
    const model = new NaiveModel();
    const apps = [new AppProcess(() => performance.now()), new AppProcess(() => performance.now() + 5_000)];
    for (let i = 0; i < people; i++) {
      const unit = `user-${i}`;
      const [web, worker] = apps as [AppProcess, AppProcess];
      const isOn = web.ask({ targetingKey: unit }) === 'on';
      const treated = isOn && new AppProcess(() => 0).isTreated(unit);
      model.seen.push({ unit, at: i, arm: isOn ? (treated ? 'treatment' : 'to') : 'control' });
      if (i % 3 !== 0) continue;
      const value = i % 2 === 0 ? i : undefined;
      const event = value === undefined ? 'bought' : 'ms';
      (i % 4 === 1 ? worker : web).track(event, value, { targetingKey: unit });
      model.seen.push({ unit, at: i, event, value });
    }
    return { model, reports: apps.map((app) => app.cut()) };
  }

  /** The windows of a live test are not over: what absolute guards see is not compared. */
  const counts = (evidence: Parameters<typeof rounded>[0]) => {
    const { exposed, metrics } = rounded(evidence);
    const { done, latency } = metrics;
    return { exposed, done: done?.hits, latency: latency?.hits, values: latency?.values };
  };

  it('is what happened, once, from two nodes, twice, at once and after a new start', async () => {
    const { model, reports } = live(600);
    const [first, second] = [node(), node()];
    const early = new EvidenceReader(database.db);
    expect((await early.read(asked(), new Date())).newestAt).toBeNull();
    const sent = reports.map((tell) => tell());
    await Promise.all(sent.flatMap((report) => [first(report), second(report)]));
    const found = await early.read(asked(), new Date());
    expect(counts(found)).toEqual(counts(model.measure(0)));
    expect(Date.parse(found.newestAt ?? '')).toBeGreaterThan(Date.now() - 60_000);
    // A process that begins anew tells all of it once more, under other names of batches.
    const again = live(600);
    for (const tell of again.reports) await node()(tell());
    const [held, anew] = [
      await early.read(asked(), new Date()),
      await new EvidenceReader(database.db).read(asked(), new Date()),
    ];
    expect(counts(held)).toEqual(counts(found));
    expect({ ...anew, newestAt: null }).toEqual({ ...held, newestAt: null });
  });

  it('applies a smaller sample to what came in before, in both arms alike', async () => {
    const { model, reports } = live(400);
    for (const tell of reports) await node()(tell());
    const reader = new EvidenceReader(database.db);
    await reader.read(asked(), new Date());
    const smaller = await reader.read(asked(30_000), new Date());
    expect(counts(smaller)).toEqual(counts(model.measure(0, 30_000)));
    expect(smaller.exposed.treatment).toBeLessThan(100);
  });

  it('is as new as the last report, also where that had nothing new to tell', async () => {
    const app = new AppProcess(() => performance.now());
    const tell = () => {
      app.ask({ targetingKey: 'user-1' });
      return app.cut()();
    };
    const store = node();
    await store(tell());
    await store(tell());
    expect(await rows()).toHaveLength(1);
    // A node that has noted nothing for a while notes it; one that begins anew has not.
    await node()(tell());
    const stored = await rows();
    expect(stored.map(({ body }) => body.length)).toEqual([24, 0]);
    const found = await new EvidenceReader(database.db).read(asked(), new Date());
    expect(found.newestAt).toBe(stored[1]?.arrivedAt.toISOString());
  });

  it('goes for each metric by those who may tell of it, and by open contexts only where no signed ones came', async () => {
    const metrics = [METRICS[0]!, { ...METRICS[0]!, key: 'on-pages', source: 'client' as const }];
    const read = () => new EvidenceReader(database.db).read({ ...asked(), metrics }, new Date());
    const tell = (people: number, source?: 'signed' | 'open') => {
      const units = new NewUnits(() => current);
      const sent = live(people).reports.map((one) => arrived({ ...place, ...(source && { source }) }, one()));
      return storeReports(database.db, sent, units);
    };
    const hits = ({ metrics: found }: Awaited<ReturnType<typeof read>>) =>
      [found.done, found['on-pages']].map((metric) => (metric?.hits.treatment ?? 0) + (metric?.hits.control ?? 0));
    await tell(60);
    const apps = await read();
    expect([hits(apps)[0], hits(apps)[1], apps.pages]).toEqual([expect.any(Number), 0, undefined]);
    expect(hits(apps)[0]).toBeGreaterThan(0);
    await tell(300, 'open');
    const open = await read();
    expect([open.exposed, open.newestAt, hits(open)[0]]).toEqual([apps.exposed, apps.newestAt, hits(apps)[0]]);
    expect(open.pages?.source).toBe('open');
    expect(hits(open)[1]).toBeGreaterThan(hits(apps)[0] ?? 0);
    await tell(60, 'signed');
    const signed = await read();
    expect(signed.pages).toMatchObject({ source: 'signed', exposed: apps.exposed });
    expect(hits(signed)).toEqual([hits(apps)[0], hits(apps)[0]]);
  });

  it('gets no newer once more came in than may be measured, and says so', async () => {
    const full: string[] = [];
    const bounds = {
      mostUnits: 20,
      onFull: ({ run }: { run: string }, source: string) => full.push(`${run} ${source}`),
    };
    const reader = new EvidenceReader(database.db, bounds);
    const tell = async (from: number, to: number) => {
      const app = new AppProcess(() => performance.now());
      for (let i = from; i < to; i++) app.ask({ targetingKey: `user-${i}` });
      await node()(app.cut()());
      return reader.read(asked(), new Date());
    };
    const some = await tell(0, 10);
    expect([some.full, full]).toEqual([undefined, []]);
    const all = await tell(10, 60);
    const after = await tell(60, 70);
    expect(after).toEqual({ ...all, full: true });
    expect(after.newestAt).toBe(some.newestAt);
    expect(full).toEqual(['r1 server']);
  });

  it('is stored whole or not at all: what a failed transaction held comes again', async () => {
    const { model, reports } = live(100);
    const units = new NewUnits(() => RUN);
    const sent = reports.map((tell) => arrived(place, tell()));
    const failing = {
      *rowsOf(...given: Parameters<NewUnits['rowsOf']>) {
        return [...(yield* units.rowsOf(...given)), null as never];
      },
    };
    await expect(storeReports(database.db, sent, failing)).rejects.toThrow();
    units.forget(new Set([place.environmentId]));
    expect(await rows()).toEqual([]);
    expect(await storeReports(database.db, sent, units)).toBe(sent.length);
    const found = await new EvidenceReader(database.db).read(asked(), new Date());
    expect(counts(found)).toEqual(counts(model.measure(0)));
  });

  it('is deleted thirty days after the last of a run came in, and not before', async () => {
    const { reports } = live(20);
    await node()(reports[0]!());
    const age = (days: number) =>
      database.db.update(measuredReports).set({ arrivedAt: sql`now() - make_interval(days => ${days}::int)` });
    const sweep = async () => {
      for (const one of SWEEPS) await one(database.db, 1_000);
    };
    await age(40);
    await node()(live(20).reports[0]!());
    await sweep();
    expect(await rows()).toHaveLength(2);
    await age(31);
    await sweep();
    expect(await database.db.select().from(measuredReports).where(eq(measuredReports.run, RUN.id))).toEqual([]);
  });
});
