import { isNull } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PersonPrincipal } from '../access/principal.ts';
import { departures, environments, releases } from '../database/tables.ts';
import { hasPostgres } from '../database/test-database.ts';
import { steerRollout } from '../rollouts/steer-rollout.ts';
import { TRAIN_STEPS, type TrainCrashPoint } from './train-crash.ts';
import { type DepartureWorld, HOUR, openDepartureWorld, rollOut, serve } from './trains.fixture.ts';

class Crashed extends Error {}

/** Each walk ends a node at all of these, each once: before every write, or after every one. */
const WALKS: { title: string; points: TrainCrashPoint[] }[] = [
  { title: 'undisturbed', points: [] },
  { title: 'before each write', points: TRAIN_STEPS.map((step): TrainCrashPoint => `before ${step}`) },
  { title: 'after each write', points: TRAIN_STEPS.map((step): TrainCrashPoint => `after ${step}`) },
];
const flagsOf = (at: number) => [`a${at}`, `b${at}`];

describe.skipIf(!hasPostgres)('a node that ends in the middle of a departure', () => {
  let world: DepartureWorld;
  let rae: PersonPrincipal;
  beforeAll(async () => {
    world = await openDepartureWorld(
      WALKS.flatMap((_walk, at) => flagsOf(at)),
      'postgres',
    );
    // Approvals are tried elsewhere.
    await world.database.db.update(environments).set({ protected: false });
    rae = await world.person('Rae', ['release-manager']);
  });
  afterAll(() => world?.database.close());

  /** From before boarding to its end, past a failure and a missed departure; a node that ends is followed by another. */
  async function walk(at: number, points: readonly TrainCrashPoint[]): Promise<TrainCrashPoint[]> {
    const stopped: TrainCrashPoint[] = [];
    const crash = (here: TrainCrashPoint) => {
      if (!points.includes(here) || stopped.includes(here)) return;
      stopped.push(here);
      throw new Crashed(here);
    };
    await world.takeOver(crash);
    const key = `line${at}`;
    const velocity = { kind: 'train' as const, rule: '0 * * * *', zone: 'UTC' };
    await world.train({ key, velocity, cutOff: '10m', opens: '30m' });
    const look = async () => {
      for (let before = -1; before < stopped.length; ) {
        before = stopped.length;
        await world.pass();
        if (stopped.length === before) return;
        await world.takeOver(crash);
      }
    };
    const goTo = async (moment: number) => {
      world.wait(Math.max(0, moment - world.now().getTime()));
      await look();
    };
    const { opensAt, closesAt, leavesAt } = await world.departure(key, 1);
    await goTo(opensAt?.getTime() ?? 0);
    const [a = '', b = ''] = flagsOf(at);
    for (const items of [[rollOut(a)], [serve(b, 'on')]]) {
      await world.board(key, items);
    }
    await goTo(closesAt?.getTime() ?? 0);
    await goTo(leavesAt?.getTime() ?? 0);
    const [car] = await world.cars(key, 1);
    const place = { projectId: world.projectId, id: car?.rollouts[0] ?? '' };
    await steerRollout(world.rollouts, { principal: rae, reason: 'Errors' }, place, 'rollback');
    // The rollout is seen to have gone back, and then what became of the departure.
    for (let time = 0; time < 3; time++) await look();
    // Nobody boards the next one.
    world.wait(HOUR);
    await look();
    await world.takeOver();
    // What this line would do from now on is no part of what the next one does.
    const over = { state: 'missed' as const, endedAt: world.now() };
    await world.database.db.update(departures).set(over).where(isNull(departures.endedAt));
    return stopped;
  }

  /** What came of it, without what is drawn. */
  async function tell(at: number) {
    const key = `line${at}`;
    const [a = '', b = ''] = flagsOf(at);
    const [first, second] = [await world.departure(key, 1), await world.departure(key, 2)];
    const cut = await world.database.db.select().from(releases);
    return {
      states: [first.state, second.state],
      cars: (await world.cars(key, 1)).map(({ state }) => state),
      flags: [(await world.flag(a)).fallthrough, (await world.flag(a)).run, (await world.flag(b)).fallthrough],
      releases: cut.filter(({ tag }) => tag.startsWith(`${key}-`)).length,
      numbers: (await Promise.all([1, 2, 3].map((number) => world.departure(key, number)))).map(({ number }) => number),
    };
  }
  const acted = async (work: () => Promise<unknown>) => {
    const before = (await world.actions()).length;
    await work();
    return (await world.actions()).slice(before).filter((one) => /^train\.(?!create|board)/.test(one));
  };

  let expected: { told: Awaited<ReturnType<typeof tell>>; actions: string[] } | undefined;
  it.each(WALKS.map((walk, at) => ({ ...walk, at })))(
    '$title: another goes on, and everything is done once or not at all',
    async ({ points, at }) => {
      let stopped: TrainCrashPoint[] = [];
      const actions = await acted(async () => {
        stopped = await walk(at, points);
      });
      const told = await tell(at);
      expected ??= { told, actions };
      expect(stopped.sort()).toEqual([...points].sort());
      expect(told).toEqual(expected.told);
      expect(actions).toEqual(expected.actions);
      expect(told).toMatchObject({ states: ['arrived', 'missed'], cars: ['failed', 'arrived'], releases: 1 });
      expect(actions.filter((one) => one === 'train.depart')).toHaveLength(1);
    },
  );
});
