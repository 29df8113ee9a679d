import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PersonPrincipal } from '../access/principal.ts';
import { hasPostgres } from '../database/test-database.ts';
import { policyOf, stageOf } from '../decisions/decide.fixture.ts';
import { findRollouts } from '../rollouts/rollout-store.ts';
import { steerRollout } from '../rollouts/steer-rollout.ts';
import { ejectCar } from './eject-cars.ts';
import { recallDeparture } from './recall-departure.ts';
import { anyButViewer } from './train-right.ts';
import {
  type DepartureWorld,
  HOUR,
  type Items,
  MINUTE,
  openDepartureWorld,
  patch,
  rollOut,
  serve,
  straight,
} from './trains.fixture.ts';

const FLAGS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r', 's', 't', 'u'];
const ON = { variant: 'on' };
const OFF = { variant: 'off' };

describe.skipIf(!hasPostgres)('what is taken back of a departure', () => {
  let world: DepartureWorld;
  let rae: PersonPrincipal;
  let ed: PersonPrincipal;
  let kay: PersonPrincipal;
  beforeAll(async () => {
    world = await openDepartureWorld(FLAGS, 'postgres');
    rae = await world.person('Rae', ['release-manager']);
    ed = await world.person('Ed', ['editor']);
    kay = await world.person('Kay', ['killer']);
    // It goes on in staging, once production is finished.
    const stages = [stageOf({ exposure: 100_000, bakeMs: MINUTE })];
    const path = [
      { environment: 'production', stages },
      { environment: 'staging', stages: [stageOf({ exposure: 50_000, bakeMs: HOUR })] },
    ];
    world.policies.set('onward', policyOf({ path, guards: [] }));
    world.policies.set(
      'slow',
      straight({ path: [{ environment: 'production', stages: [stageOf({ exposure: 10_000, bakeMs: HOUR })] }] }),
    );
  });
  afterAll(() => world?.database.close());

  /** A train that leaves with all of these, each a car. */
  async function departs(key: string, cars: Items[], onItemFail: 'eject' | 'hold' | 'recall' = 'eject') {
    await world.train({
      key,
      onItemFail,
      velocity: { kind: 'critical-mass', changes: cars.length, longestWait: null },
    });
    for (const items of cars) {
      const { requestId } = await world.board(key, items, { by: ed });
      await world.approve(rae, { request: requestId });
    }
    await world.pass();
    return world.departure(key, 1);
  }
  const by = { actor: 'person:kay', reason: 'Errors at the till' };
  const states = async (key: string) => (await world.cars(key, 1)).map(({ state }) => state);

  it('a recall goes back wherever its rollouts have been, live and finished, and in plain changes: to the same bytes', async () => {
    const before = [await world.shown(0), await world.shown(1)];
    const segment: Items[number] = {
      ...{ method: 'POST', path: '/environments/production/segments', body: { key: 'staff', included: ['ada'] } },
    };
    const named = patch('c', { rules: [{ if: { segment: 'staff' }, serve: { variant: 'on' } }] });
    await departs('all', [[rollOut('a', 'onward')], [rollOut('b', 'slow')], [segment, named], [serve('d', 'on')]]);
    await world.pass(4);
    // `a` is finished in production, and live in staging.
    expect((await world.flag('a')).fallthrough).toEqual(ON);
    expect((await world.flag('a', 0)).run).not.toBeNull();
    expect(await states('all')).toEqual(['under-way', 'under-way', 'arrived', 'arrived']);
    const found = await world.departure('all', 1);
    const may = { ...by, requireMay: anyButViewer(kay) };
    const tried = await recallDeparture(world.parts, found, may, true);
    expect(tried.restored?.map(({ flag, environment }) => `${flag} ${environment}`).sort()).toEqual([
      ...['a production', 'a staging', 'b production', 'c production', 'd production'],
    ]);
    expect((await world.departure('all', 1)).state).toBe('under-way');
    const done = await recallDeparture(world.parts, found, may);
    expect(done).toMatchObject({ kept: [], departure: { state: 'recalled' } });
    expect([await world.shown(0), await world.shown(1)]).toEqual(before);
    expect(await states('all')).toEqual(['recalled', 'recalled', 'recalled', 'recalled']);
    const rollouts = (await world.cars('all', 1)).flatMap((car) => car.rollouts);
    const ends = await findRollouts(world.database.db, rollouts);
    expect(ends.map(({ state }) => state)).toEqual(['rolledBack', 'rolledBack']);
  });

  it('somebody is woken where a recall is not in force everywhere in time, once, until it is', async () => {
    world.says.reach = { effective: false, laggards: ['shop-1'] };
    await world.pass();
    world.wait(20_000);
    await world.pass(3, 1_000);
    expect(world.told.pages).toEqual(['recall']);
    expect(await world.departure('all', 1)).toMatchObject({
      ...{ state: 'recalled', because: 'Errors at the till Not in force everywhere: shop-1.', endedAt: null },
    });
    world.says.reach = { effective: true, laggards: [] };
    await world.pass();
    expect((await world.departure('all', 1)).endedAt).not.toBeNull();
  });

  it('an item that somebody edited since is left and listed, and what somebody turned off stays off', async () => {
    await departs('kept', [[serve('e', 'on')], [serve('f', 'on')], [rollOut('g', 'slow')]]);
    await world.edit('e', { shedAt: 1 });
    await world.edit('f', { state: 'off' });
    await world.edit('g', { shedAt: 2 });
    const { kept } = await recallDeparture(world.parts, await world.departure('kept', 1), by);
    expect(kept).toMatchObject([{ flag: 'e', because: 'Somebody edited it since: that stands.' }]);
    expect(await world.flag('e')).toMatchObject({ fallthrough: ON, shedAt: 1 });
    expect(await world.flag('f')).toMatchObject({ state: 'off', fallthrough: OFF });
    expect(await world.flag('g')).toMatchObject({ fallthrough: OFF, run: null, shedAt: 2 });
    expect(await states('kept')).toEqual(['kept', 'recalled', 'recalled']);
  });

  it('a flag that was turned on and rolled out by the same car goes back once, and is told of once', async () => {
    await world.edit('u', { state: 'off' });
    const on = { method: 'POST' as const, path: '/environments/production/flags/u/on', body: {} };
    await departs('twice', [[on, rollOut('u', 'slow')]]);
    await world.edit('u', { state: 'on' });
    const { restored } = await recallDeparture(world.parts, await world.departure('twice', 1), by);
    expect(restored).toEqual([{ flag: 'u', environment: 'production' }]);
    expect(await world.flag('u')).toMatchObject({ state: 'off', fallthrough: OFF, run: null });
  });

  it('a recall passes a freeze, and takes any role but viewer', async () => {
    await departs('frozen', [[serve('h', 'on')]]);
    const viewer = await world.person('Vi', ['viewer']);
    const found = await world.departure('frozen', 1);
    const refused = recallDeparture(world.parts, found, { ...by, requireMay: anyButViewer(viewer) });
    await expect(refused).rejects.toMatchObject({ code: 'forbidden' });
    await world.freeze(world.now(), new Date(world.now().getTime() + MINUTE));
    await recallDeparture(world.parts, found, { ...by, requireMay: anyButViewer(kay) });
    expect((await world.flag('h')).fallthrough).toEqual(OFF);
    await expect(recallDeparture(world.parts, found, by)).rejects.toMatchObject({ code: 'wrong_state' });
    world.wait(2 * MINUTE);
  });

  async function fail(key: string, at: number) {
    const [id = ''] = (await world.cars(key, 1))[at]?.rollouts ?? [];
    const place = { projectId: world.projectId, id };
    await steerRollout(world.rollouts, { principal: kay, reason: 'Errors' }, place, 'rollback');
    await world.pass();
  }

  it('eject: one that fails takes its other items and those that need it along, in one change; the others go on', async () => {
    const needs = patch('k', { prerequisites: [{ flag: 'i', variants: ['on'] }] });
    await departs('ejects', [
      [rollOut('i', 'slow'), serve('j', 'on')],
      [needs],
      [serve('l', 'on')],
      [rollOut('m', 'slow')],
    ]);
    const before = (await world.actions()).length;
    await fail('ejects', 0);
    expect(await states('ejects')).toEqual(['failed', 'ejected', 'arrived', 'under-way']);
    expect((await world.actions()).slice(before)).toEqual(['rollout.rollback', 'train.eject']);
    expect((await world.flag('j')).fallthrough).toEqual(OFF);
    expect((await world.flag('k')).prerequisites).toEqual([]);
    expect((await world.flag('l')).fallthrough).toEqual(ON);
    expect((await world.cars('ejects', 1))[1]?.because).toMatch(/^It needs i, j\. The rollout of i failed/);
  });

  it('by hand, too: whatever needs it goes with it', async () => {
    const cars = await world.cars('ejects', 1);
    const rider = cars[3]?.id ?? '';
    await ejectCar(world.parts, await world.departure('ejects', 1), rider, by);
    expect(await states('ejects')).toEqual(['failed', 'ejected', 'arrived', 'ejected']);
    expect(await world.flag('m')).toMatchObject({ fallthrough: OFF, run: null });
    await world.pass();
    expect(await world.departure('ejects', 1)).toMatchObject({ state: 'arrived' });
    await expect(ejectCar(world.parts, await world.departure('ejects', 1), rider, by)).rejects.toMatchObject({
      ...{ code: 'wrong_state' },
    });
  });

  it('hold: when one fails all other rollouts that left with it stand still', async () => {
    await departs('holds', [[rollOut('n', 'slow')], [rollOut('o', 'slow')], [serve('p', 'on')]], 'hold');
    await fail('holds', 0);
    expect(await states('holds')).toEqual(['failed', 'under-way', 'arrived']);
    const [, held] = await world.cars('holds', 1);
    const [rollout] = await findRollouts(world.database.db, held?.rollouts ?? []);
    expect(rollout?.state).toBe('paused');
    expect((await world.flag('p')).fallthrough).toEqual(ON);
  });

  it('recall: when one fails all of it goes back', async () => {
    await departs('recalls', [[rollOut('q', 'slow')], [rollOut('r', 'slow')], [serve('s', 'on')]], 'recall');
    await fail('recalls', 1);
    expect(await states('recalls')).toEqual(['recalled', 'failed', 'recalled']);
    expect(await world.departure('recalls', 1)).toMatchObject({
      ...{ state: 'recalled', because: 'The rollout of r failed: it was rolled back.' },
    });
    for (const flag of ['q', 'r', 's']) expect((await world.flag(flag)).fallthrough).toEqual(OFF);
  });
});
