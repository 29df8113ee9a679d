import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { seedProject } from '../changes/seed.fixture.ts';
import type { Db } from '../database/connect.ts';
import { installation, keys } from '../database/tables.ts';
import { openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { systemClock } from '../platform/clock.ts';
import { AccessList } from './access-list.ts';
import { agreeOnSecrets } from './access-store.ts';
import { type TestHouse, testHouse } from './house.fixture.ts';
import { mintSecret } from './mint-secret.ts';

describe('the access list', () => {
  let database: TestDatabase;
  let house: TestHouse;
  let shop: Awaited<ReturnType<typeof seedProject>>;
  let later = 0;
  const clock = { ...systemClock, now: () => new Date(Date.now() + later) };
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  beforeEach(async () => {
    await database.reset();
    later = 0;
    shop = await seedProject(database.db, 'shop', ['staging', 'production'], []);
    house = await testHouse(database);
  });
  afterAll(() => database?.close());

  const newList = (db: Db = database.db) => new AccessList({ db, clock, rootVerifier: undefined });
  const newKey = (over: object = {}) => house.newKey('client', shop.projectId, shop.environmentIds[0] ?? 0, over);
  const idOf = (secret: string) => secret.split('_')[2] ?? '';
  const bump = () => database.db.update(installation).set({ accessRevision: sql`${installation.accessRevision} + 1` });
  /** A database that cannot be asked. */
  const away = {
    transaction: () => Promise.reject(new Error('away')),
    select: () => {
      throw new Error('away');
    },
  } as never as Db;

  it('knows who a secret stands for, and of a wrong one why it is refused', async () => {
    const secret = await newKey();
    const { list } = house.house;
    expect(list.findCredential(secret)).toMatchObject({ kind: 'key', keyKind: 'client', projectId: shop.projectId });
    expect(list.findCredential(house.root)).toEqual({ kind: 'root', id: 'root' });
    expect(list.findCredential(mintSecret('client').secret)).toBe('unknown');
    expect(list.findCredential('')).toBe('unknown');
    const expired = await newKey({ expiresAt: new Date(Date.now() - 1) });
    expect(list.findCredential(expired)).toBe('expired');
  });

  it('knows no root where there is no root token', async () => {
    const list = newList();
    await list.refresh();
    expect(list.findCredential(house.root)).toBe('unknown');
  });

  it('is read again when the revision moved, and tells whose rights ended', async () => {
    const secret = await newKey();
    const list = newList();
    const told: string[] = [];
    list.onRevoked((id) => told.push(id));
    await list.refresh();
    expect(list.isLive(idOf(secret))).toBe(true);
    await database.db.update(keys).set({ revokedAt: new Date() });
    await list.refresh();
    expect(list.isLive(idOf(secret))).toBe(true);
    await bump();
    await list.hear(list.revision + 1);
    expect(list.findCredential(secret)).toBe('revoked');
    expect(told).toEqual([idOf(secret)]);
    expect(list.findKey(idOf(secret))).toBeUndefined();
  });

  it('tells an end by expiry once, and again where the end was moved', async () => {
    const secret = await newKey({ expiresAt: new Date(Date.now() + 60_000) });
    const list = newList();
    const told: string[] = [];
    list.onRevoked((id) => told.push(id));
    await list.refresh();
    list.expire();
    expect(told).toEqual([]);
    later = 61_000;
    list.expire();
    list.expire();
    expect(told).toHaveLength(1);
    await database.db.update(keys).set({ expiresAt: new Date(Date.now() + 120_000) });
    await bump();
    await list.refresh();
    list.expire();
    expect(list.findCredential(secret)).toMatchObject({ kind: 'key' });
    later = 121_000;
    list.expire();
    expect(told).toHaveLength(2);
  });

  it('gives the origins of live client keys alone', async () => {
    await newKey({ origins: ['https://a.example'] });
    await newKey({ origins: ['https://b.example'], revokedAt: new Date() });
    expect([...house.house.list.listOrigins()]).toEqual(['https://a.example']);
  });

  it('starts from disk without a database, revives no revoked key, and gives way to what the database says', async () => {
    const kept = await newKey();
    const revoked = await newKey();
    const list = newList();
    await list.refresh();
    list.revokeHere(idOf(revoked));
    const saved = JSON.parse(JSON.stringify(list.toDisk()));

    const restarted = newList(away);
    restarted.fromDisk(saved);
    expect(restarted.findCredential(kept)).toMatchObject({ kind: 'key' });
    expect(restarted.findCredential(revoked)).toBe('revoked');
    expect(restarted.findProject('shop')).toMatchObject({ id: shop.projectId });
    expect(restarted.ageMs).toBeUndefined();

    const fresh = newList();
    await fresh.refresh();
    fresh.fromDisk({ ...saved, keys: [] });
    expect(fresh.findCredential(kept)).toMatchObject({ kind: 'key' });
  });

  it('says of an unknown credential that nobody can tell, while the database is away', async () => {
    const list = newList(away);
    await expect(list.lookAgain()).rejects.toMatchObject({ code: 'database_unavailable', status: 503 });
  });

  it('finds a key that another node made a moment ago, with one question for everybody who waits', async () => {
    const list = newList();
    await list.refresh();
    const secret = await newKey();
    let asked = 0;
    list.onChanged(() => asked++);
    await Promise.all(Array.from({ length: 20 }, () => list.lookAgain()));
    expect(list.findCredential(secret)).toMatchObject({ kind: 'key' });
    expect(asked).toBe(1);
  });

  it('takes over what a node has kept on its disk that knew neither people nor names of environments', async () => {
    const secret = await house.newToken(['editor'], shop.projectId);
    const { people: _people, sessions: _sessions, ...saved } = house.house.list.toDisk();
    const older = JSON.parse(JSON.stringify(saved), (name, value) => (name === 'owner' ? undefined : value));
    const list = newList(away);
    list.fromDisk(older);
    expect(list.findCredential(secret)).toMatchObject({ kind: 'token', roles: ['editor'] });
    expect(list.findSession('of nobody')).toBe('unknown');
    expect(list.people.hasAdmin()).toBe(false);
  });

  it('lets so many wait for the database, and no more', async () => {
    const list = newList();
    const asked = await Promise.allSettled(Array.from({ length: 600 }, () => list.lookAgain()));
    const refused = asked.filter((one) => one.status === 'rejected');
    expect(refused).toHaveLength(100);
    expect(refused[0]).toMatchObject({ reason: { code: 'busy' } });
  });

  it('a refresh that comes while one is under way is not answered by the older one', async () => {
    const list = newList();
    const first = list.refresh();
    const secret = await newKey();
    await list.refresh();
    await first;
    expect(list.findCredential(secret)).toMatchObject({ kind: 'key' });
  });
});

describe('the secrets of an installation', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database?.close());

  it('a node that has none of those in force is told so; one that shares one brings its others, and ends the rest', async () => {
    const { db } = database;
    await agreeOnSecrets(db, ['a']);
    await agreeOnSecrets(db, ['b', 'a']);
    await expect(agreeOnSecrets(db, ['c'])).rejects.toThrow(/b, a.*this node has c/);
    await agreeOnSecrets(db, ['b']);
    const [row] = await db.select().from(installation).where(eq(installation.id, 1));
    expect(row?.secretFingerprints).toEqual(['b']);
    await expect(agreeOnSecrets(db, ['a'])).rejects.toThrow(/knows b, this node has a/);
  });
});
