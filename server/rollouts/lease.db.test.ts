import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { commitChange } from '../changes/commit-change.ts';
import { testDoor } from '../changes/door.fixture.ts';
import { seedProject } from '../changes/seed.fixture.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { systemClock } from '../platform/clock.ts';
import { type HeldLease, Lease } from '../platform/lease.ts';
import { checkLease } from './check-lease.ts';
import { isInForce, leaseInDatabase } from './lease-store.ts';

describe.each(databaseKinds)('the lease on the %s database', (kind) => {
  let database: TestDatabase;
  const at = (holder: string) => leaseInDatabase(database.db, 'rollouts', holder);
  const expire = () => database.db.execute(sql`UPDATE leases SET expires_at = clock_timestamp() - interval '1 ms'`);

  beforeAll(async () => {
    database = await openTestDatabase(kind);
  });
  beforeEach(() => database.reset());
  afterAll(() => database?.close());

  it('is one node’s at a time, and another’s as soon as it has expired', async () => {
    const first = await at('a').take(60_000);
    expect(first).toEqual({ name: 'rollouts', token: 1 });
    expect(await at('b').take(60_000)).toBeUndefined();
    expect(await at('a').renew(first as HeldLease, 60_000)).toBe(true);
    await expire();
    expect(await at('a').renew(first as HeldLease, 60_000)).toBe(false);
    expect(await at('b').take(60_000)).toEqual({ name: 'rollouts', token: 2 });
  });

  it('stays with the one process of a database of its own, however late it renews it, and is its next one’s at once', async () => {
    const alone = (holder: string) => leaseInDatabase(database.db, 'rollouts', holder, { isAlone: true });
    const first = (await alone('a').take(60_000)) as HeldLease;
    await expire();
    expect(await alone('a').renew(first, 60_000)).toBe(true);
    expect(await database.db.transaction((tx) => isInForce(tx, first))).toBe(true);
    // It was killed, and its lease has a minute to go: nobody else can have the database open.
    expect(await alone('b').take(60_000)).toEqual({ name: 'rollouts', token: 2 });
    expect(await alone('a').renew(first, 60_000)).toBe(false);
  });

  it('is given to one of many that ask at once', async () => {
    const taken = await Promise.all(Array.from({ length: 8 }, (_, i) => at(`n${i}`).take(60_000)));
    expect(taken.filter((lease) => lease !== undefined)).toHaveLength(1);
  });

  it('is free at once where its holder lets it go', async () => {
    const lease = (await at('a').take(60_000)) as HeldLease;
    await at('a').release(lease);
    expect(await at('b').take(60_000)).toEqual({ name: 'rollouts', token: 2 });
  });

  it('goes to another node by itself when its holder stops renewing', async () => {
    const log = { info: () => undefined, warn: () => undefined };
    const node = (holder: string) => new Lease({ store: at(holder), clock: systemClock, log, ms: 600 });
    const [first, second] = [node('a'), node('b')];
    const stopFirst = first.follow();
    await vi.waitFor(() => expect(first.held()).toBeDefined());
    const stopSecond = second.follow();
    stopFirst();
    await vi.waitFor(() => expect(second.held()).toBeDefined(), { timeout: 5_000 });
    expect(first.held()).toBeUndefined();
    stopSecond();
  });

  it('refuses, inside the transaction, whoever comes with a token that was taken over or has expired', async () => {
    const { projectId } = await seedProject(database.db, 'shop', ['production'], []);
    const door = testDoor(database, [checkLease]);
    const principal = { kind: 'rollout' as const, id: 'r', projectId, environmentIds: [] };
    const order = { projectId, environmentIds: [], principal, action: 'rollout.pause', subject: 'rollout/r' };
    const act = (lease?: HeldLease) =>
      commitChange(door, { ...order, ...(lease ? { lease } : {}) }, async () => ({
        ...{ result: 'done', touched: { flags: [], segments: [] }, after: { state: 'paused' } },
      })).then(
        ({ change }) => change?.seq,
        (error: { code: string }) => error.code,
      );
    const old = (await at('a').take(60_000)) as HeldLease;
    expect(await act(old)).toBe(1);
    await expire();
    expect(await act(old)).toBe('lease_lost');
    const mine = (await at('b').take(60_000)) as HeldLease;
    expect(await act(old)).toBe('lease_lost');
    expect(await act()).toBe('lease_lost');
    expect(await act(mine)).toBe(2);
  });
});
