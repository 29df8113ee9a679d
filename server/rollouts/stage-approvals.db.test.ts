import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { memberships, people } from '../database/tables.ts';
import { stageOf } from '../decisions/decide.fixture.ts';
import { findBySubject, insertApproval, updateRequest } from '../requests/store.ts';
import type { RolloutLoop } from './rollout-loop.ts';
import { openRolloutWorld, type RolloutWorld, shortPolicy } from './rollouts.fixture.ts';

const HOUR_MS = 3_600_000;
const approvals = [{ role: 'release-manager' as const, count: 1, expiresMs: HOUR_MS }];
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

describe('a stage that needs an approval', () => {
  let world: RolloutWorld;
  let loop: RolloutLoop;
  let id = '';
  beforeAll(async () => {
    world = await openRolloutWorld();
    const { db } = world.database;
    for (const name of ['rita', 'sam']) {
      await db.insert(people).values({ id: name, login: name, name, password: 'hashed', createdBy: 'root' });
      const grant = { id: `m-${name}`, personId: name, projectId: world.projectId, createdBy: 'root' };
      await db.insert(memberships).values({ ...grant, roles: ['release-manager'] });
    }
    world.policies.set('approved', policy);
    loop = await world.takeOver();
  });
  beforeEach(async () => {
    if (id !== '' && (await world.read(id)).rollout.state !== 'rolledBack') await world.steer(id, 'rollback', 'Over.');
    await world.setFlag({ state: 'on', fallthrough: { variant: 'off' }, rules: [], run: null });
    id = await world.start({ policy: 'approved' });
    await goOn(3);
  });
  afterAll(() => world?.database.close());

  async function goOn(looks: number, ms = 61_000): Promise<void> {
    for (let look = 0; look < looks; look++) {
      await loop.pass();
      world.wait(ms);
    }
  }
  const ask = async (entry = 1, place = 0) =>
    findBySubject(world.database.db, world.projectId, `rollout/${id}/${id}-0/${entry}/1/${place}`);
  async function approve(personId: string, entry = 1, place = 0): Promise<void> {
    const asked = await ask(entry, place);
    if (asked === undefined) throw new Error('nobody was asked');
    const given = { requestId: asked.id, personId, hash: asked.hash, givenAt: world.now() };
    await world.database.db.transaction((tx) => insertApproval(tx, given));
  }
  const stateOf = async () => (await world.read(id)).run.run;

  it('is asked for once the bake is over, shows in the inbox, and is entered when it is given', async () => {
    expect(await ask()).toMatchObject({ kind: 'stage', state: 'open', createdBy: `rollout:${id}`, authors: [] });
    expect((await ask())?.needs).toMatchObject({ flags: ['new-checkout'] });
    expect((await ask())?.title).toBe('new-checkout: on for 50 % in staging');
    await goOn(3);
    expect(await stateOf()).toMatchObject({ stage: 0 });
    await approve('rita');
    await goOn(1);
    expect(await stateOf()).toMatchObject({ stage: 1, entry: 2 });
    expect(await ask()).toMatchObject({ state: 'applied', closedBy: `rollout:${id}` });
  });

  it('is not entered on the word of somebody who has lost the role, or who started it', async () => {
    const { db } = world.database;
    await world.steer(id, 'rollback', 'Once more.');
    await world.setFlag({ fallthrough: { variant: 'off' }, run: null });
    const sam = { kind: 'token' as const, id: 't', name: 't', projectId: world.projectId, environmentId: null };
    // A token of his: what it starts, he starts.
    await db.execute(`INSERT INTO tokens (id, project_id, name, roles, verifier, owner, created_by)
      VALUES ('t', ${world.projectId}, 't', '["editor"]', 'v', 'sam', 'person:sam') ON CONFLICT DO NOTHING`);
    id = await world.start({ policy: 'approved' }, { ...sam, roles: ['editor'], owner: { id: 'sam', grants: [] } });
    await goOn(3);
    expect((await ask())?.authors).toEqual(['sam']);
    await approve('sam');
    await goOn(2);
    expect((await stateOf()).stage).toBe(0);
    await approve('rita');
    await db.update(memberships).set({ roles: ['viewer'] });
    await goOn(2);
    expect((await stateOf()).stage).toBe(0);
    await db.update(memberships).set({ roles: ['release-manager'] });
    await goOn(1);
    expect((await stateOf()).stage).toBe(1);
  });

  it('is not entered on two approvals of one person who has both roles', async () => {
    const { db } = world.database;
    const [canary, half] = policy.path[0]?.stages ?? [];
    if (canary === undefined || half === undefined) throw new Error('the policy has two stages');
    const both = [...approvals, { ...approvals[0]!, role: 'admin' as const }];
    const path = [{ environment: 'staging', stages: [canary, { ...half, approvals: both }] }];
    world.policies.set('both', shortPolicy({ path }));
    await db.update(memberships).set({ roles: ['release-manager', 'admin'] });
    await world.steer(id, 'rollback', 'Once more.');
    id = await world.start({ policy: 'both' });
    await goOn(3);
    await approve('rita', 1, 0);
    await approve('rita', 1, 1);
    await goOn(2);
    expect((await stateOf()).stage).toBe(0);
    await approve('sam', 1, 1);
    await goOn(1);
    expect((await stateOf()).stage).toBe(1);
    await db.update(memberships).set({ roles: ['release-manager'] });
  });

  it('is not entered where somebody said no, also after somebody had approved', async () => {
    await approve('rita');
    const { db } = world.database;
    const asked = await ask();
    await db.transaction((tx) => updateRequest(tx, world.projectId, asked?.id ?? '', { state: 'rejected' }));
    await goOn(3);
    const { run, decision } = (await world.read(id)).run;
    expect([run.stage, decision?.action]).toEqual([0, 'needApproval']);
    expect(decision?.conditions.find(({ kind }) => kind === 'approval')?.because).toMatch(/was rejected by/);
  });

  it('that somebody rejected says who and why, pages, and is asked for again when somebody asks again', async () => {
    const { db } = world.database;
    await expect(world.steer(id, 'ask-again', 'Please.')).rejects.toMatchObject({ code: 'wrong_state' });
    const closed = { closedAt: world.now(), closedBy: 'person:rita', closedReason: 'Not before Monday.' };
    const first = await ask();
    await db.transaction((tx) => updateRequest(tx, world.projectId, first?.id ?? '', { state: 'rejected', ...closed }));
    await goOn(1);
    const { run, decision } = (await world.read(id)).run;
    expect(decision?.reason).toMatch(/^Waits: .* rejected by rita: “Not before Monday.” It is asked for again/);
    expect(run).toMatchObject({ stage: 0, paged: { about: 'approval' } });
    const token = { kind: 'token' as const, id: 't', name: 't', projectId: world.projectId, environmentId: null };
    await db.execute(`INSERT INTO tokens (id, project_id, name, roles, verifier, owner, created_by)
      VALUES ('t', ${world.projectId}, 't', '["release-manager"]', 'v', 'sam', 'person:sam') ON CONFLICT DO NOTHING`);
    const sam = { ...token, roles: ['release-manager' as const], owner: { id: 'sam', grants: [] } };
    await world.steer(id, 'ask-again', 'It is Monday.', sam);
    expect(await ask()).toMatchObject({ state: 'open', authors: ['sam'] });
    expect((await ask())?.id).not.toBe(first?.id);
    await goOn(1);
    expect((await world.read(id)).run.decision?.reason).toBe('Waits: 0 of 1 approval by release-manager so far.');
    await approve('rita');
    await goOn(1);
    expect((await stateOf()).stage).toBe(1);
  });

  it('is not entered where the role was lost between the look and the write', async () => {
    const { db } = world.database;
    await approve('rita');
    const { settleFirst } = world.door;
    // What the door does first, before the locks and after it was decided.
    world.door.settleFirst = async () => {
      await db.update(memberships).set({ roles: ['viewer'] });
    };
    await goOn(1);
    world.door.settleFirst = settleFirst;
    const { stage } = await stateOf();
    const [lost] = await db.select({ roles: memberships.roles }).from(memberships);
    expect([stage, lost?.roles]).toEqual([0, ['viewer']]);
    await db.update(memberships).set({ roles: ['release-manager'] });
    await goOn(1);
    expect((await stateOf()).stage).toBe(1);
  });

  it('is asked for again when it lapsed, twice, and anew after a pause', async () => {
    await goOn(2, HOUR_MS + 1_000);
    const again = await ask();
    expect(again).toMatchObject({ state: 'open' });
    expect(again?.expiresAt.getTime()).toBeGreaterThan(world.now().getTime() - HOUR_MS);
    expect((await world.read(id)).run.readings.asks?.[0]).toBe(2);
    await goOn(4, HOUR_MS + 1_000);
    expect((await world.read(id)).run.readings.asks?.[0]).toBe(3);
    expect((await stateOf()).stage).toBe(0);
    await world.steer(id, 'pause', 'Wait.');
    expect(await ask()).toMatchObject({ state: 'withdrawn' });
    await world.steer(id, 'resume', 'Go on.');
    await goOn(3);
    expect(await ask(2)).toMatchObject({ state: 'open' });
    await approve('rita', 2);
    await goOn(1);
    expect((await stateOf()).stage).toBe(1);
  });
});
