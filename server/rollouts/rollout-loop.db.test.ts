import { asc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { root } from '../changes/seed.fixture.ts';
import { changes, decisions, kills, projects } from '../database/tables.ts';
import { databaseKinds } from '../database/test-database.ts';
import { Overlays } from '../delivery/overlay.ts';
import { restoreFlag } from '../delivery/restore-flag.ts';
import { FLAG, openRolloutWorld, type RolloutWorld, shortPolicy } from './rollouts.fixture.ts';

describe.each(databaseKinds)('a rollout on the %s database', (kind) => {
  /** What does not depend on the database, and is tried on the first of them alone. */
  const once = (title: string, test: () => Promise<void>) => {
    if (kind === databaseKinds[0]) it(title, test);
  };
  let world: RolloutWorld;
  beforeAll(async () => {
    world = await openRolloutWorld(kind);
  });
  afterAll(() => world?.database.close());

  it('walks its stages and environments one by one, and leaves nothing of itself behind', async () => {
    const loop = await world.takeOver();
    const id = await world.start();
    expect((await world.read(id)).rollout).toMatchObject({ state: 'waiting', step: 0 });
    expect((await world.flag()).run).toBeNull();
    const seen: string[] = [];
    for (let look = 0; look < 30 && seen.at(-1) !== 'production finished 1 finished'; look++) {
      await loop.pass();
      const { rollout, run } = await world.read(id);
      const at = `${run.run.environment} ${run.run.state} ${run.run.stage} ${rollout.state}`;
      if (seen.at(-1) !== at) seen.push(at);
      world.wait(30_000);
    }
    expect(seen).toEqual([
      'staging running 0 running',
      'production waiting -1 waiting',
      'production running 0 running',
      'production running 1 running',
      'production finished 1 finished',
    ]);
    for (const index of [0, 1]) {
      expect(await world.flag(index)).toMatchObject({ fallthrough: { variant: 'on' }, rules: [], run: null });
    }
    const log = await world.database.db.select().from(changes).orderBy(asc(changes.seq));
    expect(log.map(({ action, actor }) => `${action} ${actor}`)).toEqual([
      'rollout.start root',
      `rollout.advance rollout:${id}`,
      `rollout.finish rollout:${id}`,
      `rollout.advance rollout:${id}`,
      `rollout.advance rollout:${id}`,
      `rollout.finish rollout:${id}`,
    ]);
    const kept = await world.database.db
      .select()
      .from(decisions)
      .where(eq(decisions.rolloutId, id))
      .orderBy(asc(decisions.id));
    const acted = kept.filter(({ action }) => action !== 'hold').map(({ action, stage }) => `${action} ${stage}`);
    expect(acted).toEqual(['advance -1', 'finish 0', 'advance -1', 'advance 0', 'finish 1']);
    expect(kept.every(({ reason }) => reason.endsWith('.'))).toBe(true);
  });

  once('goes one stage at a time after a day in which no node ran', async () => {
    await fresh();
    const loop = await world.takeOver();
    const id = await world.start();
    await loop.pass();
    world.wait(86_400_000);
    const seen: string[] = [];
    const other = await world.takeOver();
    for (let look = 0; look < 20 && seen.at(-1) !== 'production finished 1'; look++) {
      await other.pass();
      const { run } = (await world.read(id)).run;
      const at = `${run.environment} ${run.state} ${run.stage}`;
      if (seen.at(-1) !== at) seen.push(at);
      world.wait(31_000);
    }
    // What was written before the day is seen to be in force only now, so its bake begins now.
    expect(seen).toEqual([
      'staging running 0',
      'production waiting -1',
      'production running 0',
      'production running 1',
      'production finished 1',
    ]);
  });

  once('kills and goes back in one change that a restore lifts, and serves the anchor then', async () => {
    await fresh();
    const guard = { id: 'p95', kind: 'threshold', query: 'q', source: 's', above: 0.4, forMs: 0 } as const;
    const killing = { ...guard, onFail: 'kill', mode: 'enforce', environment: 'staging' } as const;
    world.policies.set('killing', shortPolicy({ guards: [killing] }));
    const loop = await world.takeOver();
    const id = await world.start({ policy: 'killing' });
    await loop.pass();
    world.says.query = { kind: 'value', value: 1 };
    world.wait(5_000);
    await loop.pass();
    world.says.query = { kind: 'value', value: 0 };
    expect((await world.read(id)).rollout.state).toBe('killed');
    expect(await world.flag()).toMatchObject({ killed: true, fallthrough: { variant: 'off' }, run: null });
    const { db } = world.database;
    const [kill] = await db.select().from(kills);
    expect(kill).toMatchObject({ actor: `rollout:${id}`, effect: true, liftedBy: null });
    const [change] = await db
      .select()
      .from(changes)
      .where(eq(changes.id, kill?.changeId ?? 0));
    expect(change).toMatchObject({ action: 'rollout.kill', killId: kill?.id, actor: `rollout:${id}` });
    const restore = { door: world.door, overlays: new Overlays(), settler: { settle: async () => undefined } };
    const place = { projectId: world.projectId, environment: { id: world.environmentIds[0] ?? 0, key: 'staging' } };
    const restored = await restoreFlag(restore, { principal: root, reason: 'Mended.' }, { ...place, flag: FLAG });
    expect(restored.lifted).toEqual([kill?.id]);
    await loop.pass();
    expect(await world.flag()).toMatchObject({ killed: false, fallthrough: { variant: 'off' }, run: null });
  });

  once(
    'holds in a freeze and with an incident, lets no time pass in a freeze, and does nothing without the lease',
    async () => {
      await fresh();
      const loop = await world.takeOver();
      const id = await world.start();
      world.says.incident = { id: 'i', title: 'Payments fail', severity: 'minor', openedAt: world.now(), flag: null };
      await loop.pass();
      expect((await world.read(id)).run.run).toMatchObject({ state: 'waiting', stage: -1 });
      world.says.incident = undefined;
      await loop.pass();
      await loop.pass();
      world.says.freeze = { name: 'Weekend', until: new Date(world.now().getTime() + 600_000), inFlight: 'hold' };
      await loop.pass();
      world.wait(600_000);
      await loop.pass();
      world.says.freeze = null;
      await loop.pass();
      const { run } = (await world.read(id)).run;
      expect(run).toMatchObject({ stage: 0, standsSince: null, stoodMs: 600_000 });
      await world.takeOver();
      world.wait(120_000);
      await loop.pass();
      expect((await world.read(id)).run.run).toMatchObject({ environment: 'staging', stage: 0 });
      await world.steer(id, 'rollback', 'The test is over.');
    },
  );

  once('is not held up by the source of another: it goes back while that one is still asked', async () => {
    await fresh();
    const guard = { kind: 'threshold', query: 'q', source: 's', above: 0.4, forMs: 0, onFail: 'rollBack' } as const;
    const watching = (id: string) => ({ ...guard, id, mode: 'enforce', environment: 'staging' }) as const;
    world.policies.set('slow', shortPolicy({ guards: [{ ...watching('slow'), source: 'slow' }] }));
    world.policies.set('quick', shortPolicy({ guards: [watching('quick')] }));
    const loop = await world.takeOver();
    const slow = await world.start({ policy: 'slow', flag: 'other' });
    const quick = await world.start({ policy: 'quick' });
    await loop.pass();
    let answer: () => void = () => undefined;
    world.says.slow = new Promise((resolve) => {
      answer = resolve;
    });
    world.wait(5_000);
    const stop = loop.follow();
    // Once the other was looked at, while the slow one is still asked.
    const lookedAt = async () => (await world.read(quick)).run.decidedAt?.getTime();
    await vi.waitFor(async () => expect(await lookedAt()).toBe(world.now().getTime()), 10_000);
    world.says.query = { kind: 'value', value: 1 };
    world.wait(5_000);
    loop.wake();
    await vi.waitFor(async () => expect((await world.read(quick)).rollout.state).toBe('rolledBack'), 10_000);
    expect((await world.read(slow)).rollout.state).toBe('running');
    world.says.query = { kind: 'value', value: 0 };
    answer();
    stop();
    await loop.close();
    world.says.slow = undefined;
    await world.steer(slow, 'rollback', 'The test is over.');
  });

  once('ends where it cannot go on, keeps what it finished, and stands still in an archived project', async () => {
    await fresh();
    const loop = await world.takeOver();
    const id = await world.start();
    await loop.pass();
    await loop.pass();
    // Nobody owns production yet, so what it serves may change.
    await world.setFlag({ fallthrough: { coded: true } }, 1);
    const { db } = world.database;
    await db.update(projects).set({ archivedAt: world.now() }).where(eq(projects.id, world.projectId));
    world.wait(61_000);
    await loop.pass();
    expect((await world.read(id)).run.run).toMatchObject({ environment: 'staging', state: 'running' });
    await db.update(projects).set({ archivedAt: null }).where(eq(projects.id, world.projectId));
    await loop.pass();
    const { rollout, runs } = await world.read(id);
    expect([rollout.state, runs.map(({ run }) => `${run.environment} ${run.state}`)]).toEqual([
      ...['ended', ['staging finished']],
    ]);
    const kept = await db.select().from(decisions).where(eq(decisions.rolloutId, id)).orderBy(asc(decisions.id));
    expect(kept.at(-1)?.reason).toBe(
      "It does not go on: in production the caller's own default is served, and not off.",
    );
    expect((await world.flag()).fallthrough).toEqual({ variant: 'on' });
  });

  async function fresh(): Promise<void> {
    for (const index of [0, 1]) {
      const set = { state: 'on', killed: false, fallthrough: { variant: 'off' }, rules: [], run: null } as const;
      await world.setFlag({ ...set, rules: [] }, index);
    }
  }
});
