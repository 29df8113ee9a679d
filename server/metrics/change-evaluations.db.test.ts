import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds } from '../database/test-database.ts';
import { type Authoring, openAuthoring } from '../flags/authoring.fixture.ts';
import type { ReportPlace } from './report.ts';
import { storeReports } from './report-store.ts';
import { arrived, reportOf } from './reports.fixture.ts';
import { changeEvaluationRoutes } from './routes.ts';

const EVERYBODY_GETS_ON = { state: 'on', fallthrough: { variant: 'on' } };

describe.each(databaseKinds)('what reports say of a change, on %s', (kind) => {
  let world: Authoring;
  let place: ReportPlace;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects, and fails where it is not there
  let read: (path: string, token?: string) => Promise<any>;

  beforeAll(async () => {
    world = await openAuthoring(kind);
    const { house, database, projectId, environmentIds } = world;
    place = { projectId, environmentId: environmentIds[0] ?? 0 };
    const app = house.mount({ '/projects/:project': changeEvaluationRoutes({ db: database.db }) });
    read = async (path, token = house.root) => {
      const response = await app.request(`/projects/shop/changes${path}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      return { status: response.status, ...((await response.json()) as object) };
    };
  });
  afterAll(() => world.database.close());

  /** A flag of its own, on; answers how to flip it and what was reported of it. */
  async function makeFlag(key: string) {
    const variants = { on: true, off: false };
    await world.call('POST', '/flags', { key, type: 'boolean', variants, environments: { staging: { state: 'on' } } });
    const change = async (body: object) => {
      const { status, body: answer } = await world.call('PATCH', `/environments/staging/flags/${key}`, body);
      expect(status).toBe(200);
      const [staging] = answer.change.environments as { key: string; position: string }[];
      return { id: answer.change.id as number, position: staging?.position ?? '' };
    };
    const report = (variants: Record<string, number>, position: string | null, coded = 0) =>
      storeReports(world.database.db, [arrived(place, reportOf([{ flag: key, variants, coded }], { position }))]);
    const of = async (id: number) => (await read(`/${id}/evaluations`)).environments[0].flags[0];
    return { change, report, of, position: async () => (await world.positions())[0] ?? '' };
  }

  it('is which variants were served by its ruleset or a later one, and which no more', async () => {
    const flag = await makeFlag('cart');
    const before = await flag.position();
    await flag.report({ on: 9 }, before, 1);
    const off = await flag.change({ state: 'off' });
    expect(await flag.of(off.id)).toMatchObject({
      flag: 'cart',
      variants: [{ variant: 'on', position: before, afterChange: false }],
      coded: { position: before, afterChange: false },
      oldVariants: [],
    });
    await flag.report({ off: 1 }, off.position);
    const { variants, oldVariants } = await flag.of(off.id);
    expect(oldVariants).toEqual([]);
    expect(variants).toContainEqual({
      ...{ variant: 'off', position: off.position, afterChange: true, lastAt: expect.any(String) },
    });
  });

  it('names an old variant that is still served after it, unless a later change of the flag gave it back', async () => {
    const flag = await makeFlag('again');
    const off = await flag.change({ state: 'off' });
    await flag.report({ on: 1 }, off.position);
    expect((await flag.of(off.id)).oldVariants).toEqual(['on']);
    // Another flag's change explains nothing, however often it names this one.
    const other = await makeFlag('other');
    const named = await other.change({ prerequisites: [{ flag: 'again', variants: ['on'] }] });
    await flag.report({ on: 1 }, named.position);
    expect((await flag.of(off.id)).oldVariants).toEqual(['on']);
    const on = await flag.change(EVERYBODY_GETS_ON);
    await flag.report({ on: 1 }, on.position);
    expect(await flag.of(off.id)).toMatchObject({ oldVariants: [] });
    expect((await flag.of(on.id)).oldVariants).toEqual([]);
  });

  it('says nothing of rulesets that cannot be compared', async () => {
    const flag = await makeFlag('elsewhere');
    const off = await flag.change({ state: 'off' });
    await flag.report({ on: 1 }, null, 1);
    const unknown = { position: null, afterChange: null };
    expect(await flag.of(off.id)).toMatchObject({ variants: [unknown], coded: unknown, oldVariants: [] });
    await flag.report({ on: 1 }, 'another-epoch.9000');
    expect(await flag.of(off.id)).toMatchObject({ variants: [{ afterChange: null }], oldVariants: [] });
  });

  it('is of a change that there is, and of those who may read it', async () => {
    expect((await read('/999999/evaluations')).status).toBe(404);
    expect((await read('/1/evaluations', 'nobody')).status).toBe(401);
  });
});
