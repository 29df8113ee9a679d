import { eq, sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { beginEpoch } from '../changes/new-epoch.ts';
import { root, setState } from '../changes/seed.fixture.ts';
import { verifyChain } from '../changes/verify-chain.ts';
import { changes, environments, kills } from '../database/tables.ts';
import { databaseKinds } from '../database/test-database.ts';
import { killFlag } from './kill-flag.ts';
import { nodeWorld } from './node-world.fixture.ts';
import { restoreFlag } from './restore-flag.ts';

/** What a backup holds: the rows of every table that changes write. */
const TABLES = [
  'projects',
  'environments',
  'flag_environments',
  'changes',
  'change_payloads',
  'change_environments',
  'kills',
  'lifted_kills',
];

/** For what comes by itself, on however busy a machine. */
const LONG = { timeout: 20_000 };

describe.each(databaseKinds)('a %s database that was set back', (kind) => {
  const world = nodeWorld(kind);
  const { node, place, isKilled } = world;
  let { database, here, projectId, environmentId } = world;
  beforeEach(() => {
    ({ database, here, projectId, environmentId } = world);
  });
  afterEach(async () => {
    for (const table of TABLES) await database.db.execute(sql.raw(`DROP TABLE IF EXISTS backup_${table}`));
  });

  const turn = (flag: string, state: 'on' | 'off') => setState(here.door, projectId, [environmentId], flag, state);
  const kill = (flag: string) => killFlag(here.kill, { principal: root, reason: 'it burns' }, place(flag));
  const epochOf = async () => (await database.db.select().from(environments))[0]?.epoch;
  const epochsBegun = async () =>
    (await database.db.select().from(changes).where(eq(changes.action, 'environment.new-epoch'))).length;

  async function backUp(): Promise<void> {
    for (const table of TABLES) {
      await database.db.execute(sql.raw(`CREATE TABLE backup_${table} AS SELECT * FROM ${table}`));
    }
  }
  async function putBack(): Promise<void> {
    await database.db.transaction(async (tx) => {
      await tx.execute(sql`SELECT set_config('session_replication_role', 'replica', true)`);
      for (const table of [...TABLES].reverse()) await tx.execute(sql.raw(`DELETE FROM ${table}`));
      for (const table of TABLES) {
        await tx.execute(sql.raw(`INSERT INTO ${table} OVERRIDING SYSTEM VALUE SELECT * FROM backup_${table}`));
      }
    });
  }

  it('begins a new epoch by itself, with the kills in force carried over and nothing else', async () => {
    await backUp();
    const before = await epochOf();
    await turn('b', 'on');
    await kill('a');
    await here.settler.look();
    await putBack();
    await here.rulesets.refresh(environmentId);
    expect(await epochOf()).not.toBe(before);
    expect(here.log.join('\n')).toMatch(/looking again under the lock/);
    const served = here.rulesets.served(environmentId);
    expect(served?.base.epoch).toBe(await epochOf());
    expect(served?.base.flags.b?.state).toBe('off');
    expect(isKilled(here, 'a')).toBe(true);
    expect(here.journal.entries()).toMatchObject([{ flag: 'a', actor: 'node', epoch: before }]);
    await here.settler.look();
    expect(await database.db.select().from(kills)).toMatchObject([{ flagKey: 'a', effect: true, actor: 'node' }]);
    expect(here.overlays.size).toBe(0);
    expect(here.rulesets.served(environmentId)?.base.flags.a?.killed).toBe(true);
    expect(await verifyChain(database.db, projectId)).toMatchObject({ ok: true });
  });

  it('gets back the very kill that it lost, where a node still has it in its journal; one restore lifts all', async () => {
    await backUp();
    const killed = await kill('a');
    await putBack();
    await here.rulesets.refresh(environmentId);
    for (let round = 0; round < 3; round++) await here.settler.look();
    const rows = await database.db.select().from(kills);
    expect(rows.map(({ actor, effect }) => [actor, effect]).sort()).toEqual([
      ['node', true],
      ['root', true],
    ]);
    expect(rows.map(({ id }) => id)).toContain(killed.id);
    expect(here.journal.entries()).toEqual([]);
    expect(isKilled(here, 'a')).toBe(true);
    await restoreFlag(here.restore, { principal: root, reason: 'mended', requestId: undefined }, place('a'));
    expect(isKilled(here, 'a')).toBe(false);
  });

  it('never shows a killed flag as alive on the way', async () => {
    await backUp();
    await kill('a');
    await putBack();
    const seen: boolean[] = [];
    here.rulesets.onServed(() => seen.push(isKilled(here, 'a')));
    await here.rulesets.refresh(environmentId);
    await here.settler.look();
    expect(seen.length).toBeGreaterThan(1);
    expect(seen).not.toContain(false);
  });

  it('is found out by the 2 s query, at the same revision with another digest too', async () => {
    await backUp();
    await turn('b', 'on');
    await putBack();
    const other = await node();
    await setState(other.door, projectId, [environmentId], 'a', 'off');
    const before = await epochOf();
    expect(here.rulesets.served(environmentId)?.base.revision).toBe(2);
    await here.rulesets.askPlaces();
    await expect.poll(epochOf, LONG).not.toBe(before);
    await expect.poll(() => here.rulesets.served(environmentId)?.base.flags.a?.state, LONG).toBe('off');
  });

  it('is found out when it went on beyond what this node served', async () => {
    await backUp();
    await turn('b', 'on');
    await putBack();
    const other = await node();
    for (const state of ['off', 'on', 'off'] as const) {
      await setState(other.door, projectId, [environmentId], 'a', state);
    }
    const before = await epochOf();
    await here.rulesets.refresh(environmentId);
    expect(await epochOf()).not.toBe(before);
    expect(here.rulesets.served(environmentId)?.base).toMatchObject({
      flags: { a: { state: 'off' }, b: { state: 'off' } },
    });
  });

  it('gets one new epoch, however many nodes find it out', async () => {
    await backUp();
    await kill('a');
    await here.settler.look();
    const others = [await node(), await node()];
    for (const other of others) await other.rulesets.load(environmentId);
    await putBack();
    await Promise.all([here, ...others].map((at) => at.rulesets.refresh(environmentId)));
    expect(await epochsBegun()).toBe(1);
    for (const at of [here, ...others]) {
      expect(isKilled(at, 'a')).toBe(true);
      await at.settler.look();
    }
    expect(await database.db.select().from(kills)).toHaveLength(1);
    expect(others.map(({ overlays }) => overlays.size)).toEqual([0, 0]);
  });

  it('is found out at the next start, from what this node kept on disk', async () => {
    await backUp();
    await kill('a');
    here.start();
    await turn('b', 'on');
    await here.stop();
    const before = await epochOf();
    await putBack();
    const again = await node({ dataDir: here.dataDir });
    await again.rulesets.load(environmentId);
    expect(await epochOf()).not.toBe(before);
    expect(isKilled(again, 'a')).toBe(true);
  });

  it('to an epoch that this node has left gets a new one', async () => {
    await backUp();
    await beginEpoch(here.door, { projectId, environmentId, principal: root, reason: 'a drill' });
    await turn('b', 'on');
    await here.rulesets.refresh(environmentId);
    const before = await epochOf();
    await putBack();
    await here.rulesets.refresh(environmentId);
    expect(await epochOf()).not.toBe(before);
    expect(await epochsBegun()).toBe(1);
    expect(here.rulesets.served(environmentId)?.base.flags.b?.state).toBe('off');
  });

  it('does not bring back a kill that was restored in the new epoch, when another node wakes up late', async () => {
    await backUp();
    await kill('a');
    const late = await node();
    await late.rulesets.load(environmentId);
    await putBack();
    await here.rulesets.refresh(environmentId);
    await here.settler.look();
    await restoreFlag(here.restore, { principal: root, reason: 'mended', requestId: undefined }, place('a'));
    await late.rulesets.refresh(environmentId);
    expect(late.overlays.size).toBe(0);
    expect(isKilled(late, 'a')).toBe(false);
  });

  it('is not suspected where an epoch was begun on purpose: kills lifted there stay lifted', async () => {
    const late = await node();
    await kill('a');
    await late.rulesets.load(environmentId);
    await restoreFlag(here.restore, { principal: root, reason: 'mended', requestId: undefined }, place('a'));
    await beginEpoch(here.door, { projectId, environmentId, principal: root, reason: 'a drill' });
    await late.rulesets.refresh(environmentId);
    expect(isKilled(late, 'a')).toBe(false);
    expect(late.overlays.size).toBe(0);
    expect(await epochsBegun()).toBe(1);
  });

  it('is not suspected where a read was overtaken by a commit', async () => {
    const before = await epochOf();
    await Promise.all([
      here.rulesets.refresh(environmentId),
      turn('b', 'on'),
      here.rulesets.refresh(environmentId),
      turn('b', 'off'),
      here.rulesets.askPlaces(),
    ]);
    await here.rulesets.refresh(environmentId);
    expect(await epochOf()).toBe(before);
  });
});
