import { and, eq, sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Principal } from '../access/principal.ts';
import { root, setState } from '../changes/seed.fixture.ts';
import { verifyChain } from '../changes/verify-chain.ts';
import { changes, environments, flagEnvironments, flags, kills, liftedKills, tokens } from '../database/tables.ts';
import { databaseKinds } from '../database/test-database.ts';
import { killFlag } from './kill-flag.ts';
import { nodeWorld } from './node-world.fixture.ts';
import { recordKill } from './record-kill.ts';
import { restoreFlag } from './restore-flag.ts';
import { joinNodes, type TestNode } from './test-node.fixture.ts';

describe.each(databaseKinds)('a restore over the %s database', (kind) => {
  const world = nodeWorld(kind);
  const { node, place, isKilled } = world;
  let { database, here, projectId, environmentId } = world;
  beforeEach(() => {
    ({ database, here, projectId, environmentId } = world);
  });
  const kill = (at: TestNode, flag = 'a', principal: Principal = root) =>
    killFlag(at.kill, { principal, reason: 'it burns' }, place(flag));
  const restore = (at: TestNode, flag = 'a', over: { principal?: Principal; requestId?: string } = {}) =>
    restoreFlag(at.restore, { principal: root, reason: 'mended', requestId: undefined, ...over }, place(flag));
  async function token(roles: ('editor' | 'killer')[]): Promise<Principal> {
    const id = `t-${roles.join('-')}`;
    await database.db.insert(tokens).values({ id, projectId, name: id, roles, verifier: 'v', createdBy: 'root' });
    return { kind: 'token', id, name: id, projectId, environmentId: null, roles };
  }

  it('of a kill leaves the very bytes that were served before, but for the position', async () => {
    const bytes = () => {
      const { base } = here.rulesets.served(environmentId) ?? {};
      return JSON.stringify({ ...base, revision: 0 });
    };
    const before = bytes();
    const killed = await kill(here);
    expect(bytes()).not.toBe(before);
    const restored = await restore(here);
    expect(bytes()).toBe(before);
    expect(restored).toMatchObject({
      changed: true,
      lifted: [killed.id],
      before: { killed: true, serves: 'killed: variant off' },
      after: { killed: false, serves: 'on for everyone' },
    });
    expect(await verifyChain(database.db, projectId)).toMatchObject({ ok: true, entries: 3 });
  });

  it('of a flag that is not killed changes nothing', async () => {
    expect(await restore(here)).toMatchObject({ changed: false, lifted: [], before: { killed: false } });
    expect(await database.db.select().from(changes)).toHaveLength(1);
    await expect(restore(here, 'nobody')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('lifts every kill since the last one', async () => {
    const ids = [(await kill(here)).id, (await kill(here)).id];
    expect((await restore(here)).lifted.sort()).toEqual(ids.sort());
    const third = await kill(here);
    expect((await restore(here)).lifted).toEqual([third.id]);
  });

  it('that is asked twice with one key is done once', async () => {
    const killed = await kill(here);
    const first = await restore(here, 'a', { requestId: 'r' });
    await kill(here);
    const again = await restore(here, 'a', { requestId: 'r' });
    expect(again).toMatchObject({ change: first.change, lifted: [killed.id], after: { killed: true } });
    expect(isKilled(here)).toBe(true);
  });

  it('settles first what this node holds, so that it is lifted and not left over', async () => {
    here.database.state = 'refused';
    const killed = await kill(here);
    here.database.state = 'there';
    expect((await restore(here)).lifted).toEqual([killed.id]);
    expect(isKilled(here)).toBe(false);
    expect(here.overlays.size).toBe(0);
    const rows = await database.db.select().from(kills);
    expect(rows).toMatchObject([{ id: killed.id, effect: true }]);
    expect(rows[0]?.liftedBy).not.toBeNull();
  });

  it('names a kill that could not be recorded before it, and whoever comes with it later kills nothing', async () => {
    here.database.state = 'refused';
    const killed = await kill(here);
    const [entry] = here.overlays.of(environmentId);
    here.database.state = 'there';
    const restored = await restoreFlag(
      { ...here.restore, door: { ...here.door, settleFirst: async () => undefined } },
      { principal: root, reason: 'mended', requestId: undefined },
      place('a'),
    );
    expect(restored.lifted).toEqual([killed.id]);
    expect(isKilled(here)).toBe(false);
    expect(here.overlays.size).toBe(0);
    expect(await database.db.select().from(liftedKills)).toMatchObject([{ id: killed.id }]);
    expect(await database.db.select().from(changes).where(eq(changes.killId, killed.id))).toHaveLength(1);
    if (entry) expect(await recordKill(here.door, entry)).toMatchObject({ effect: false, lifted: true });
    expect(isKilled(here)).toBe(false);
  });

  it('named by another node before the record came: recorded without effect', async () => {
    here.database.state = 'refused';
    const killed = await kill(here);
    // As it will be with several nodes: the other one heard of the kill, could not record it, and restored it.
    const other = await node();
    await other.rulesets.load(environmentId);
    for (const entry of here.overlays.of(environmentId)) other.rulesets.layOver(entry);
    await restoreFlag(
      {
        overlays: other.overlays,
        door: { ...other.door, settleFirst: async () => undefined },
        settler: { settle: async () => undefined },
      },
      { principal: root, reason: 'mended', requestId: undefined },
      place('a'),
    );
    here.database.state = 'there';
    expect(isKilled(here)).toBe(true);
    await here.settler.look();
    expect(isKilled(here)).toBe(false);
    const [row] = await database.db.select().from(kills);
    expect(row).toMatchObject({ id: killed.id, effect: false });
    expect(row?.liftedBy).not.toBeNull();
  });

  it('does not lift a kill that only another node knows: it comes late, and kills', async () => {
    const other = await node();
    await other.rulesets.load(environmentId);
    other.database.state = 'refused';
    const late = await kill(other);
    await kill(here);
    await restore(here);
    expect(isKilled(here)).toBe(false);
    other.database.state = 'there';
    await other.settler.look();
    await here.rulesets.refresh(environmentId);
    expect(isKilled(here)).toBe(true);
    expect(here.rulesets.served(environmentId)?.settled).toContain(late.id);
  });

  it('does not swallow a kill that comes while a lifted entry still lies on a node that is behind', async () => {
    const other = await node();
    await other.rulesets.load(environmentId);
    other.database.state = 'refused';
    const first = await kill(other);
    const [entry] = other.overlays.of(environmentId);
    if (entry) await recordKill(here.door, entry);
    await restore(here);
    other.database.state = 'there';
    const second = await kill(other);
    expect(second.id).not.toBe(first.id);
    expect(second).toMatchObject({ durable: 'log', after: { killed: true } });
    expect(isKilled(other)).toBe(true);
    expect(other.overlays.size).toBe(0);
  });

  it('and a kill at the same moment end as a kill, or as a restore of it, on all nodes alike', async () => {
    const other = await node();
    joinNodes(here, other);
    await other.rulesets.load(environmentId);
    await kill(here);
    for (let round = 0; round < 5; round++) {
      await Promise.all([restore(here), kill(other)]);
      await here.rulesets.refresh(environmentId);
      await other.rulesets.refresh(environmentId);
      const [row] = await database.db
        .select({ killed: flagEnvironments.killed })
        .from(flagEnvironments)
        .innerJoin(flags, and(eq(flags.id, flagEnvironments.flagId), eq(flags.key, 'a')));
      expect([isKilled(here), isKilled(other)]).toEqual([row?.killed, row?.killed]);
      const last = await database.db.select().from(changes).orderBy(sql`seq DESC`).limit(1);
      expect(row?.killed).toBe(last[0]?.action === 'flag.kill');
    }
  });

  it('is growing: killers may not, nor may editors where it is protected; but within a minute who killed may', async () => {
    await kill(here);
    const killer = await token(['killer']);
    const editor = await token(['editor']);
    await expect(restore(here, 'a', { principal: killer })).rejects.toMatchObject({ code: 'forbidden' });
    await database.db.update(environments).set({ protected: true });
    await expect(restore(here, 'a', { principal: editor })).rejects.toMatchObject({ code: 'approval_required' });
    expect(isKilled(here)).toBe(true);
    await kill(here, 'b', editor);
    expect(await restore(here, 'b', { principal: editor })).toMatchObject({ changed: true });
  });

  it('needs the database', async () => {
    await kill(here);
    here.database.state = 'refused';
    await expect(restore(here)).rejects.toMatchObject({ code: 'database_unavailable' });
    expect(isKilled(here)).toBe(true);
  });

  it('alone clears a kill: no other write of the flag does', async () => {
    await kill(here);
    for (const state of ['off', 'on'] as const) {
      await setState(here.door, projectId, [environmentId], 'a', state);
      expect(isKilled(here)).toBe(true);
    }
  });

  it('two nodes that hold the same kill record it once', async () => {
    here.database.state = 'refused';
    const killed = await kill(here);
    const other = await node();
    await other.rulesets.load(environmentId);
    for (const entry of here.overlays.of(environmentId)) {
      other.rulesets.layOver(entry);
      await other.journal.append(entry);
    }
    here.database.state = 'there';
    await Promise.all([here.settler.look(), other.settler.look()]);
    for (const at of [here, other]) {
      expect(at.overlays.size).toBe(0);
      await at.settler.look();
      expect(at.journal.entries()).toEqual([]);
      expect(isKilled(at)).toBe(true);
    }
    expect(await database.db.select().from(changes).where(eq(changes.killId, killed.id))).toHaveLength(1);
  });
});
