import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PersonPrincipal } from '../access/principal.ts';
import { environments, trains } from '../database/tables.ts';
import { hasPostgres } from '../database/test-database.ts';
import { stageOf } from '../decisions/decide.fixture.ts';
import type { ProbeGate } from '../policies/policy.ts';
import { findRollouts } from '../rollouts/rollout-store.ts';
import { chemspill } from './chemspill.ts';
import type { Train } from './train.ts';
import { findTrain } from './train-store.ts';
import {
  DAY,
  type DepartureWorld,
  HOUR,
  type Items,
  MINUTE,
  openDepartureWorld,
  rollOut,
  serve,
  straight,
} from './trains.fixture.ts';
import { writePostmortem } from './write-postmortem.ts';

const ON = { variant: 'on' };
const OFF = { variant: 'off' };

describe.skipIf(!hasPostgres)('a chemspill', () => {
  let world: DepartureWorld;
  let rae: PersonPrincipal;
  let sam: PersonPrincipal;
  let ed: PersonPrincipal;
  let train: Train;
  beforeAll(async () => {
    world = await openDepartureWorld(['a', 'b', 'c', 'd', 'e', 'f'], 'postgres');
    rae = await world.person('Rae', ['release-manager']);
    sam = await world.person('Sam', ['release-manager']);
    ed = await world.person('Ed', ['editor']);
    const velocity = { kind: 'train' as const, rule: '0 10 * * 3', zone: 'UTC' };
    await world.train({ key: 'weekly', velocity, cutOff: '1h' });
    train = (await findTrain(world.database.db, world.projectId, 'weekly')) as Train;
  });
  afterAll(() => world?.database.close());

  const spill = (principal: PersonPrincipal, items: Items, breakGlass = false) =>
    chemspill(world.parts, { principal, reason: 'The till is down' }, train, {
      items,
      title: 'Mend the till',
      breakGlass,
    });

  it('is for release managers', async () => {
    await expect(spill(ed, [serve('a', 'on')])).rejects.toMatchObject({ code: 'forbidden' });
    await expect(spill(rae, [{ method: 'POST', path: '/environments/staging/flags/a/on' }])).rejects.toMatchObject({
      ...{ code: 'invalid', extra: { errors: [{ path: '/items/0/path', code: 'may_not_board' }] } },
    });
  });

  it('leaves when a second person agrees, in a freeze and past a stopped line, and owes a postmortem', async () => {
    await world.freeze(world.now(), new Date(world.now().getTime() + HOUR));
    const stopped = { by: 'person:ed', at: world.now().toISOString(), reason: 'Wait' };
    await world.database.db.update(trains).set({ stopped }).where(eq(trains.id, train.id));
    const { departure } = await spill(rae, [serve('a', 'on')]);
    expect(departure).toMatchObject({ number: 2, kind: 'chemspill', state: 'closed' });
    await world.pass(2, 1_000);
    expect((await world.flag('a')).fallthrough).toEqual(OFF);
    // Whoever asks for it is not the second person.
    const what = { subject: `chemspill/${departure.id}` };
    await expect(world.approve(rae, what)).rejects.toMatchObject({ code: 'forbidden' });
    await world.approve(sam, what);
    await world.pass(3, 1_000);
    expect((await world.flag('a')).fallthrough).toEqual(ON);
    const left = await world.departure('weekly', 2);
    expect(left).toMatchObject({
      state: 'arrived',
      chemspill: { by: 'person:rae', secondBy: ['person:sam'], postmortem: null },
    });
    expect(Date.parse(left.chemspill?.postmortemDue ?? '') - (left.createdAt?.getTime() ?? 0)).toBe(7 * DAY);
    const written = { text: 'The cart was not there.', url: null };
    const { departure: told } = await writePostmortem(world.parts, { principal: ed }, left, written);
    expect(told.chemspill?.postmortem).toMatchObject({ by: 'person:ed', ...written });
  });

  it('breaks glass with a reason: it leaves at once, and everybody who may approve finds it in their inbox', async () => {
    const { departure } = await spill(rae, [serve('b', 'on')], true);
    expect(departure).toMatchObject({ state: 'departing', chemspill: { breakGlass: true, secondBy: [] } });
    expect((await world.flag('b')).fallthrough).toEqual(ON);
    expect(world.told.glass).toEqual(['person:rae']);
    await world.approve(sam, { subject: `chemspill/${departure.id}` });
  });

  it('rolls nothing out into another protected environment, whose people nobody asks', async () => {
    const [staging = 0] = world.environmentIds;
    const setProtected = (isProtected: boolean) =>
      world.database.db.update(environments).set({ protected: isProtected }).where(eq(environments.id, staging));
    const path = ['production', 'staging'].map((environment) => ({
      ...{ environment, stages: [stageOf({ exposure: 10_000 })] },
    }));
    world.policies.set('further', straight({ path }));
    await setProtected(true);
    await expect(spill(rae, [rollOut('f', 'further')], true)).rejects.toMatchObject({
      ...{ code: 'invalid', extra: { errors: [{ path: '/items/0/body/policy', code: 'wrong_path' }] } },
    });
    await setProtected(false);
    expect((await world.flag('f')).fallthrough).toEqual(OFF);
  });

  it('rolls out past every gate and approval that is not marked as always', async () => {
    const probe: ProbeGate = {
      ...({ id: 'smoke', kind: 'probe', url: 'https://shop.example/healthz', expect: 200, everyMs: 10_000 } as const),
      ...{ times: 3, timeoutMs: 600_000, always: false, at: 'first' },
    } as never;
    const approvals = [{ role: 'release-manager' as const, count: 1, expiresMs: DAY }];
    const stages = [stageOf({ exposure: 10_000, bakeMs: MINUTE, gates: ['smoke'], approvals })];
    world.policies.set('gated', straight({ gates: [probe], path: [{ environment: 'production', stages }] }));
    const { departure } = await spill(rae, [rollOut('c', 'gated')], true);
    const [car] = await world.cars('weekly', departure.number);
    const [rollout] = await findRollouts(world.database.db, car?.rollouts ?? []);
    expect(rollout).toMatchObject({ state: 'running', pinned: { gates: [] } });
    expect((await world.flag('c')).run).not.toBeNull();
  });

  it('does not leave where a second person says nothing in time, or what it comes to has changed', async () => {
    world.wait(2 * HOUR);
    const { departure } = await spill(rae, [serve('d', 'on')]);
    world.wait(DAY + MINUTE);
    await world.pass();
    expect(await world.departure('weekly', departure.number)).toMatchObject({
      ...{ state: 'missed', because: 'No second person agreed in time.' },
    });
    const { departure: other } = await spill(rae, [serve('e', 'on')]);
    await world.approve(sam, { subject: `chemspill/${other.id}` });
    await world.edit('e', { shedAt: 2 });
    await world.pass();
    expect(await world.departure('weekly', other.number)).toMatchObject({ state: 'missed' });
    expect((await world.flag('e')).fallthrough).toEqual(OFF);
  });
});
