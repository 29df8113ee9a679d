import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PersonPrincipal, ROOT } from '../access/principal.ts';
import { changeRequests, releases } from '../database/tables.ts';
import { hasPostgres } from '../database/test-database.ts';
import { stageOf } from '../decisions/decide.fixture.ts';
import { closeIncident, requireIncident } from '../incidents/change-incident.ts';
import { openIncident } from '../incidents/open-incident.ts';
import { findBySubject, findRequest } from '../requests/store.ts';
import { findRollout } from '../rollouts/rollout-store.ts';
import { chemspill } from './chemspill.ts';
import type { Car } from './departure.ts';
import { ejectCar } from './eject-cars.ts';
import { findTrain } from './train-store.ts';
import {
  DAY,
  type DepartureWorld,
  HOUR,
  MINUTE,
  openDepartureWorld,
  patch,
  rollOut,
  serve,
  straight,
} from './trains.fixture.ts';

const FLAGS = [
  'a',
  'b',
  'c',
  'd',
  'e',
  'f',
  'g',
  'h',
  'i',
  'j',
  'k',
  'l',
  'm',
  'n',
  'o',
  'p',
  'q',
  'r',
  's',
  't',
  'u',
  'v',
  'w',
  'x',
];
const ON = { variant: 'on' };
const OFF = { variant: 'off' };

