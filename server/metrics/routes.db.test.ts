import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds } from '../database/test-database.ts';
import { type Authoring, openAuthoring } from '../flags/authoring.fixture.ts';
import { systemClock } from '../platform/clock.ts';
import type { ReportPlace } from './report.ts';
import { storeReports } from './report-store.ts';
import { arrived, reportOf } from './reports.fixture.ts';
import { evaluationRoutes } from './routes.ts';

const HOUR_MS = 3_600_000;

describe.each(databaseKinds)('evaluations over HTTP, on %s', (kind) => {
  let world: Authoring;
  let place: ReportPlace;
  // Tests look into answers of every shape.
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects, and fails where it is not there
  let read: (path: string, token?: string) => Promise<any>;

  beforeAll(async () => {
    world = await openAuthoring(kind);
    const { house, database, projectId, environmentIds } = world;
    place = { projectId, environmentId: environmentIds[0] ?? 0 };
    const app = house.mount({
      '/projects/:project/environments/:environment': evaluationRoutes({ db: database.db, clock: systemClock }),
    });
    read = async (path, token = house.root) => {
      const response = await app.request(`/projects/shop/environments${path}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      return { status: response.status, ...((await response.json()) as object) };
    };
    for (const key of ['cart', 'old', 'young']) {
      const variants = { on: true, off: false };
      await world.call('POST', '/flags', {
        key,
        type: 'boolean',
        variants,
        environments: { staging: { state: 'on' } },
      });
    }
    const cart = (variants: Record<string, number>, change = {}) =>
      arrived(place, reportOf([{ flag: 'cart', variants, coded: 1, codedDefaults: [false] }], change));
    await storeReports(database.db, [
      cart({ on: 5, off: 1 }, { ageMs: 3 * HOUR_MS, position: 'e.4' }),
      cart({ on: 7 }, { position: 'e.9', overflow: 2 }),
      arrived(
        place,
        reportOf([
          { flag: 'old', variants: { on: 1 } },
          { flag: 'gone', variants: { on: 3 } },
        ]),
      ),
      arrived(place, {
        ...reportOf([]),
        bulk: [{ flag: 'cart', variants: { on: 10 }, coded: 0, codedDefaults: ['never'] }],
      }),
    ]);
  });
  afterAll(() => world.database.close());

  it('are series by variant that add up, with what nothing could be shown for', async () => {
    const got = await read('/staging/flags/cart/evaluations');
    expect(got).toMatchObject({ status: 200, flag: 'cart', environment: 'staging', step: 'hour' });
    const [on, off] = got.variants;
    expect(on).toMatchObject({ variant: 'on', total: 22, position: 'e.9' });
    expect(off).toMatchObject({ variant: 'off', total: 1, position: 'e.4' });
    expect(got.coded.total).toBe(2);
    expect(on.counts).toHaveLength(24);
    expect(on.counts.reduce((a: number, b: number) => a + b, 0)).toBe(22);
    expect(Date.parse(got.to) - Date.parse(got.from)).toBe(24 * HOUR_MS);
    expect(Math.max(...off.counts.map((count: number, i: number) => (count > 0 ? i : -1)))).toBeLessThan(22);
    const sum = (counts: number[]) => counts.reduce((a, b) => a + b, 0);
    expect([sum(got.uncounted.overflow), sum(got.uncounted.unknown)]).toEqual([2, 3]);
    expect(got.codedDefaults.values.map(({ value }: { value: unknown }) => value).sort()).toEqual([false, 'never']);
    expect(got.codedDefaults.differ).toBe(true);
    expect(Date.parse(got.lastAskedAt)).toBeGreaterThan(Date.now() - 300_000);
    expect(Date.parse(got.lastGivenAt)).toBeGreaterThan(Date.now() - 300_000);
    const old = await read('/staging/flags/old/evaluations');
    expect(old.codedDefaults).toEqual({ values: [], differ: false });
    expect(old.lastGivenAt).toBeNull();
  });

  it.each(['minute', 'hour', 'day'])('say the same in steps of a %s', async (step) => {
    const from = new Date(Date.now() - 5 * HOUR_MS).toISOString();
    const got = await read(`/staging/flags/cart/evaluations?step=${step}&from=${encodeURIComponent(from)}`);
    expect(got.variants.map(({ total }: { total: number }) => total)).toEqual([22, 1]);
    expect(Date.parse(got.from)).toBeLessThanOrEqual(Date.parse(from));
  });

  it.each([
    ['step=minute&from=2020-01-01T00:00:00Z&to=2020-01-01T01:00:00Z', '/query/step'],
    ['step=hour&from=2020-01-01T00:00:00Z', '/query/from'],
    ['from=2030-01-01T00:00:00Z', '/query/from'],
    ['from=yesterday', '/query/from'],
    ['step=week', '/query/step'],
  ])('refuse %s and name the field', async (query, path) => {
    const got = await read(`/staging/flags/cart/evaluations?${query}`);
    expect([got.status, got.errors?.[0]?.path]).toEqual([422, path]);
  });

  it('are of one environment, and of flags that there are', async () => {
    const elsewhere = await read('/production/flags/cart/evaluations');
    expect(elsewhere.variants.map(({ total }: { total: number }) => total)).toEqual([0, 0]);
    expect(elsewhere).toMatchObject({ lastAskedAt: null, codedDefaults: { values: [] } });
    expect((await read('/staging/flags/nowhere/evaluations')).status).toBe(404);
    expect((await read('/nowhere/flags/cart/evaluations')).status).toBe(404);
    expect((await read('/staging/evaluations', 'nobody')).status).toBe(401);
  });

  it('tell of every flag where it is in its life, and how much it was asked for in the last day', async () => {
    const day = (days: number) => sql`now() - ${days} * interval '1 day'`;
    const { db } = world.database;
    await db.execute(sql`UPDATE flags SET created_at = ${day(100)} WHERE key IN ('cart', 'old')`);
    await db.execute(
      sql`UPDATE last_evaluations SET first_at = ${day(90)}, asked_at = ${day(40)}
          WHERE flag_id = (SELECT id FROM flags WHERE key = 'old')`,
    );
    const got = await read('/staging/evaluations?limit=2');
    expect(
      got.items.map((one: { flag: string; lifecycle: { state: string } }) => [one.flag, one.lifecycle.state]),
    ).toEqual([
      ['cart', 'live'],
      ['old', 'stale'],
    ]);
    expect(got.items[0].lastDay).toHaveLength(24);
    expect(got.items[0].lastDay.reduce((a: number, b: number) => a + b, 0)).toBe(25);
    expect(got.items[1].lifecycle.why).toBe('Not evaluated for 40 days.');
    const rest = await read(`/staging/evaluations?cursor=${got.next}`);
    expect(rest.items).toEqual([
      expect.objectContaining({
        flag: 'young',
        lifecycle: { state: 'new', why: 'Not evaluated yet.' },
        lastAskedAt: null,
      }),
    ]);
    expect(rest.next).toBeNull();
    expect((await read('/production/evaluations')).items[0].lifecycle).toEqual({
      state: 'new',
      why: 'Not evaluated yet: nothing reports evaluations of this environment.',
    });
  });
});
