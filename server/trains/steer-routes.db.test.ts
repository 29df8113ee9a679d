import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAnswer, testHouse } from '../access/house.fixture.ts';
import { changeRoutes } from '../changes/routes.ts';
import { changes } from '../database/tables.ts';
import { hasPostgres } from '../database/test-database.ts';
import { departureRoutes } from './steer-routes.ts';
import { type DepartureWorld, openDepartureWorld, serve } from './trains.fixture.ts';

describe.skipIf(!hasPostgres)('what is done with departures through the API', () => {
  let world: DepartureWorld;
  let ask: (path: string, body?: object, secret?: string) => ReturnType<typeof readAnswer>;
  let undo: (action: string) => ReturnType<typeof readAnswer>;
  let killer: string;
  beforeAll(async () => {
    world = await openDepartureWorld(['a', 'b', 'c', 'd'], 'postgres');
    const house = await testHouse(world.database);
    const app = house.mount({
      '/projects/:project': departureRoutes(world.parts).route(
        '/',
        changeRoutes({ door: world.door, list: world.parts.list, tellers: [], undoers: [] }),
      ),
    });
    killer = await house.newToken(['killer'], world.projectId, null);
    const rae = await world.person('Rae', ['release-manager']);
    ask = async (path, body = { reason: 'A test' }, secret = house.root) => {
      const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
      return readAnswer(
        await app.request(`/projects/shop/trains/weekly${path}`, {
          method: 'POST',
          headers,
          body: JSON.stringify(body),
        }),
      );
    };
    undo = async (action) => {
      const done = await world.database.db.select().from(changes).where(eq(changes.action, action));
      const headers = { authorization: `Bearer ${house.root}`, 'content-type': 'application/json' };
      const path = `/projects/shop/changes/${done.at(-1)?.id}/undo`;
      return readAnswer(await app.request(path, { method: 'POST', headers, body: '{"reason":"A test"}' }));
    };
    await world.train({ key: 'weekly', velocity: { kind: 'train', rule: '0 10 * * 3', zone: 'UTC' } });
    for (const flag of ['a', 'b', 'c']) {
      const { requestId } = await world.board('weekly', [serve(flag, 'on')]);
      if (flag !== 'c') await world.approve(rae, { request: requestId });
    }
  });
  afterAll(() => world?.database.close());

  it('a departure is pressed by a release manager, and leaves with what is ready', async () => {
    expect(await ask('/departures/1/depart', { reason: 'Now' }, killer)).toMatchObject({ status: 403 });
    expect(await ask('/departures/1/depart', {})).toMatchObject({
      status: 422,
      body: { errors: [{ path: '/reason' }] },
    });
    const left = await ask('/departures/1/depart');
    expect(left).toMatchObject({ status: 200, body: { departure: { state: 'departing', release: 'weekly-1' } } });
    expect(left.body.change.environments).toMatchObject([{ key: 'production' }]);
    expect(left.body.departure.cars.map(({ state }: { state: string }) => state)).toEqual([
      ...['arrived', 'arrived', 'left-behind'],
    ]);
    expect(await ask('/departures/1/depart')).toMatchObject({ status: 409, body: { code: 'wrong_state' } });
  });

  it('one change is ejected by whoever may turn things off, and what is not there is 404', async () => {
    const [car] = await world.cars('weekly', 1);
    const ejected = await ask(`/departures/1/cars/${car?.id}/eject`, { reason: 'Errors' }, killer);
    expect(ejected).toMatchObject({
      status: 200,
      body: { restored: [{ flag: 'a', environment: 'production' }], kept: [] },
    });
    expect(await ask('/departures/1/cars/nobody/eject')).toMatchObject({ status: 404 });
    expect(await ask('/departures/9/recall')).toMatchObject({ status: 404 });
  });

  it('a recall shows first what would come of it', async () => {
    const tried = await ask('/departures/1/recall?dryRun=true', { reason: 'Errors' }, killer);
    expect(tried).toMatchObject({ status: 200, body: { dryRun: true, restored: [{ flag: 'b' }] } });
    expect(tried.body.departure.state).toBe('departing');
    const done = await ask('/departures/1/recall', { reason: 'Errors' }, killer);
    expect(done).toMatchObject({ status: 200, body: { dryRun: false, departure: { state: 'recalled' } } });
    expect(await ask('/departures/1/postmortem', { text: 'None is owed' })).toMatchObject({ status: 409 });
  });

  it.each([
    ['train.board', /^Withdraw the change/],
    ['train.depart', /recall it, or eject one change/],
    ['train.eject', /comes back by boarding again/],
    ['train.recall', /comes back by boarding again/],
  ])('%s is not undone from the log, which names the way', async (action, way) => {
    const before = await world.actions();
    const refused = await undo(action);
    expect(refused).toMatchObject({ status: 409, body: { code: 'wrong_state' } });
    expect(refused.body.detail).toMatch(way);
    expect(await world.actions()).toEqual(before);
  });

  it('a chemspill that breaks glass has left when it answers', async () => {
    const items = [{ method: 'POST', path: '/environments/production/flags/d/serve', body: { variant: 'on' } }];
    expect(await ask('/chemspill', { items, reason: 'Fire' }, killer)).toMatchObject({ status: 403 });
    const left = await ask('/chemspill', { items, title: 'Mend it', reason: 'Fire', breakGlass: true });
    expect(left).toMatchObject({ status: 200, body: { departure: { kind: 'chemspill', state: 'departing' } } });
    const { number } = left.body.departure;
    const told = await ask(`/departures/${number}/postmortem`, { text: 'A wire' });
    expect(told.body.departure.chemspill.postmortem).toMatchObject({ text: 'A wire', url: null });
  });
});
