import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TrainPrincipal } from '../access/principal.ts';
import { commitChange } from '../changes/commit-change.ts';
import type { ChangeOrder, Ground } from '../changes/door.ts';
import type { Tx } from '../database/connect.ts';
import { flagEnvironments, flags } from '../database/tables.ts';
import { stageOf } from '../decisions/decide.fixture.ts';
import { findBySubject } from '../requests/store.ts';
import { listDecisions } from './decision-store.ts';
import { endRuns, type LeftRuns, leaveRuns } from './leave-runs.ts';
import { pauseRuns } from './pause-runs.ts';
import type { RolloutLoop } from './rollout-loop.ts';
import { FLAG, openRolloutWorld, type RolloutWorld, shortPolicy } from './rollouts.fixture.ts';

const approvals = [{ role: 'release-manager' as const, count: 1, expiresMs: 3_600_000 }];
const policy = shortPolicy({
  path: [
    {
      environment: 'staging',
      stages: [
        stageOf({ exposure: 10_000, bakeMs: 60_000 }),
        stageOf({ exposure: 50_000, bakeMs: 60_000, approvals }),
        stageOf({ exposure: 90_000, bakeMs: 86_400_000 }),
      ],
    },
  ],
});

describe('several runs that are left, or paused, in one change', () => {
  let world: RolloutWorld;
  let loop: RolloutLoop;
  let ids: string[] = [];
  beforeAll(async () => {
    world = await openRolloutWorld();
    world.policies.set('approved', policy);
    world.policies.set('short', shortPolicy());
    loop = await world.takeOver();
  });
  beforeEach(async () => {
    for (const id of ids) {
      const { state } = (await world.read(id)).rollout;
      if (['waiting', 'running', 'paused'].includes(state)) await world.steer(id, 'rollback');
    }
    world.says.reach = { effective: true, laggards: [] };
    world.says.line = null;
    await world.setFlag({ state: 'on', fallthrough: { variant: 'off' }, rules: [], run: null });
    ids = [await world.start({ policy: 'approved' }), await world.start({ policy: 'approved', flag: 'other' })];
    for (let look = 0; look < 3; look++) {
      await loop.pass();
      world.wait(61_000);
    }
    for (const id of ids) expect((await world.read(id)).run.run).toMatchObject({ state: 'running', stage: 0 });
  });
  afterAll(() => world?.database.close());

  const by = () => ({ projectId: world.projectId, actor: 'train:weekly', reason: 'The departure is recalled.' });
  const ask = (id: string) => findBySubject(world.database.db, world.projectId, `rollout/${id}/${id}-0/1/1/0`);
  const served = async () =>
    await world.database.db
      .select({ key: flags.key, fallthrough: flagEnvironments.fallthrough, run: flagEnvironments.run })
      .from(flagEnvironments)
      .innerJoin(flags, eq(flags.id, flagEnvironments.flagId))
      .where(eq(flagEnvironments.environmentId, world.environmentIds[0] ?? 0))
      .orderBy(flags.key);
  const wordsOf = async (id: string) =>
    (await listDecisions(world.database.db, id, { limit: 3, before: undefined })).map(({ reason }) => reason);

  /** Does it as a train that somebody recalls: with rights of its own, and no lease. */
  async function change(work: (tx: Tx, ground: Ground) => Promise<LeftRuns>, over: Partial<ChangeOrder> = {}) {
    const { projectId, environmentIds } = world;
    const principal: TrainPrincipal = { kind: 'train', id: 'weekly', projectId, environmentIds };
    const order: ChangeOrder = {
      ...{ projectId, environmentIds: environmentIds.slice(0, 1), principal, actor: 'person:rita', toAnchor: true },
      ...{ action: 'train.recall', subject: 'train/weekly', reason: 'It is slow.', ...over },
    };
    const { result, change: receipt } = await commitChange(world.door, order, async (tx, ground) => {
      const left = await work(tx, ground);
      return { result: left, touched: left.touched, afterEntry: left.afterEntry };
    });
    if (result === undefined) throw new Error('it was committed before');
    return { runs: result.runs, id: receipt?.id };
  }

  it('serve what they found again, in one revision, and are said to be rolled back once that is in force', async () => {
    expect((await ask(ids[0]!))?.state).toBe('open');
    world.says.reach = { effective: false, laggards: ['web-1'] };
    const done = await change((tx, ground) => leaveRuns(tx, ground, by(), { rollouts: ids }));
    expect(done.runs.map(({ flag, write }) => [flag, write?.touched.flags])).toEqual([
      [FLAG, [FLAG]],
      ['other', ['other']],
    ]);
    expect(done.runs[0]?.write?.after).toMatchObject({
      environments: { staging: { fallthrough: { variant: 'off' } } },
    });
    for (const row of await served()) expect(row).toMatchObject({ fallthrough: { variant: 'off' }, run: null });
    for (const id of ids) {
      const { rollout, run } = await world.read(id);
      expect([rollout.state, run.run.state]).toEqual(['rolledBack', 'rolledBack']);
      expect(run.reach).toMatchObject({ changeId: done.id, reachedAt: null });
      expect(await wordsOf(id)).toContain('Rolls back: The departure is recalled.');
      expect((await ask(id))?.state).toBe('withdrawn');
    }
    world.wait(16_000);
    await loop.pass();
    expect(await wordsOf(ids[0]!)).toContain('Rollback not effective in staging: web-1.');
    world.says.reach = { effective: true, laggards: [] };
    await loop.pass();
    expect((await wordsOf(ids[1]!))[0]).toMatch(/^Rolled back in staging: in force everywhere/);
  });

  it('end for whoever writes the flags whole after it, and that change is not taken for an edit of a live run', async () => {
    const [staging = 0] = world.environmentIds;
    const done = await change(async (tx, ground) => {
      const left = await endRuns(tx, ground, by(), { environmentId: staging, flags: [FLAG, 'other', 'unknown'] });
      const form = { state: 'on' as const, fallthrough: { variant: 'on' }, rules: [], run: null };
      await tx.update(flagEnvironments).set(form).where(eq(flagEnvironments.environmentId, staging));
      return { ...left, touched: { flags: [FLAG, 'other'], segments: [] } };
    });
    expect(done.runs.map(({ write }) => write)).toEqual([undefined, undefined]);
    for (const row of await served()) expect(row).toMatchObject({ fallthrough: { variant: 'on' }, run: null });
    for (const id of ids) {
      const { rollout, run } = await world.read(id);
      expect([rollout.state, run.run.state, run.reach?.changeId]).toEqual(['rolledBack', 'rolledBack', done.id]);
    }
  });

  it('leave what somebody edited as it is, and say so', async () => {
    const [first] = await served();
    await world.setFlag({ fallthrough: { variant: 'on' }, run: null });
    const done = await change((tx, ground) => leaveRuns(tx, ground, by(), { rollouts: ids }));
    expect(done.runs.map(({ kept }) => kept)).toEqual([
      'Somebody has edited what the rollout wrote in staging: that stands.',
      'Somebody has edited what the rollout wrote in staging: that stands.',
    ]);
    expect(first?.run).not.toBeNull();
    for (const row of await served()) expect(row).toMatchObject({ fallthrough: { variant: 'on' } });
    expect((await world.read(ids[0]!)).rollout.state).toBe('ended');
  });

  it('are left once: those that are over already, and those of other projects, are nobody’s any more', async () => {
    await world.steer(ids[0]!, 'rollback');
    const done = await change((tx, ground) => leaveRuns(tx, ground, by(), { rollouts: ids }));
    expect(done.runs.map(({ rollout }) => rollout)).toEqual([ids[1]]);
    const other = await change((tx, ground) =>
      leaveRuns(tx, ground, { ...by(), projectId: world.projectId + 1 }, { rollouts: ids }),
    );
    expect(other.runs).toEqual([]);
  });

  it('pause together by a train, tell a person, and stay paused for the reason that they had', async () => {
    await world.steer(ids[1]!, 'pause', 'Lunch.');
    let paused: string[] = [];
    await change(
      async (tx, ground) => {
        paused = await pauseRuns(
          tx,
          ground,
          { ...by(), reason: 'Another change of weekly 12 failed.' },
          { rollouts: ids },
        );
        return { runs: [], touched: { flags: [], segments: [] }, afterEntry: async () => undefined };
      },
      { environmentIds: [], action: 'train.hold' },
    );
    expect(paused).toEqual([ids[0]]);
    const [one, two] = await Promise.all(ids.map(async (id) => (await world.read(id)).run.run));
    expect(one).toMatchObject({
      state: 'paused',
      pausedBy: { cause: 'train', actor: 'train:weekly', reason: 'Another change of weekly 12 failed.' },
    });
    expect(two?.pausedBy).toMatchObject({ cause: 'person', reason: 'Lunch.' });
    expect((await ask(ids[0]!))?.state).toBe('withdrawn');
    await loop.pass();
    expect((await world.read(ids[0]!)).run.decision).toMatchObject({ action: 'hold', page: 'stopped' });
    await world.steer(ids[0]!, 'resume', 'All is well.');
    expect((await world.read(ids[0]!)).run.run).toMatchObject({ state: 'running', stage: 0, entry: 2 });
  });

  it('hold while their line is stopped, and go back all the same', async () => {
    const [id = ''] = ids;
    await world.steer(id, 'rollback');
    const left = await world.start({ policy: 'short' });
    for (let look = 0; look < 2; look++) await loop.pass();
    expect((await world.read(left)).run.run).toMatchObject({ state: 'running', stage: 0 });
    ids = [left, ...ids.slice(1)];
    world.says.line = { train: 'weekly', reason: 'Something smells.' };
    world.wait(61_000);
    await loop.pass();
    expect((await world.read(left)).run).toMatchObject({
      run: { state: 'running', stage: 0 },
      decision: { action: 'hold', reason: expect.stringContaining('The train weekly is stopped') },
    });
    await world.steer(left, 'rollback');
    expect((await world.read(left)).rollout.state).toBe('rolledBack');
  });

  it('need the lease where the train acts by itself, and no more once another node has it', async () => {
    const alone = (lease?: ChangeOrder['lease']) => {
      const { projectId, environmentIds } = world;
      const principal: TrainPrincipal = { kind: 'train', id: 'weekly', projectId, environmentIds };
      const order: ChangeOrder = {
        ...{ projectId, environmentIds: environmentIds.slice(0, 1), principal, toAnchor: true, reason: 'It failed.' },
        ...{ action: 'train.eject', subject: 'train/weekly', ...(lease === undefined ? {} : { lease }) },
      };
      return commitChange(world.door, order, async (tx, ground) => {
        const { runs, ...left } = await leaveRuns(tx, ground, by(), { rollouts: ids });
        return { result: runs.length, ...left };
      });
    };
    const lost = { code: 'lease_lost' };
    await expect(alone()).rejects.toMatchObject(lost);
    await expect(alone({ name: 'rollouts', token: 0 })).rejects.toMatchObject(lost);
    expect((await world.read(ids[0]!)).rollout.state).toBe('running');
  });
});
