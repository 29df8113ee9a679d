import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Db } from '../database/connect.ts';
import { hasPostgres, openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import type { HeldLease } from '../platform/lease.ts';
import { requireLease } from './check-lease.ts';
import { isInForce, leaseInDatabase } from './lease-store.ts';

/** Who waits for whom is seen on a real Postgres alone: the embedded one has a single connection. */
describe.skipIf(!hasPostgres)('the row of a lease', () => {
  let database: TestDatabase;
  const at = (holder: string, isAlone = false) => leaseInDatabase(database.db, 'rollouts', holder, { isAlone });
  const expire = () => database.db.execute(sql`UPDATE leases SET expires_at = clock_timestamp() - interval '1 ms'`);
  const somebodyWaits = () =>
    vi.waitFor(async () => {
      const found = await database.db.execute(
        sql`SELECT 1 FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity
          WHERE datname = current_database())`,
      );
      expect(found).not.toHaveLength(0);
    }, 5_000);

  beforeAll(async () => {
    database = await openTestDatabase('postgres');
  });
  beforeEach(() => database.reset());
  afterAll(() => database?.close());

  it('is held by whoever acts under it until the commit: another takes over only then', async () => {
    const mine = (await at('a').take(60_000)) as HeldLease;
    const told: string[] = [];
    const acting = database.db.transaction(async (tx) => {
      await requireLease(tx, mine);
      await expire();
      const taking = at('b')
        .take(60_000)
        .then((lease) => told.push(`taken ${lease?.token}`));
      await somebodyWaits();
      told.push('commits');
      return { taking };
    });
    await (await acting).taking;
    expect(told).toEqual(['commits', 'taken 2']);
  });

  it('is renewed while others act under it, however many they are', async () => {
    const mine = (await at('a').take(60_000)) as HeldLease;
    const renewed = await database.db.transaction(async (tx) => {
      await requireLease(tx, mine);
      return database.db.transaction(async (other) => {
        await requireLease(other, mine);
        return at('a').renew(mine, 60_000);
      });
    });
    expect(renewed).toBe(true);
  });

  it('is not locked by whoever asks for it while it is in force', async () => {
    const mine = (await at('a').take(60_000)) as HeldLease;
    const taken = await database.db.transaction(async (tx) => {
      await requireLease(tx, mine);
      return at('b').take(60_000);
    });
    expect(taken).toBeUndefined();
  });

  it('says no to whoever asked while another took it over', async () => {
    const mine = (await at('a').take(60_000)) as HeldLease;
    let commit: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      commit = resolve;
    });
    const { db } = database;
    // The very taking, with the moment between its last statement and its commit made long.
    const slow = {
      transaction: (work: Parameters<Db['transaction']>[0]) =>
        db.transaction(async (tx) => {
          const taken = await work(tx);
          await asked;
          return taken;
        }),
    } as Db;
    const taking = leaseInDatabase(slow, 'rollouts', 'b', { isAlone: true }).take(60_000);
    await vi.waitFor(async () => {
      const locked = await db.execute(sql`SELECT name FROM leases FOR UPDATE SKIP LOCKED`);
      expect(locked).toHaveLength(0);
    }, 5_000);
    const asking = db.transaction((tx) => isInForce(tx, mine));
    await somebodyWaits();
    commit();
    expect(await taking).toMatchObject({ token: 2 });
    expect(await asking).toBe(false);
  });

  it('is asked for whatever is kept of a look, too', async () => {
    const mine = (await at('a').take(60_000)) as HeldLease;
    const old = { ...mine, token: mine.token - 1 };
    await expect(database.db.transaction((tx) => requireLease(tx, old))).rejects.toMatchObject({ code: 'lease_lost' });
  });
});
