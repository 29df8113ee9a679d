import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { flagEnvironments, flags, freezes } from '../database/tables.ts';
import { stageOf } from '../decisions/decide.fixture.ts';
import { activeMs, bakedMs } from '../decisions/run-time.ts';
import { checkFreeze } from '../environments/check-freeze.ts';
import { freezeOfFlag, freezeTurnsOfFlag } from '../environments/freeze-store.ts';
import type { RolloutLoop } from './rollout-loop.ts';
import { FLAG, openRolloutWorld, type RolloutWorld, shortPolicy } from './rollouts.fixture.ts';

const HOUR_MS = 3_600_000;
const stages = [stageOf({ exposure: 10_000, bakeMs: 60_000 }), stageOf({ exposure: 50_000, bakeMs: 60_000 })];
const path = [{ environment: 'staging', stages }];

describe('a rollout in a freeze', () => {
  let world: RolloutWorld;
  let loop: RolloutLoop;
  let id = '';
  beforeAll(async () => {
    world = await openRolloutWorld(undefined, ({ db }) => ({
      freezeOf: (...asked) => freezeOfFlag(db, ...asked),
      freezeTurns: (...asked) => freezeTurnsOfFlag(db, ...asked),
    }));
    world.door.checks = [...world.door.checks, checkFreeze(world.door.clock)];
    await need();
    loop = await world.takeOver();
  });
  beforeEach(async () => {
    if (id !== '') await world.steer(id, 'rollback', 'Once more.');
    await world.database.db.delete(freezes);
    await world.setFlag({ state: 'on', fallthrough: { variant: 'off' }, rules: [], run: null });
  });
  afterAll(() => world?.database.close());

  /** The other flag of the project, which is about payments, needs the one that is rolled out. */
  async function need(): Promise<void> {
    const { db } = world.database;
    const [other] = await db.select({ id: flags.id }).from(flags).where(eq(flags.key, 'other'));
    const otherId = other?.id ?? 0;
    await db
      .update(flags)
      .set({ tags: ['payments'] })
      .where(eq(flags.id, otherId));
    const prerequisites = [{ flag: FLAG, variants: ['on'] }];
    await db.update(flagEnvironments).set({ prerequisites }).where(eq(flagEnvironments.flagId, otherId));
  }

  async function enter(deadline: { afterMs: number; onDeadline: 'ask' | 'rollBack' }): Promise<void> {
    world.policies.set('frozen', shortPolicy({ path, deadline }));
    id = await world.start({ policy: 'frozen' });
    await loop.pass();
    world.wait(1_000);
    await loop.pass();
  }

  async function freeze(name: string, afterMs: number, lastsMs: number, tags: string[] | null = null): Promise<void> {
    const fromAt = new Date(world.now().getTime() + afterMs);
    const toAt = new Date(fromAt.getTime() + lastsMs);
    const { projectId } = world;
    const once = { environments: null, rule: null, zone: 'UTC', createdBy: 'root' };
    await world.database.db.insert(freezes).values({ ...once, id: name, name, projectId, fromAt, toAt, tags });
  }

  it('for a flag that needs its own holds, says so, and its deadline stands still', async () => {
    await enter({ afterMs: HOUR_MS, onDeadline: 'ask' });
    await freeze('Audit', 0, 24 * HOUR_MS, ['payments']);
    for (let hour = 0; hour < 3; hour++) {
      await loop.pass();
      world.wait(HOUR_MS);
    }
    const { run, decision } = (await world.read(id)).run;
    expect(decision?.reason).toMatch(/^Holds: The freeze “Audit” of other, which needs this flag, lasts until/);
    expect(run).toMatchObject({ stage: 0, askedAfterMs: null });
    expect(run.standsSince).not.toBeNull();
  });

  it('that came and went while no node looked has lost no time of its deadline, and baked nothing', async () => {
    await enter({ afterMs: 6 * HOUR_MS, onDeadline: 'rollBack' });
    await freeze('Night', 20_000, 8 * HOUR_MS);
    world.wait(8 * HOUR_MS + 40_000);
    await loop.pass();
    const { run, decision } = (await world.read(id)).run;
    expect(decision?.reason).toBe('Holds: The bake of 1 minute has 20 seconds to go.');
    expect(run).toMatchObject({ stage: 0, standsSince: null, stoodMs: 8 * HOUR_MS });
    expect([activeMs(run, world.now()), bakedMs(run, world.now())]).toEqual([41_000, 40_000]);
  });

  it('that ended while no node looked stands still no longer than the freeze lasted', async () => {
    await enter({ afterMs: 6 * HOUR_MS, onDeadline: 'rollBack' });
    await freeze('Night', 0, HOUR_MS);
    await loop.pass();
    world.wait(HOUR_MS + 30_000);
    await loop.pass();
    expect((await world.read(id)).run.run).toMatchObject({ standsSince: null, stoodMs: HOUR_MS });
  });
});
