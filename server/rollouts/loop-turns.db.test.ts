import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { HeldLease } from '../platform/lease.ts';
import type { ThresholdGuard } from '../policies/policy.ts';
import { lookAtRun } from './look-at-run.ts';
import { RolloutLoop } from './rollout-loop.ts';
import { openRolloutWorld, type RolloutWorld, shortPolicy } from './rollouts.fixture.ts';
import { runsToLookAt } from './run-store.ts';

const guard = (source: string, forMs: number): ThresholdGuard => ({
  ...({ id: source, kind: 'threshold', query: 'q', source, above: 0.4, forMs } as const),
  ...({ onFail: 'rollBack', mode: 'enforce', environment: 'staging' } as const),
});

describe('whose turn it is to be looked at', () => {
  let world: RolloutWorld;
  let quick: string;
  beforeAll(async () => {
    world = await openRolloutWorld();
  });
  afterAll(() => world?.database.close());

  const decidedAt = async (id: string) => (await world.read(id)).run.decidedAt?.getTime();

  it('is nobody’s by what was read before another look: neither is it kept nor anything done by it', async () => {
    world.policies.set('waits', shortPolicy({ guards: [guard('quick', 30_000)] }));
    const parts = await world.hold();
    const lease = parts.held() as HeldLease;
    const loop = new RolloutLoop(parts);
    const id = await world.start({ policy: 'waits' });
    for (let look = 0; look < 2; look++) await loop.pass();
    world.wait(5_000);
    world.says.query = { kind: 'value', value: 1 };
    await loop.pass();
    const { rollout, run: old } = await world.read(id);
    world.wait(16_000);
    world.says.query = { kind: 'value', value: 0.1 };
    await loop.pass();
    // A value within the bound ended the count, though whoever goes by the older reading does not know it.
    world.wait(15_000);
    world.says.query = { kind: 'value', value: 1 };
    await expect(lookAtRun(parts, rollout, old, lease)).rejects.toMatchObject({ code: 'changed_since' });
    await loop.pass();
    const { run } = await world.read(id);
    expect(run.run.state).toBe('running');
    expect(run.readings.thresholds?.quick).toMatchObject({ beyondSince: world.now().toISOString() });
    // What would only be kept is not kept either.
    world.says.query = { kind: 'value', value: 0.1 };
    await expect(lookAtRun(parts, rollout, old, lease)).rejects.toMatchObject({ code: 'changed_since' });
    await world.steer(id, 'rollback', 'The test is over.');
  });

  it('is that of those in the environment that rang alone', async () => {
    const production = shortPolicy().path.filter(({ environment }) => environment === 'production');
    world.policies.set('production', shortPolicy({ path: production }));
    const [here, there] = [await world.start(), await world.start({ policy: 'production', flag: 'other' })];
    const loop = await world.takeOver();
    await loop.pass();
    const before = world.now().getTime();
    world.wait(1_000);
    const stop = loop.follow();
    loop.wake({ environmentId: world.environmentIds[0] ?? 0 });
    await vi.waitFor(async () => expect(await decidedAt(here)).toBe(before + 1_000), 10_000);
    stop();
    await loop.close();
    expect(await decidedAt(there)).toBe(before);
    // It began later, and is the next one all the same: nobody has looked at it for longer.
    expect((await runsToLookAt(world.database.db)).map(({ rollout }) => rollout)).toEqual([there, here]);
    for (const id of [here, there]) await world.steer(id, 'rollback', 'The test is over.');
  });

  it('comes though thirty others wait for a source that does not answer', async () => {
    world.policies.set('slow', shortPolicy({ guards: [guard('slow', 0)] }));
    world.policies.set('quick', shortPolicy({ guards: [guard('quick', 0)] }));
    const parts = await world.hold();
    const loop = new RolloutLoop(parts);
    const slow = await world.start({ policy: 'slow', flag: 'other' });
    world.wait(1_000);
    quick = await world.start({ policy: 'quick' });
    await loop.pass();
    // They are all before it: they began before it did, and were looked at no later.
    await copy(slow, 30);
    world.wait(5_000);
    let answer: () => void = () => undefined;
    world.says.slow = new Promise((resolve) => {
      answer = resolve;
    });
    const passing = loop.pass();
    await vi.waitFor(async () => expect(await decidedAt(quick)).toBe(world.now().getTime()), 10_000);
    answer();
    await passing;
    expect(await decidedAt(slow)).toBe(world.now().getTime());
  });

  it('comes at one source to twelve at most, also where those of the pass before still wait there', async () => {
    const parts = await world.hold();
    // Each of them is to be asked again by now.
    world.wait(60_000);
    let answer: () => void = () => undefined;
    world.says.slow = new Promise((resolve) => {
      answer = resolve;
    });
    const begun: string[] = [];
    const { openIncident } = parts.sources;
    const loop = new RolloutLoop({
      ...parts,
      sources: {
        ...parts.sources,
        openIncident: (inside, environmentId, flag) => {
          begun.push(flag);
          return openIncident(inside, environmentId, flag);
        },
      },
    });
    const slow = () => begun.filter((flag) => flag !== 'new-checkout');
    const seen = () => vi.waitFor(async () => expect(await decidedAt(quick)).toBe(world.now().getTime()), 10_000);
    const stop = loop.follow();
    await seen();
    await vi.waitFor(() => expect(slow()).toHaveLength(12));
    world.wait(1_000);
    // Something that may concern all of them: the one that waits for nothing is looked at in the next pass.
    loop.wake();
    await seen();
    stop();
    expect(slow()).toHaveLength(12);
    answer();
    await loop.close();
  });

  /** As many more rollouts of the same policy, each of a flag of its own. */
  async function copy(id: string, count: number): Promise<void> {
    const { db } = world.database;
    const number = sql`generate_series(1, ${count}::int) AS n`;
    await db.execute(sql`INSERT INTO flags OVERRIDING SYSTEM VALUE
      SELECT (json_populate_record(f, json_build_object('id', 9000 + n, 'key', 'g' || n))).*
      FROM flags f, ${number} WHERE f.key = 'other'`);
    await db.execute(sql`INSERT INTO flag_environments
      SELECT (json_populate_record(e, json_build_object('flag_id', 9000 + n))).*
      FROM flag_environments e JOIN flags f ON f.id = e.flag_id AND f.key = 'other', ${number}`);
    await db.execute(sql`INSERT INTO rollouts
      SELECT (json_populate_record(r, json_build_object('id', r.id || 'c' || n, 'flag', 'g' || n))).*
      FROM rollouts r, ${number} WHERE r.id = ${id}`);
    await db.execute(sql`INSERT INTO runs
      SELECT (json_populate_record(r, json_build_object('id', r.id || 'c' || n, 'rollout_id', r.rollout_id || 'c' || n, 'flag', 'g' || n))).*
      FROM runs r, ${number} WHERE r.rollout_id = ${id}`);
  }
});
