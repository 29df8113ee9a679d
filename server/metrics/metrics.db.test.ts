import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answered, readAnswer, type TestHouse, testHouse } from '../access/house.fixture.ts';
import { checkMayChange } from '../access/may-change.ts';
import { testDoor } from '../changes/door.fixture.ts';
import { seedProject } from '../changes/seed.fixture.ts';
import { openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { systemClock } from '../platform/clock.ts';
import { AppProcess, arrived, RUN } from './measured-world.fixture.ts';
import { metricRoutes } from './metric-routes.ts';
import { listMetrics } from './metric-store.ts';
import { NewUnits } from './new-units.ts';
import { rateRoutes } from './rate-routes.ts';
import { makeRecentRates } from './recent-rates.ts';
import { storeReports } from './report-store.ts';

describe('metrics of a project', () => {
  let database: TestDatabase;
  let house: TestHouse;
  let projectId: number;
  let environmentId: number;
  let ask: (
    method: string,
    path: string,
    body?: unknown,
    how?: { secret?: string; ifMatch?: string },
  ) => Promise<Answered>;
  const named = new Map<string, string[]>();

  beforeAll(async () => {
    database = await openTestDatabase();
    const seeded = await seedProject(database.db, 'shop', ['staging'], ['f']);
    [projectId, environmentId] = [seeded.projectId, seeded.environmentIds[0] ?? 0];
    await seedProject(database.db, 'other', ['staging'], []);
    house = await testHouse(database);
    const routes = metricRoutes({
      door: testDoor(database, [checkMayChange]),
      metricNamedBy: async (_tx, _projectId, key) => named.get(key) ?? [],
    });
    const app = house.mount({
      '/projects/:project': routes,
      '/projects/:project/environments/:environment': rateRoutes({
        ...{ db: database.db, recentRates: makeRecentRates(systemClock) },
      }),
    });
    ask = async (method, path, body, { secret = house.root, ifMatch } = {}) => {
      const headers: Record<string, string> = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
      if (ifMatch !== undefined) headers['if-match'] = ifMatch;
      const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
      return readAnswer(await app.request(path, init));
    };
  });
  afterAll(() => database?.close());

  const put = (key: string, body: object, how: { secret?: string; ifMatch?: string } = {}) =>
    ask('PUT', `/projects/shop/metrics/${key}`, body, { ifMatch: '*', ...how });

  it('are defined by editors, read by viewers, and belong to their project', async () => {
    const editor = await house.newToken(['editor'], projectId);
    const made = await put('errors', { kind: 'rate', event: 'checkout.error' }, { secret: editor });
    expect([made.status, made.etag]).toEqual([200, '"v1"']);
    expect(made.body.change.seq).toBeGreaterThan(0);
    expect(made.body.metric).toEqual({
      ...{ key: 'errors', kind: 'rate', event: 'checkout.error', direction: 'up', unit: '', source: 'server' },
      version: 1,
    });
    const again = await put('errors', made.body.metric);
    expect([again.status, again.body.change]).toEqual([200, undefined]);
    const viewer = await house.newToken(['viewer'], projectId);
    const read = await ask('GET', '/projects/shop/metrics', undefined, { secret: viewer });
    expect(read.body.items.map(({ key }: { key: string }) => key)).toEqual(['errors']);
    expect((await put('more', { kind: 'rate', event: 'e' }, { secret: viewer })).status).toBe(403);
    expect((await ask('GET', '/projects/other/metrics')).body.items).toEqual([]);
    expect((await ask('GET', '/projects/other/metrics/errors')).status).toBe(404);
  });

  it.each<[string, object, string]>([
    ['a mean without a cap', { kind: 'mean', event: 'ms' }, '/cap'],
    ['a rate with one', { kind: 'rate', event: 'ms', cap: 5 }, '/cap'],
    ['a ratio of nothing', { kind: 'ratio', event: 'a' }, '/denominator'],
    ['a rate of something', { kind: 'rate', event: 'a', denominator: 'b' }, '/denominator'],
    ['a kind that nobody knows', { kind: 'median', event: 'a' }, '/kind'],
    ['a name that is no event’s', { kind: 'rate', event: '\u0000' }, '/event'],
    ['a cap of nothing', { kind: 'mean', event: 'a', cap: 0 }, '/cap'],
    ['a field too many', { kind: 'rate', event: 'a', window: '10m' }, '/window'],
  ])('are refused with the field of %s', async (_name, body, path) => {
    const answer = await put('bad', body);
    expect([answer.status, answer.body.errors?.[0]?.path]).toEqual([422, path]);
  });

  it('keep what decides a verdict while a policy names them, and cannot be deleted', async () => {
    await put('latency', { kind: 'mean', event: 'ms', cap: 1_000, unit: 'ms' });
    named.set('latency', ['web-standard']);
    for (const change of [{ event: 'other' }, { cap: 9_000 }, { source: 'client' }]) {
      const refused = await put('latency', { kind: 'mean', event: 'ms', cap: 1_000, unit: 'ms', ...change });
      expect([refused.status, refused.body.code]).toEqual([409, 'wrong_state']);
      expect(refused.body.detail).toContain('web-standard');
    }
    expect((await ask('DELETE', '/projects/shop/metrics/latency', {})).status).toBe(409);
    expect((await put('latency', { kind: 'mean', event: 'ms', cap: 1_000, unit: 'seconds' })).status).toBe(200);
    named.clear();
    expect((await put('latency', { kind: 'mean', event: 'ms', cap: 9 }, { ifMatch: '"v1"' })).status).toBe(412);
    expect((await ask('DELETE', '/projects/shop/metrics/latency', {})).status).toBe(200);
    expect((await listMetrics(database.db, projectId)).map(({ key }) => key)).toEqual(['errors']);
  });

  it('have a rate once enough was measured lately, and none before', async () => {
    const place = { environmentId, environment: 'staging' };
    const metrics = [
      { key: 'done', kind: 'rate', event: 'bought', direction: 'up', unit: '', source: 'server' },
    ] as const;
    const ratesOf = () => makeRecentRates(systemClock)(database.db, place, metrics);
    expect(await ratesOf()).toEqual([]);
    const app = new AppProcess(() => performance.now());
    let hits = 0;
    let control = 0;
    for (let i = 0; i < 2_000; i++) {
      const context = { targetingKey: `u${i}` };
      const isControl = app.ask(context) === 'off';
      if (isControl) control += 1;
      if (i % 10 !== 0) continue;
      app.track('bought', undefined, context);
      if (isControl) hits += 1;
    }
    await storeReports(database.db, [arrived({ projectId, environmentId }, app.cut()())], new NewUnits(() => RUN));
    const [found] = await ratesOf();
    expect(found).toMatchObject({ environment: 'staging', metric: 'done', rate: hits / control, n: control });
    // The same over HTTP, of the metrics that the project has: nobody ever had the event of the other one.
    await put('done', { kind: 'rate', event: 'bought' });
    const { status, body } = await ask('GET', '/projects/shop/environments/staging/metric-rates');
    expect([status, body.items.length]).toEqual([200, 2]);
    expect(body.items).toContainEqual({ ...found, metric: 'done' });
    expect(body.items).toContainEqual(expect.objectContaining({ metric: 'errors', rate: 0, n: control }));
  });
});
