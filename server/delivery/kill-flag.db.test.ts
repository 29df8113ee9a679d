import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { root } from '../changes/seed.fixture.ts';
import { verifyChain } from '../changes/verify-chain.ts';
import { changes, flagEnvironments, flags, keys, kills } from '../database/tables.ts';
import { databaseKinds } from '../database/test-database.ts';
import { type KillAsking, killFlag } from './kill-flag.ts';
import { nodeWorld } from './node-world.fixture.ts';
import { recordKill } from './record-kill.ts';
import { restoreFlag } from './restore-flag.ts';
import type { TestNode } from './test-node.fixture.ts';

/** For what comes by itself, on however busy a machine. */
const LONG = { timeout: 20_000 };

describe.each(databaseKinds)('a kill over the %s database', (kind) => {
  const world = nodeWorld(kind);
  const { node, place, isKilled } = world;
  let { database, here, projectId, environmentId } = world;
  beforeEach(() => {
    ({ database, here, projectId, environmentId } = world);
  });
  const kill = (at: TestNode, flag = 'a', over: Partial<KillAsking> = {}) =>
    killFlag(at.kill, { principal: root, reason: 'it burns', ...over }, place(flag));
  const killRows = () => database.db.select().from(kills).orderBy(kills.changeId);

  it('is in force and in the log, with what users got before and get now', async () => {
    const killed = await kill(here, 'a', { incident: 'INC-7' });
    expect(killed).toMatchObject({
      durable: 'log',
      copies: 1,
      before: { state: 'on', killed: false, serves: 'on for everyone' },
      after: { state: 'on', killed: true, serves: 'killed: variant off' },
      change: { environments: [{ key: 'production' }] },
    });
    expect(here.rulesets.served(environmentId)).toMatchObject({
      overlay: [],
      position: killed.change?.environments[0]?.position,
      settled: [killed.id],
    });
    expect(here.rulesets.served(environmentId)?.base.flags.a?.killed).toBe(true);
    expect(await killRows()).toMatchObject([
      { id: killed.id, effect: true, actor: 'root', reason: 'it burns', incident: 'INC-7', byRevoked: false },
    ]);
    const [entry] = await database.db.select().from(changes).where(eq(changes.killId, killed.id));
    expect(entry).toMatchObject({ action: 'flag.kill', subject: 'flag/a', actor: 'root' });
    await here.settler.look();
    expect(here.journal.entries()).toEqual([]);
  });

  it('lies over what is served before anything is committed', async () => {
    const overlays: number[] = [];
    here.rulesets.onServed(({ overlay }, { overlayChanged, patches }) => {
      overlays.push(overlay.length);
      if (overlay.length === 1) expect([overlayChanged, patches]).toEqual([true, []]);
    });
    await kill(here);
    expect(overlays).toEqual([1, 0]);
  });

  it('makes no flag that nobody has, and none where nothing was named', async () => {
    await expect(kill(here, 'nobody')).rejects.toMatchObject({ code: 'not_found' });
    await expect(kill(here, 'constructor')).rejects.toMatchObject({ code: 'not_found' });
    expect(here.overlays.size).toBe(0);
    expect(await killRows()).toEqual([]);
  });

  it('takes any reason, and none', async () => {
    await kill(here, 'a', { reason: '   ' });
    expect((await killRows())[0]?.reason).toBe('no reason given');
  });

  it('with the database refused: in force at once, in the journal, and in the log once when it is back', async () => {
    here.database.state = 'refused';
    const killed = await kill(here);
    expect(killed).toMatchObject({ durable: 'journal', copies: 1, after: { killed: true } });
    expect(killed.change).toBeUndefined();
    expect(isKilled(here)).toBe(true);
    await here.settler.look();
    expect(here.journal.entries().map(({ id }) => id)).toEqual([killed.id]);
    here.database.state = 'there';
    await here.settler.look();
    expect(await killRows()).toMatchObject([{ id: killed.id, effect: true }]);
    expect(here.overlays.size).toBe(0);
    expect(here.journal.entries()).toEqual([]);
    expect(isKilled(here)).toBe(true);
    await here.settler.look();
    expect(await killRows()).toHaveLength(1);
    expect(await verifyChain(database.db, projectId)).toMatchObject({ ok: true });
  });

  it('with the database hung: answered all the same, and in force', async () => {
    const hung = await node({ commitMs: 100 });
    await hung.rulesets.load(environmentId);
    hung.database.state = 'hung';
    expect(await kill(hung)).toMatchObject({ durable: 'journal', copies: 1, after: { killed: true } });
    expect(isKilled(hung)).toBe(true);
  });

  // The embedded database has one connection: nobody else can hold a row there.
  if (kind === 'postgres') {
    it('with the row locked: answered all the same, and recorded when it is free', async () => {
      let free: () => void = () => undefined;
      const locked = new Promise<void>((taken) => {
        database.db
          .transaction(async (tx) => {
            await tx.select().from(flagEnvironments).for('update');
            const { projects } = await import('../database/tables.ts');
            await tx.select().from(projects).for('update');
            taken();
            await new Promise<void>((resolve) => {
              free = resolve;
            });
          })
          .catch(() => undefined);
      });
      await locked;
      const killed = await kill(here);
      expect(killed.durable).toBe('journal');
      expect(isKilled(here)).toBe(true);
      free();
      await expect
        .poll(async () => {
          await here.settler.look();
          return killRows();
        })
        .toMatchObject([{ id: killed.id }]);
    });
  }

  it('survives a crash of the node, and is in force before the database is asked', async () => {
    here.database.state = 'refused';
    const killed = await kill(here);
    await here.stop();
    const again = await node({ dataDir: here.dataDir, database: here.database });
    expect(again.overlays.of(environmentId).map(({ id }) => id)).toEqual([killed.id]);
    here.database.state = 'there';
    await again.rulesets.load(environmentId);
    expect(isKilled(again)).toBe(true);
    await again.settler.look();
    expect(await killRows()).toMatchObject([{ id: killed.id, effect: true }]);
    expect(again.journal.entries()).toEqual([]);
  });

  it('is accepted for any flag where nothing is held and nobody can be asked', async () => {
    const other = await node();
    other.database.state = 'refused';
    const [known, unknown] = [await kill(other, 'b'), await kill(other, 'nobody')];
    expect([known.durable, unknown.durable]).toEqual(['journal', 'journal']);
    expect(known.before).toBeUndefined();
    other.database.state = 'there';
    await other.settler.look();
    const rows = await killRows();
    expect(rows.map(({ id, effect }) => [id, effect])).toEqual([
      [known.id, true],
      [unknown.id, false],
    ]);
    expect(other.overlays.size).toBe(0);
    expect(other.journal.entries()).toEqual([]);
  });

  it('stays in the journal until the snapshot on disk knows it: a crash at that moment loses nothing', async () => {
    here.start();
    await expect.poll(() => existsSync(join(here.dataDir, 'snapshots', `${environmentId}.ruleset`)), LONG).toBe(true);
    await kill(here);
    for (const round of [1, 2]) {
      const copy = mkdtempSync(join(tmpdir(), 'turnout-crashed-'));
      cpSync(here.dataDir, copy, { recursive: true });
      rmSync(join(copy, 'journal', 'lock'));
      const crashed = await node({ dataDir: copy });
      crashed.database.state = 'refused';
      await crashed.rulesets.load(environmentId);
      expect([round, isKilled(crashed)]).toEqual([round, true]);
      await here.settler.look();
    }
    expect(here.journal.entries()).toEqual([]);
  });

  it('stays in the journal while the snapshot cannot be written', async () => {
    const draft = join(here.dataDir, 'snapshots', `${environmentId}.ruleset.new`);
    mkdirSync(draft);
    const killed = await kill(here);
    await here.settler.look();
    expect(here.journal.entries().map(({ id }) => id)).toEqual([killed.id]);
    expect(here.faults().join()).toMatch(/cannot be written/);
    rmSync(draft, { recursive: true });
    await here.settler.look();
    expect(here.journal.entries()).toEqual([]);
    expect(here.faults()).toEqual([]);
  });

  it('in an environment that is gone is kept in the installation’s chain, once', async () => {
    const lost = { environmentId: 987_654, epoch: 'e', flag: 'a', actor: 'root', reason: 'r' };
    const { entry } = await here.kill.holder.hold(lost);
    await recordKill(here.door, entry);
    await here.settler.look();
    await here.settler.look();
    expect(here.overlays.size).toBe(0);
    expect(here.journal.entries()).toEqual([]);
    const entries = await database.db.select().from(changes).where(eq(changes.killId, entry.id));
    expect(entries).toHaveLength(1);
    expect(await verifyChain(database.db, entries[0]?.projectId ?? 0)).toMatchObject({ ok: true, entries: 1 });
  });

  it('of a flag that this node does not know while the database is away is refused', async () => {
    here.database.state = 'refused';
    await expect(kill(here, 'nobody')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('uses the unsettled entry of the flag again, and makes another when that is settled', async () => {
    here.database.state = 'refused';
    const [first, second] = await Promise.all([kill(here), kill(here)]);
    expect(second.id).toBe(first.id);
    expect((await kill(here)).id).toBe(first.id);
    expect(here.overlays.size).toBe(1);
    here.database.state = 'there';
    await here.settler.look();
    const later = await kill(here);
    expect(later.id).not.toBe(first.id);
    expect(later.durable).toBe('log');
    expect((await killRows()).map(({ effect }) => effect)).toEqual([true, true]);
  });

  it('answers the same request with the same id: while it is held, after it was recorded, and after a restore', async () => {
    here.database.state = 'refused';
    const [first, twin] = await Promise.all([
      kill(here, 'a', { requestId: 'r1' }),
      kill(here, 'a', { requestId: 'r1' }),
    ]);
    expect(twin).toMatchObject({ id: first.id, durable: 'journal' });
    here.database.state = 'there';
    expect(await kill(here, 'a', { requestId: 'r1' })).toMatchObject({ id: first.id, durable: 'log' });
    await restoreFlag(here.restore, { principal: root, reason: 'mended', requestId: undefined }, place('a'));
    const again = await kill(here, 'a', { requestId: 'r1' });
    expect(again).toMatchObject({ id: first.id, durable: 'log', change: { seq: 2 }, after: { killed: false } });
    expect(isKilled(here)).toBe(false);
    expect(await killRows()).toHaveLength(1);
  });

  it('records the same request of another node without effect, and answers with the first id', async () => {
    const first = await kill(here, 'a', { requestId: 'r1' });
    await restoreFlag(here.restore, { principal: root, reason: 'mended', requestId: undefined }, place('a'));
    const other = await node();
    const again = await kill(other, 'a', { requestId: 'r1' });
    expect(again).toMatchObject({ id: first.id, durable: 'log', change: first.change });
    expect(isKilled(other)).toBe(false);
    expect((await killRows()).map(({ effect }) => effect)).toEqual([true, false]);
    expect(other.overlays.size).toBe(0);
    expect((await kill(other, 'a', { requestId: 'r1' })).id).toBe(first.id);
  });

  it('holds for an archived flag too', async () => {
    await database.db.update(flags).set({ archived: true }).where(eq(flags.key, 'b'));
    const other = await node();
    expect(await kill(other, 'b')).toMatchObject({ durable: 'log' });
    const [row] = await database.db
      .select({ killed: flagEnvironments.killed })
      .from(flagEnvironments)
      .innerJoin(flags, eq(flags.id, flagEnvironments.flagId))
      .where(eq(flags.key, 'b'));
    expect(row?.killed).toBe(true);
  });

  it('says so where neither disk nor database takes it, and is in force all the same', async () => {
    here.database.state = 'refused';
    await here.journal.close();
    await expect(kill(here)).rejects.toMatchObject({ code: 'unavailable' });
    expect(isKilled(here)).toBe(true);
    expect(here.faults()).toEqual(['1 kills could not be written to the journal on disk.']);
  });

  it('that cannot be journalled still commits', async () => {
    await here.journal.close();
    expect(await kill(here)).toMatchObject({ durable: 'log', copies: 0 });
    expect(await killRows()).toHaveLength(1);
  });

  it('by a key that was revoked since stays, and is marked', async () => {
    await database.db.insert(keys).values({
      ...{ id: 'k1', projectId, environmentId, kind: 'kill', name: 'k', verifier: 'v', origins: [] },
      createdBy: 'root',
    });
    const principal = {
      ...{ kind: 'key' as const, keyKind: 'kill' as const, id: 'k1', name: 'k', projectId, environmentId },
      ...{ origins: [], flags: null, tags: null },
    };
    here.database.state = 'refused';
    await kill(here, 'a', { principal });
    await database.db.update(keys).set({ revokedAt: new Date() });
    here.database.state = 'there';
    await here.settler.look();
    expect(await killRows()).toMatchObject([{ actor: 'key:k1', effect: true, byRevoked: true }]);
    expect(isKilled(here)).toBe(true);
  });

  it('by a limited key reaches its flags and tags, from memory, and no others', async () => {
    await database.db
      .update(flags)
      .set({ tags: ['checkout'] })
      .where(eq(flags.key, 'b'));
    const limited = (over: { flags: string[] | null; tags: string[] | null }) => ({
      principal: {
        ...{ kind: 'key' as const, keyKind: 'kill' as const, id: 'k1', name: 'k', projectId, environmentId },
        ...{ origins: [], ...over },
      },
    });
    await expect(kill(here, 'a', limited({ flags: ['b'], tags: null }))).rejects.toMatchObject({ code: 'forbidden' });
    await expect(kill(here, 'a', limited({ flags: null, tags: ['checkout'] }))).rejects.toMatchObject({
      code: 'forbidden',
    });
    expect(await kill(here, 'b', limited({ flags: null, tags: ['checkout'] }))).toMatchObject({ durable: 'log' });
    here.database.state = 'refused';
    expect(await kill(here, 'a', limited({ flags: ['a'], tags: null }))).toMatchObject({ durable: 'journal' });
    await expect(kill(here, 'b', limited({ flags: null, tags: ['x'] }))).rejects.toMatchObject({
      code: 'database_unavailable',
    });
  });
});
