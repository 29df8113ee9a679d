import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { changeEnvironments, changes, environments } from '../database/tables.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { Problem } from '../platform/problem.ts';
import { testDoor } from './door.fixture.ts';
import type { Ring } from './doorbell.ts';
import { beginEpoch } from './new-epoch.ts';
import { root, seedProject, setState } from './seed.fixture.ts';
import { verifyChain } from './verify-chain.ts';

describe.each(databaseKinds)('the one door on the %s database', (kind) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase(kind);
  });
  beforeEach(() => database.reset());
  afterAll(() => database.close());

  it('gives each named environment one revision, appends one entry, and rings after the commit', async () => {
    const door = testDoor(database);
    const rings: Ring[] = [];
    door.doorbell.onRing((ring) => rings.push(ring));
    const { projectId, environmentIds, epochs } = await seedProject(database.db, 'p', ['dev', 'prod'], ['f']);
    const committed = await setState(door, projectId, environmentIds, 'f', 'on');
    expect(committed.change?.environments).toEqual([
      { key: 'dev', position: `${epochs[0]}.1` },
      { key: 'prod', position: `${epochs[1]}.1` },
    ]);
    expect(rings.map((ring) => ring.position)).toEqual([`${epochs[0]}.1`, `${epochs[1]}.1`]);
    const patch = JSON.parse(rings[0]?.patch ?? '{}');
    expect(patch).toMatchObject({ from: `${epochs[0]}.0`, to: `${epochs[0]}.1`, flags: { f: { state: 'on' } } });
    expect(await database.db.select().from(changes)).toHaveLength(1);
    expect(await verifyChain(database.db, projectId)).toMatchObject({ ok: true, entries: 1 });
  });

  it('writes nothing when nothing changed', async () => {
    const door = testDoor(database);
    const { projectId, environmentIds } = await seedProject(database.db, 'p', ['dev'], ['f']);
    const committed = await setState(door, projectId, environmentIds, 'f', 'off');
    expect(committed.change).toBeUndefined();
    expect(await database.db.select().from(changes)).toHaveLength(0);
  });

  it('undoes everything when a check objects', async () => {
    const door = testDoor(database, [async () => new Problem('forbidden', 'no')]);
    const { projectId, environmentIds } = await seedProject(database.db, 'p', ['dev'], ['f']);
    await expect(setState(door, projectId, environmentIds, 'f', 'on')).rejects.toMatchObject({ code: 'forbidden' });
    const [row] = await database.db.select().from(environments);
    expect(row?.revision).toBe(0);
    expect(await database.db.select().from(changes)).toHaveLength(0);
  });

  it('tells checks which way each environment goes', async () => {
    const seen: string[] = [];
    const door = testDoor(database, [
      async (_tx, _order, steps) => {
        seen.push(...steps.map((step) => step.direction));
        return undefined;
      },
    ]);
    const { projectId, environmentIds } = await seedProject(database.db, 'p', ['dev'], ['f']);
    await setState(door, projectId, environmentIds, 'f', 'on');
    await setState(door, projectId, environmentIds, 'f', 'off');
    expect(seen).toEqual(['growing', 'safe']);
    // A run that goes back takes its rules along: the log says which way that is, as whoever may do it was asked.
    await setState(door, projectId, environmentIds, 'f', 'on', { toAnchor: true });
    expect(seen.at(-1)).toBe('safe');
  });

  it('commits the same request once', async () => {
    const door = testDoor(database);
    const { projectId, environmentIds } = await seedProject(database.db, 'p', ['dev'], ['f']);
    const first = await setState(door, projectId, environmentIds, 'f', 'on', { requestId: 'r1' });
    const again = await setState(door, projectId, environmentIds, 'f', 'on', { requestId: 'r1' });
    expect(again).toMatchObject({ replayed: true, change: first.change });
    expect(await database.db.select().from(changes)).toHaveLength(1);
  });

  it('does not reach an environment of another project', async () => {
    const door = testDoor(database);
    const mine = await seedProject(database.db, 'p', ['dev'], ['f']);
    const theirs = await seedProject(database.db, 'q', ['dev'], ['f']);
    await expect(setState(door, mine.projectId, theirs.environmentIds, 'f', 'on')).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('settles what the node holds before anything else changes there', async () => {
    const order: string[] = [];
    const door = {
      ...testDoor(database),
      settleFirst: async (ids: number[]) => void order.push(`settle ${ids.length}`),
    };
    const { projectId, environmentIds } = await seedProject(database.db, 'p', ['dev'], ['f']);
    await setState(door, projectId, environmentIds, 'f', 'on');
    await setState(door, projectId, environmentIds, 'f', 'off', { settling: true });
    expect(order).toEqual(['settle 1']);
  });

  it('finds every kind of tampering with the log', async () => {
    const door = testDoor(database);
    const { projectId, environmentIds } = await seedProject(database.db, 'p', ['dev'], ['f']);
    for (const state of ['on', 'off', 'on'] as const) await setState(door, projectId, environmentIds, 'f', state);
    const attempts: [string, RegExp][] = [
      [`UPDATE changes SET actor = 'someone' WHERE seq = 2`, /entry 2: was altered/],
      [
        `UPDATE change_payloads SET body = '{}' WHERE change_id = (SELECT min(id) FROM changes)`,
        /entry 1: has another payload/,
      ],
      [`UPDATE change_environments SET patch = '{}' WHERE revision = 2`, /entry 2: a patch was altered/],
      [`DELETE FROM change_environments WHERE revision = 3`, /not where its patches lead/],
      [`UPDATE projects SET chain_seq = 2 WHERE id = ${projectId}`, /its tail was cut/],
      [`UPDATE environments SET digest = 'x' WHERE project_id = ${projectId}`, /not where its patches lead/],
    ];
    for (const [statement, fault] of attempts) {
      const faults = await inTamperedTransaction(statement, projectId);
      expect(faults.join('\n')).toMatch(fault);
    }
    expect(await verifyChain(database.db, projectId)).toMatchObject({ ok: true, entries: 3, erased: 0 });
  });

  /** Runs verify on what the statement leaves behind, and then rolls it back. */
  async function inTamperedTransaction(statement: string, projectId: number): Promise<string[]> {
    let faults: string[] = [];
    const undo = new Error('undo');
    await database.db
      .transaction(async (tx) => {
        await tx.execute(sql`SELECT set_config('session_replication_role', 'replica', true)`);
        await tx.execute(sql.raw(statement));
        faults = (await verifyChain(tx, projectId)).faults;
        throw undo;
      })
      .catch((error: unknown) => {
        if (error !== undo) throw error;
      });
    return faults;
  }

  it('verifies a chain with an erased payload, and counts it', async () => {
    const door = testDoor(database);
    const { projectId, environmentIds } = await seedProject(database.db, 'p', ['dev'], ['f']);
    await setState(door, projectId, environmentIds, 'f', 'on');
    await database.db.transaction(async (tx) => {
      await tx.execute(sql`SELECT set_config('turnout.erase', 'on', true)`);
      await tx.execute(sql`DELETE FROM change_payloads`);
    });
    expect(await verifyChain(database.db, projectId)).toMatchObject({ ok: true, entries: 1, erased: 1 });
  });

  it('begins a new epoch at revision 0, and the chain goes on', async () => {
    const door = testDoor(database);
    const { projectId, environmentIds, epochs } = await seedProject(database.db, 'p', ['dev'], ['f']);
    await setState(door, projectId, environmentIds, 'f', 'on');
    const environmentId = environmentIds[0] ?? 0;
    const begun = await beginEpoch(door, { projectId, environmentId, principal: root, reason: 'restored a backup' });
    expect(begun.result).not.toBe(epochs[0]);
    const next = await setState(door, projectId, environmentIds, 'f', 'off');
    expect(next.change?.environments[0]?.position).toBe(`${begun.result}.1`);
    expect(await verifyChain(database.db, projectId)).toMatchObject({ ok: true, entries: 3 });
    const rows = await database.db
      .select()
      .from(changeEnvironments)
      .where(eq(changeEnvironments.environmentId, environmentId));
    expect(rows).toHaveLength(2);
  });
});
