import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PersonPrincipal } from '../access/principal.ts';
import { memberships, releases } from '../database/tables.ts';
import { hasPostgres } from '../database/test-database.ts';
import { policyOf, stageOf } from '../decisions/decide.fixture.ts';
import { editRequest } from '../requests/write-request.ts';
import { chemspill } from './chemspill.ts';
import { recallDeparture } from './recall-departure.ts';
import type { Train } from './train.ts';
import { anyButViewer } from './train-right.ts';
import { findTrain } from './train-store.ts';
import { type DepartureWorld, HOUR, type Items, MINUTE, openDepartureWorld, rollOut, serve } from './trains.fixture.ts';

const ON = { variant: 'on' };
const OFF = { variant: 'off' };
const WEEKLY = { kind: 'train' as const, rule: '0 10 * * 3', zone: 'UTC' };

interface Spill {
  breakGlass?: boolean;
  crash?: () => void;
}

describe.skipIf(!hasPostgres)('whoever wants more to leave than was let aboard', () => {
  let world: DepartureWorld;
  let rae: PersonPrincipal;
  let ed: PersonPrincipal;
  beforeAll(async () => {
    world = await openDepartureWorld(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'], 'postgres');
    rae = await world.person('Rae', ['release-manager']);
    ed = await world.person('Ed', ['editor']);
  });
  afterAll(() => world?.database.close());

  const edit = (id: string, items: Items) =>
    editRequest(world.parts, { principal: ed, reason: 'Another one' }, world.projectId, id, { items });
  const trainOf = async (key: string) => (await findTrain(world.database.db, world.projectId, key)) as Train;
  const spill = async (key: string, items: Items, { breakGlass = false, ...over }: Spill = {}) => {
    const asking = { principal: rae, reason: 'The till is down' };
    return chemspill({ ...world.parts, ...over }, asking, await trainOf(key), { items, breakGlass });
  };

  it('edits a car into another environment in vain, and keeps nobody else from leaving by that', async () => {
    await world.train({ key: 'both', velocity: { kind: 'critical-mass', changes: 2, longestWait: null } });
    const bad = await world.board('both', [serve('a', 'on')], { by: ed });
    const good = await world.board('both', [serve('b', 'on')], { by: ed });
    await edit(bad.requestId, [{ ...serve('a', 'on'), path: '/environments/staging/flags/a/serve' }]);
    await world.approve(rae, { request: good.requestId });
    await world.pass();
    expect((await world.flag('a', 0)).fallthrough).toEqual(OFF);
    expect((await world.flag('b')).fallthrough).toEqual(ON);
    const [behind] = await world.cars('both', 1);
    expect(behind).toMatchObject({ state: 'left-behind', movedTo: null });
    expect(behind?.because).toContain('a call below /environments/production/flags');
  });

  it('edits a car after the cut-off in vain: that is an uplift', async () => {
    await world.train({ key: 'late', environment: 'staging', velocity: WEEKLY, cutOff: '1h' });
    const there = (flag: string) => ({ ...serve(flag, 'on'), path: `/environments/staging/flags/${flag}/serve` });
    const car = await world.board('late', [there('c')], { by: ed });
    await world.board('late', [there('d')], { by: ed });
    const { leavesAt } = await world.departure('late', 1);
    world.wait((leavesAt?.getTime() ?? 0) - world.now().getTime() - 30 * MINUTE);
    await world.pass();
    expect(await world.departure('late', 1)).toMatchObject({ state: 'closed' });
    await edit(car.requestId, [there('e')]);
    world.wait(30 * MINUTE);
    await world.pass();
    expect((await world.flag('e', 0)).fallthrough).toEqual(OFF);
    expect((await world.flag('d', 0)).fallthrough).toEqual(ON);
    const [behind] = await world.cars('late', 1);
    expect(behind).toMatchObject({ state: 'left-behind' });
    expect(behind?.because).toContain('It was edited after the cut-off');
  });

  it('edits what glass was broken for in vain: what leaves is what the release manager asked for', async () => {
    await world.train({ key: 'glass', velocity: WEEKLY });
    const crash = () => {
      throw new Error('the node went down');
    };
    await expect(spill('glass', [serve('f', 'on')], { breakGlass: true, crash })).rejects.toThrow('went down');
    const [car] = await world.cars('glass', 2);
    await edit(car?.requestId ?? '', [serve('g', 'on')]);
    await world.pass();
    expect((await world.flag('g')).fallthrough).toEqual(OFF);
    expect(await world.departure('glass', 2)).toMatchObject({ state: 'missed' });
  });

  it('asks for a chemspill and is no release manager any more when the second person agrees: it does not leave', async () => {
    const sam = await world.person('Sam', ['release-manager']);
    const { departure } = await spill('glass', [serve('g', 'on')]);
    await world.setRoles(rae, ['editor']);
    await world.approve(sam, { subject: `chemspill/${departure.id}` });
    await world.pass();
    expect((await world.flag('g')).fallthrough).toEqual(OFF);
    expect(await world.departure('glass', departure.number)).toMatchObject({ state: 'missed' });
    await world.setRoles(rae, ['release-manager']);
  });

  it('calls a train by the longest key that there is, and its releases can be named all the same', async () => {
    const key = 'k'.repeat(128);
    await world.train({ key });
    const car = await world.board(key, [serve('a', 'on')], { by: ed });
    await world.approve(rae, { request: car.requestId });
    await world.pass();
    const { releaseId } = await world.departure(key, 1);
    const [release] = await world.database.db
      .select()
      .from(releases)
      .where(eq(releases.id, releaseId ?? ''));
    expect(release?.tag.length).toBeLessThanOrEqual(128);
  });

  it('lets leave at once what is aboard elsewhere: they are told where, and withdraw it there first', async () => {
    await world.train({ key: 'calm', velocity: WEEKLY });
    const { requestId } = await world.board('calm', [serve('h', 'on')], { by: ed });
    const asking = { principal: rae, reason: 'It cannot wait' };
    const wanted = { request: requestId, breakGlass: true };
    await expect(chemspill(world.parts, asking, await trainOf('calm'), wanted)).rejects.toMatchObject({
      ...{ code: 'wrong_state', message: expect.stringMatching(/^It is aboard calm 1 already/) },
    });
  });

  it('takes nothing back where they have no right, also where a rollout of the train has come to', async () => {
    const { db } = world.database;
    const stages = [stageOf({ exposure: 100_000, bakeMs: MINUTE })];
    const onward = [
      { environment: 'production', stages },
      { environment: 'staging', stages: [stageOf({ exposure: 50_000, bakeMs: HOUR })] },
    ];
    world.policies.set('onward', policyOf({ path: onward, guards: [] }));
    await world.train({ key: 'far' });
    const car = await world.board('far', [rollOut('h', 'onward')], { by: ed });
    await world.approve(rae, { request: car.requestId });
    await world.pass(4);
    expect((await world.flag('h', 0)).run).not.toBeNull();
    const kim = await world.person('Kim', ['killer']);
    const [, production] = world.environmentIds;
    await db.update(memberships).set({ environmentId: production }).where(eq(memberships.personId, kim.id));
    const by = { actor: 'person:kim', reason: 'Errors', requireMay: anyButViewer(kim) };
    const found = await world.departure('far', 1);
    await expect(recallDeparture(world.parts, found, by)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(recallDeparture(world.parts, found, by, true)).rejects.toMatchObject({ code: 'forbidden' });
    expect((await world.flag('h', 0)).run).not.toBeNull();
    await db.update(memberships).set({ environmentId: null }).where(eq(memberships.personId, kim.id));
    await recallDeparture(world.parts, found, by);
    expect((await world.flag('h', 0)).run).toBeNull();
  });
});