describe.skipIf(!hasPostgres)('a departure that leaves', () => {
  let world: DepartureWorld;
  let rae: PersonPrincipal;
  let ed: PersonPrincipal;
  beforeAll(async () => {
    world = await openDepartureWorld(FLAGS, 'postgres');
    rae = await world.person('Rae', ['release-manager']);
    ed = await world.person('Ed', ['editor']);
  });
  afterAll(() => world?.database.close());

  const tell = (cars: Car[]) => cars.map(({ flags, state }) => `${flags.join('+')} ${state}`);
  const approved = async (train: string, items: Parameters<DepartureWorld['board']>[1], over = {}) => {
    const car = await world.board(train, items, { by: ed, ...over });
    await world.approve(rae, { request: car.requestId });
    return car;
  };

  it('takes what is approved in one change and one release, and what is not waits for the next one', async () => {
    await world.train({ key: 'pair', velocity: { kind: 'critical-mass', changes: 2, longestWait: null } });
    const [plain, ride] = [await approved('pair', [serve('a', 'on')]), await approved('pair', [rollOut('b')])];
    const waits = await world.board('pair', [serve('c', 'on')], { by: ed });
    world.says.reach = { effective: false, laggards: ['shop-1'] };
    await world.pass();
    const left = await world.departure('pair', 1);
    expect(left.state).toBe('departing');
    expect(tell(await world.cars('pair', 1))).toEqual(['a arrived', 'b under-way', 'c left-behind']);
    expect((await world.flag('a')).fallthrough).toEqual(ON);
    expect((await world.flag('b')).run).not.toBeNull();
    expect((await world.flag('c')).fallthrough).toEqual(OFF);
    for (const { requestId } of [plain, ride]) {
      expect(await findRequest(world.database.db, world.projectId, requestId)).toMatchObject({
        ...{ state: 'applied', changeId: left.changeId },
      });
    }
    const [release] = await world.database.db.select().from(releases);
    expect(release).toMatchObject({
      tag: 'pair-1',
      changeId: left.changeId,
      position: left.position,
      originId: left.id,
    });
    const next = await world.departure('pair', 2);
    const [moved] = await world.cars('pair', 2);
    expect(moved).toMatchObject({ requestId: waits.requestId, state: 'aboard', departureId: next.id });
    expect((await world.cars('pair', 1))[2]).toMatchObject({ movedTo: next.id });
  });

  it('is under way once it is in force everywhere, and has arrived when every rollout is finished', async () => {
    world.wait(20_000);
    await world.pass();
    expect(await world.departure('pair', 1)).toMatchObject({
      ...{ state: 'departing', because: 'One change stayed behind. Not in force everywhere: shop-1.' },
    });
    world.says.reach = { effective: true, laggards: [] };
    await world.pass();
    expect(await world.departure('pair', 1)).toMatchObject({
      state: 'under-way',
      because: 'One change stayed behind.',
    });
    await world.pass(8);
    expect(await world.departure('pair', 1)).toMatchObject({ state: 'arrived' });
    expect(tell(await world.cars('pair', 1))).toEqual(['a arrived', 'b arrived', 'c left-behind']);
    expect((await world.flag('b')).fallthrough).toEqual(ON);
  });

  it('leaves behind what was edited since it came aboard, and says what to do', async () => {
    await world.train({ key: 'edited', velocity: { kind: 'critical-mass', changes: 2, longestWait: null } });
    await approved('edited', [patch('d', { shedAt: 2 })]);
    await world.edit('d', { shedAt: 1 });
    await approved('edited', [serve('e', 'on')]);
    await world.pass();
    const [behind, went] = await world.cars('edited', 1);
    expect(went?.state).toBe('arrived');
    expect(behind).toMatchObject({ state: 'left-behind', movedTo: null });
    expect(behind?.because).toMatch(/Rebase its request, have it approved as it then is, and board it again\.$/);
    expect((await world.flag('d')).shedAt).toBe(1);
    expect(await findRequest(world.database.db, world.projectId, behind?.requestId ?? '')).toMatchObject({
      state: 'open',
    });
  });

  it('of two departures that touch the same flag the second waits until the rollout of the first is over', async () => {
    await world.train({ key: 'first' });
    await world.train({ key: 'second' });
    await approved('first', [rollOut('f')]);
    await approved('second', [patch('f', { shedAt: 3 })]);
    await world.pass();
    expect(tell(await world.cars('first', 1))).toEqual(['f under-way']);
    const [waits] = await world.cars('second', 1);
    expect(waits).toMatchObject({ state: 'left-behind' });
    expect((await world.flag('f')).shedAt).toBeNull();
    expect(await world.departure('second', 1)).toMatchObject({ state: 'missed' });
  });

  it('keeps those apart that need each other only together', async () => {
    await world.train({ key: 'needs', velocity: { kind: 'critical-mass', changes: 2, longestWait: null } });
    const dependent = patch('h', { prerequisites: [{ flag: 'g', variants: ['on'] }] });
    await approved('needs', [dependent]);
    await approved('needs', [serve('g', 'on')]);
    await approved('needs', [serve('i', 'on')]);
    await world.edit('g', { shedAt: 1 });
    await world.pass();
    const [needing, needed, other] = await world.cars('needs', 1);
    expect([needing?.state, needed?.state, other?.state]).toEqual(['left-behind', 'left-behind', 'arrived']);
    expect(needing?.because).toMatch(/^It needs g, which stays behind\./);
    expect((await world.flag('h')).prerequisites).toEqual([]);
  });

  it('leaves behind what somebody boarded who may not any more', async () => {
    const gone = await world.person('Gone', ['editor']);
    await world.train({ key: 'rights', velocity: { kind: 'critical-mass', changes: 2, longestWait: null } });
    await approved('rights', [serve('j', 'on')], { by: gone });
    await world.setRoles(gone, ['viewer']);
    await approved('rights', [serve('k', 'on')]);
    await world.pass();
    const [behind, went] = await world.cars('rights', 1);
    expect(went?.state).toBe('arrived');
    expect(behind).toMatchObject({ state: 'left-behind', movedTo: null });
    expect(behind?.because).toBe('Gone may not change production any more. Somebody who may has to board it again.');
  });

  it('leaves by its time-table: it closes, leaves once, and what comes too late takes the next', async () => {
    const velocity = { kind: 'train' as const, rule: '0 10 * * *', zone: 'UTC' };
    await world.train({ key: 'daily', velocity, cutOff: '1h' });
    await approved('daily', [serve('l', 'on')]);
    const { leavesAt } = await world.departure('daily', 1);
    world.wait((leavesAt?.getTime() ?? 0) - world.now().getTime() - HOUR);
    await world.pass();
    expect(await world.departure('daily', 1)).toMatchObject({ state: 'closed' });
    const late = await world.board('daily', [serve('m', 'on')], { by: ed });
    expect(late.departureId).toBe((await world.departure('daily', 2)).id);
    world.wait((leavesAt?.getTime() ?? 0) - world.now().getTime() - 1);
    await world.pass();
    expect(await world.departure('daily', 1)).toMatchObject({ state: 'closed' });
    world.wait(1);
    await world.pass(3, 1);
    expect(await world.departure('daily', 1)).toMatchObject({ state: 'arrived' });
    expect(await world.departure('daily', 2)).toMatchObject({ state: 'boarding' });
    expect((await world.actions()).filter((one) => one === 'train.close')).toHaveLength(1);
  });

  it('misses in a freeze, and everybody takes the next; after days away nothing leaves twice', async () => {
    const { leavesAt } = await world.departure('daily', 2);
    const at = leavesAt ?? world.now();
    await world.freeze(new Date(at.getTime() - MINUTE), new Date(at.getTime() + MINUTE));
    world.wait(at.getTime() - world.now().getTime());
    await world.pass();
    expect(await world.departure('daily', 2)).toMatchObject({ state: 'missed' });
    const [moved] = await world.cars('daily', 3);
    expect(moved).toMatchObject({ flags: ['m'], state: 'aboard' });
    await world.approve(rae, { request: moved?.requestId ?? '' });
    world.wait(DAY + MINUTE);
    await world.takeOver();
    await world.pass(3, 1);
    expect((await world.flag('m')).fallthrough).toEqual(ON);
    const departs = (await world.actions()).filter((one) => one === 'train.depart');
    await world.pass(3, 1);
    expect((await world.actions()).filter((one) => one === 'train.depart')).toEqual(departs);
  });

  it('lets a rollout that needs an approval wait, and asks again where one expires: no gate is skipped by leaving', async () => {
    const approvals = [{ role: 'release-manager' as const, count: 1, expiresMs: HOUR }];
    const stages = [stageOf({ exposure: 10_000, bakeMs: MINUTE, approvals })];
    world.policies.set('asks', straight({ path: [{ environment: 'production', stages }] }));
    await world.train({ key: 'waits' });
    await approved('waits', [rollOut('n', 'asks')]);
    await world.pass();
    const { db } = world.database;
    const rolloutNow = async () => {
      const [car] = await world.cars('waits', 1);
      return findRollout(db, world.projectId, car?.rollouts[0] ?? '');
    };
    const asked = async () => (await db.select().from(changeRequests)).filter(({ kind }) => kind === 'stage').at(-1);
    await world.pass();
    expect((await rolloutNow())?.state).toBe('waiting');
    const first = await asked();
    world.wait(2 * HOUR);
    await world.pass(2, 1_000);
    const again = await asked();
    expect(again?.expiresAt.getTime()).toBeGreaterThan(first?.expiresAt.getTime() ?? 0);
    expect((await rolloutNow())?.state).toBe('waiting');
    expect((await world.flag('n')).run).toBeNull();
    await world.approve(rae, { request: again?.id ?? '' });
    await world.pass(2, 1_000);
    expect((await rolloutNow())?.state).toBe('running');
    expect(tell(await world.cars('waits', 1))).toEqual(['n under-way']);
  });

  it('goes by the clock of the database: a node whose own runs ahead closes nothing, and lets nothing leave early', async () => {
    const velocity = { kind: 'train' as const, rule: '0 */4 * * *', zone: 'UTC' };
    await world.train({ key: 'clock', velocity, cutOff: '1h' });
    await approved('clock', [serve('o', 'on')]);
    const { closesAt, leavesAt } = await world.departure('clock', 1);
    const goTo = async (at: Date | null, over = 0) => {
      world.wait((at?.getTime() ?? 0) + over - world.now().getTime());
      await world.pass();
      return (await world.departure('clock', 1)).state;
    };
    // The next one is found by that clock, too: by the node's own it would be another.
    world.drift(4 * HOUR);
    expect(await goTo(closesAt, -1)).toBe('boarding');
    expect(await goTo(closesAt)).toBe('closed');
    expect(await goTo(leavesAt, -1)).toBe('closed');
    expect(await goTo(leavesAt)).toBe('arrived');
    const next = await world.departure('clock', 2);
    expect(next.leavesAt?.getTime()).toBe((leavesAt?.getTime() ?? 0) + 4 * HOUR);
    world.drift(0);
  });

  const incidentOver = async (flag: string | null) => {
    const [, production = 0] = world.environmentIds;
    const what = {
      ...{ title: 'Payments fail', severity: 'major' as const, commander: null, reference: null },
      places: [{ environmentId: production, environment: 'production', flag }],
    };
    const asking = { principal: ROOT, reason: 'The till stands' };
    const { result } = await openIncident({ door: world.door }, asking, world.projectId, what);
    return async () => {
      const seen = await requireIncident(world.database.db, world.projectId, result?.id ?? '');
      await closeIncident({ door: world.door }, asking, seen);
    };
  };

  it('leaves behind what an open incident names, until it is over', async () => {
    await world.train({ key: 'calm', velocity: { kind: 'critical-mass', changes: 2, longestWait: null } });
    await approved('calm', [serve('p', 'on')]);
    const close = await incidentOver('p');
    await approved('calm', [serve('q', 'on')]);
    await world.pass();
    const [behind, went] = await world.cars('calm', 1);
    const next = await world.departure('calm', 2);
    expect(went).toMatchObject({ flags: ['q'], state: 'arrived' });
    expect(behind).toMatchObject({
      ...{ state: 'left-behind', movedTo: next.id, because: 'The incident “Payments fail” is open over p.' },
    });
    expect((await world.flag('p')).fallthrough).toEqual(OFF);
    await close();
    await approved('calm', [serve('r', 'on')]);
    await world.pass();
    expect(tell(await world.cars('calm', 2))).toEqual(['p arrived', 'r arrived']);
  });

  it('waits while an incident is open over the environment, and misses in the end; a chemspill goes', async () => {
    const velocity = { kind: 'train' as const, rule: '30 */2 * * *', zone: 'UTC' };
    await world.train({ key: 'stands', velocity, cutOff: '10m' });
    await approved('stands', [serve('s', 'on')]);
    const close = await incidentOver(null);
    const { leavesAt } = await world.departure('stands', 1);
    world.wait((leavesAt?.getTime() ?? 0) - world.now().getTime());
    await world.pass();
    expect(await world.departure('stands', 1)).toMatchObject({ state: 'closed' });
    const train = await findTrain(world.database.db, world.projectId, 'stands');
    if (!train) throw new Error('the train is there');
    const asking = { principal: rae, reason: 'It mends the till' };
    const mends = { title: 'Mend the till', items: [serve('t', 'on')], breakGlass: true };
    const { departure } = await chemspill(world.parts, asking, train, mends);
    expect(departure).toMatchObject({ kind: 'chemspill', state: 'departing' });
    expect((await world.flag('t')).fallthrough).toEqual(ON);
    world.wait(2 * HOUR);
    await world.pass();
    expect(await world.departure('stands', 1)).toMatchObject({
      ...{ state: 'missed', because: 'It could not leave in time. The incident “Payments fail” is open.' },
    });
    expect((await world.flag('s')).fallthrough).toEqual(OFF);
    expect(world.told.ended).toContain('missed');
    await close();
  });

  it('takes along who came late by an uplift that was approved, and leaves behind who was not', async () => {
    const velocity = { kind: 'train' as const, rule: '15 */6 * * *', zone: 'UTC' };
    await world.train({ key: 'late', velocity, cutOff: '1h' });
    const { closesAt, leavesAt } = await world.departure('late', 1);
    world.wait((closesAt?.getTime() ?? 0) - world.now().getTime());
    await world.pass();
    const risk = { departure: 1, risk: 'The till was not tried' };
    const agreed = await approved('late', [serve('u', 'on')], risk);
    const waits = await approved('late', [serve('v', 'on')], risk);
    const goes = await world.board('late', [serve('w', 'on')], { by: ed, ...risk });
    expect([agreed.state, waits.state, goes.state]).toEqual(['uplift', 'uplift', 'uplift']);
    const ejects = { actor: 'person:rae', reason: 'Not today' };
    await ejectCar(world.parts, await world.departure('late', 1), goes.id, ejects);
    const subject = `uplift/${agreed.id}`;
    const inbox = await findBySubject(world.database.db, world.projectId, subject);
    expect(inbox).toMatchObject({ state: 'open', reason: risk.risk });
    // Whoever boarded it is not the one who says that it may.
    await expect(world.approve(ed, { subject })).rejects.toMatchObject({ code: 'forbidden' });
    await world.approve(rae, { subject });
    world.wait((leavesAt?.getTime() ?? 0) - world.now().getTime());
    await world.pass();
    expect(tell(await world.cars('late', 1))).toEqual(['u arrived', 'v left-behind', 'w ejected']);
    expect((await world.cars('late', 1))[1]?.because).toBe(
      'It came after the cut-off: a release manager must approve its uplift.',
    );
    // What was asked for is out of the inbox, and the next one is boarded in time.
    for (const { id } of [waits, goes]) {
      const after = await findBySubject(world.database.db, world.projectId, `uplift/${id}`);
      expect(after?.state).not.toBe('open');
    }
    expect(tell(await world.cars('late', 2))).toEqual(['v aboard']);
    expect(world.told.ended).toContain('arrived');
  });

  it('starts rollouts at their first stage, which then go by their policy, as started by whoever boarded them', async () => {
    const [car] = await world.cars('first', 1);
    const [id = ''] = car?.rollouts ?? [];
    const rollout = await findRollout(world.database.db, world.projectId, id);
    expect(rollout).toMatchObject({ flag: 'f', startedBy: 'person:ed' });
  });
});
