import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Caller } from '../requests/requests.fixture.ts';
import { type BoardingWorld, onItem, openBoardingWorld } from './boarding.fixture.ts';

const FLAGS = Array.from({ length: 45 }, (_, index) => `flag-${index}`);
const ms = (text: string) => new Date(text).getTime();

describe('boarding a train', () => {
  let world: BoardingWorld;
  let [used, trains] = [0, 0];
  beforeAll(async () => {
    world = await openBoardingWorld(FLAGS);
  });
  afterAll(() => world.database.close());

  const newFlag = () => FLAGS[used++] ?? '';
  const ask = (who: Caller, method: string, path: string, body?: object) => world.ask(who, method, path, body);
  const newTrain = async (over: object = {}) => {
    const key = `train-${++trains}`;
    return { key, departure: await world.train(key, over) };
  };
  const manifest = async (key: string, number = 1) =>
    (await ask(world.viola, 'GET', `/trains/${key}/departures/${number}`)).body;
  const approve = async (who: Caller, id: string) => {
    const { hash } = (await ask(world.viola, 'GET', `/requests/${id}`)).body;
    return ask(who, 'POST', `/requests/${id}/approve`, { hash });
  };

  it('makes a request of calls, which is ready once it is approved, and not by whoever boarded it', async () => {
    const { key } = await newTrain();
    const flag = newFlag();
    const { status, body } = await world.board(world.ed, key, flag);
    expect(status).toBe(201);
    expect(body.car).toMatchObject({ state: 'aboard', flags: [flag], ready: false, boardedByName: 'Ed' });
    expect(body.car.missing).toEqual(['It needs 1 more approval by release-manager in production.']);
    await approve(world.rita, body.car.request.id);
    expect((await manifest(key)).cars[0]).toMatchObject({
      ready: true,
      says: 'Ready: nothing but the time is missing.',
    });
    const [entry] = (await ask(world.ed, 'GET', '/changes?limit=2')).body.items.filter(
      ({ action }: { action: string }) => action === 'train.board',
    );
    expect(entry.summary).toBe(`train ${key}: “${flag} for everybody” came aboard departure 1`);
  });

  it('takes the approval of whoever puts another’s request aboard, for they are an author now', async () => {
    const { key } = await newTrain();
    const wanted = { title: 'Mine', reason: 'because', items: [onItem(newFlag())] };
    const { request } = (await ask(world.ed, 'POST', '/requests', wanted)).body;
    await approve(world.rita, request.id);
    const boarded = await ask(world.rita, 'POST', `/trains/${key}/board`, { request: request.id });
    expect(boarded.body.car).toMatchObject({ ready: false, boardedByName: 'Rita' });
    await approve(world.rob, request.id);
    expect((await manifest(key)).cars[0].ready).toBe(true);
    const again = await ask(world.ed, 'POST', `/trains/${key}/board`, { request: request.id });
    expect(again.body.detail).toBe(`It is aboard ${key} 1 already. Withdraw it there first.`);
    const applied = await ask(world.ed, 'POST', `/requests/${request.id}/apply`, {});
    expect(applied.status).toBe(409);
    expect(applied.body.detail).toContain(`${key} 1`);
  });

  it('gives a withdrawn one back to whoever applies it by hand', async () => {
    const { key } = await newTrain();
    const { car } = (await world.board(world.ed, key, newFlag())).body;
    await approve(world.rita, car.request.id);
    const path = `/trains/${key}/departures/1/cars/${car.id}/withdraw`;
    expect((await ask(world.viola, 'POST', path, {})).status).toBe(403);
    const gone = await ask(world.ed, 'POST', path, { reason: 'by itself' });
    expect(gone.body.car).toMatchObject({ state: 'withdrawn', says: 'Withdrawn: by itself' });
    expect((await ask(world.ed, 'POST', `/requests/${car.request.id}/apply`, {})).status).toBe(200);
    expect((await manifest(key)).aboard).toBe(0);
  });

  it('refuses what a recall of the environment could not take back, each by its place', async () => {
    const { key } = await newTrain();
    const flag = newFlag();
    const items = [
      onItem(flag),
      { method: 'POST', path: `/environments/staging/flags/${flag}/on` },
      { method: 'PATCH', path: `/flags/${flag}`, body: { description: 'x' } },
      { method: 'POST', path: `/environments/production/flags/${flag}/restore`, body: { kills: [] } },
    ];
    const refused = await world.board(world.ed, key, flag, { items });
    expect(refused.status).toBe(422);
    expect(refused.body.errors.map(({ path }: { path: string }) => path)).toEqual([
      '/items/1/path',
      '/items/2/path',
      '/items/3/path',
    ]);
    const none = await ask(world.ed, 'POST', `/trains/${key}/board`, {});
    expect(none.body.errors[0].path).toBe('/request');
    expect((await world.board(world.viola, key, flag)).status).toBe(403);
    expect((await manifest(key)).cars).toEqual([]);
  });

  it('lets nobody aboard a full one, and makes the next for whoever takes it', async () => {
    const { key } = await newTrain({ mostCars: 1 });
    await world.board(world.ed, key, newFlag());
    const flag = newFlag();
    const full = await world.board(world.ed, key, flag);
    expect(full.status).toBe(409);
    expect(full.body.detail).toMatch(
      new RegExp(`^${key} 1 is full: 1 is the most .* The next is ${key} 2, which leaves`),
    );
    const next = await world.board(world.ed, key, flag, { departure: 2 });
    expect(next.body.departure).toMatchObject({ number: 2, state: 'boarding', aboard: 1 });
  });

  it('takes one at the very last moment, and none at the cut-off itself', async () => {
    const { key, departure } = await newTrain();
    const closes = ms(departure.closesAt);
    world.cutOff.now = new Date(closes - 1);
    expect((await world.board(world.ed, key, newFlag(), { departure: 1 })).status).toBe(201);
    world.cutOff.now = new Date(closes);
    const late = await world.board(world.ed, key, newFlag(), { departure: 1 });
    delete world.cutOff.now;
    expect(late.status).toBe(409);
    expect(late.body.detail).toContain(
      `${key} 1 closed at ${departure.closesAt}. The next is ${key} 2, which leaves at`,
    );
  });

  it('lets in exactly those of twenty at once whose turn came before the cut-off', async () => {
    const { key, departure } = await newTrain();
    const closes = ms(departure.closesAt);
    let turn = 0;
    // The clock passes the cut-off at the eleventh look at it: each looks once, under the locks.
    Object.defineProperty(world.cutOff, 'now', {
      configurable: true,
      get: () => new Date(closes - 10 + turn++),
    });
    // Whoever waits for the locks for too long is told so before they look at the clock, and comes again.
    const comes = async (flag: string): ReturnType<BoardingWorld['board']> => {
      const answer = await world.board(world.ed, key, flag, { departure: 1 });
      return answer.status === 503 ? comes(flag) : answer;
    };
    const all = await Promise.all(Array.from({ length: 20 }, () => comes(newFlag())));
    delete world.cutOff.now;
    const inside = all.filter(({ status }) => status === 201);
    expect(all.filter(({ status }) => status !== 201).map(({ status }) => status)).toEqual(
      Array.from({ length: 20 - inside.length }, () => 409),
    );
    expect(inside).toHaveLength(10);
    const { cars } = await manifest(key);
    expect(cars).toHaveLength(10);
    for (const car of cars) expect(ms(car.boardedAt)).toBeLessThan(closes);
  });

  it('takes who comes late by an uplift, which another release manager approves', async () => {
    const { key, departure } = await newTrain();
    world.cutOff.now = new Date(ms(departure.closesAt) + 1);
    const late = await world.board(world.ed, key, newFlag(), { departure: 1, risk: 'The till was not tried' });
    delete world.cutOff.now;
    expect(late.body.car).toMatchObject({ state: 'uplift', ready: false, uplift: { risk: 'The till was not tried' } });
    const { car } = late.body;
    await approve(world.rita, car.request.id);
    expect((await manifest(key)).cars[0].missing).toEqual([
      'It came after the cut-off: a release manager must approve its uplift.',
    ]);
    expect((await approve(world.ed, car.uplift.request)).status).toBe(403);
    await approve(world.rita, car.uplift.request);
    expect((await manifest(key)).cars[0]).toMatchObject({ ready: true, missing: [] });
  });

  it('asks for an uplift again when what is aboard was edited', async () => {
    const { key, departure } = await newTrain();
    world.cutOff.now = new Date(ms(departure.closesAt) + 1);
    const { car } = (await world.board(world.ed, key, newFlag(), { departure: 1, risk: 'None' })).body;
    await approve(world.rita, car.uplift.request);
    const items = { items: [onItem(newFlag())] };
    await world.ask(world.ed, 'PUT', `/requests/${car.request.id}/items`, items, { 'if-match': '*' });
    const edited = (await manifest(key)).cars[0];
    expect(edited.missing).toContain('It was edited since its uplift was asked for: ask again.');
    await ask(world.ed, 'POST', `/trains/${key}/board`, { request: car.request.id, risk: 'Another flag' });
    delete world.cutOff.now;
    const again = (await manifest(key)).cars[0];
    expect(again).toMatchObject({ id: car.id, uplift: { risk: 'Another flag' } });
    await approve(world.rita, again.uplift.request);
    await approve(world.rita, car.request.id);
    expect((await manifest(key)).cars[0].ready).toBe(true);
  });

  it('names the cars that must ride together, and the flags outside that depend on them', async () => {
    const { key } = await newTrain();
    const [base, needing, outside] = [newFlag(), newFlag(), newFlag()];
    const needs = (flag: string) => ({
      ...{ method: 'PATCH', path: `/environments/production/flags/${flag}` },
      body: { state: 'on', prerequisites: [{ flag: base, variants: ['on'] }] },
    });
    await ask(world.root, 'PATCH', needs(outside).path, { ...needs(outside).body, reason: 'first' });
    const first = (await world.board(world.ed, key, base)).body.car;
    const second = (await world.board(world.ed, key, needing, { items: [needs(needing)] })).body;
    expect(second.car.needs).toEqual([first.id]);
    expect(second.departure.outside).toEqual([{ flag: outside, needs: base }]);
  });
});
