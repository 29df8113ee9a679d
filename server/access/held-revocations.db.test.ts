import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { verifyChain } from '../changes/verify-chain.ts';
import { changePayloads, changes, keys, projects, tokens } from '../database/tables.ts';
import { openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { Problem } from '../platform/problem.ts';
import { HeldRevocations } from './held-revocations.ts';
import { type KeyHouse, keyHouse } from './keys.fixture.ts';

const KEYS = '/projects/shop/environments/production/keys';

describe('a revocation while the database is away', () => {
  let database: TestDatabase;
  let house: KeyHouse;
  let away = false;
  let made: { key: { id: string }; secret: string };
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  beforeEach(async () => {
    await database.reset();
    away = false;
    house = await keyHouse(database);
    // The routes and the held revocations hold the same parts: what goes through their door can be taken away.
    const commit = house.parts.commit;
    house.parts.commit = (order, write) =>
      away ? Promise.reject(new Problem('database_unavailable', 'away')) : commit(order, write);
    made = (await house.ask('POST', KEYS, { kind: 'server', name: 'app' })).body;
  });
  afterAll(() => database?.close());
  const revoke = (secret?: string, id = made.key.id) =>
    house.ask('POST', `${KEYS}/${id}/revoke`, { reason: 'leaked' }, secret);
  const revocations = () => database.db.select().from(changes).where(eq(changes.action, 'key.revoke'));

  it('holds at once on this node, rests on disk, and is in the log exactly once afterwards', async () => {
    const told: string[] = [];
    house.house.list.onRevoked((id) => told.push(id));
    away = true;
    expect(await revoke()).toMatchObject({
      status: 202,
      body: { id: made.key.id, state: 'revoked', durable: 'journal' },
    });
    expect(house.house.list.findCredential(made.secret)).toBe('revoked');
    expect(told).toEqual([made.key.id]);
    expect(house.onDisk.held).toMatchObject([{ credential: made.key.id, actor: 'root', reason: 'leaked' }]);
    expect((await revoke()).status).toBe(202);
    expect(house.onDisk.held).toHaveLength(1);

    away = false;
    await Promise.all([house.revocations.settle(), house.revocations.settle()]);
    await house.revocations.settle();
    expect(house.onDisk.held).toEqual([]);
    expect(await revocations()).toMatchObject([{ actor: 'root', subject: `key/${made.key.id}` }]);
    const [row] = await database.db.select().from(keys);
    expect(row?.revokedAt).toBeInstanceOf(Date);
    expect(house.house.list.findCredential(made.secret)).toBe('revoked');
    expect(await verifyChain(database.db, house.shop.projectId)).toMatchObject({ ok: true, entries: 2 });
  });

  it('holds after a restart too, while the database says otherwise', async () => {
    away = true;
    await revoke();
    away = false;
    const again = await keyHouseOnSame();
    expect(again.list.findCredential(made.secret)).toBe('revoked');
    await again.list.refresh();
    expect(again.list.findCredential(made.secret)).toBe('revoked');
    await again.held.settle();
    expect(await revocations()).toHaveLength(1);
    expect(again.list.findCredential(made.secret)).toBe('revoked');
  });

  /** Another process on the same disk: memory is empty, the file is not. */
  async function keyHouseOnSame() {
    const { AccessList } = await import('./access-list.ts');
    const list = new AccessList({ db: database.db, clock: house.house.clock, rootVerifier: undefined });
    await list.refresh();
    const file = { read: async () => [...house.onDisk.held], write: async () => undefined };
    const held = new HeldRevocations({ ...house.parts, list, file });
    await held.open();
    return { list, held };
  }

  it('is committed twice without effect when a crash fell between the commit and the file', async () => {
    away = true;
    await revoke();
    const left = [...house.onDisk.held];
    away = false;
    await house.revocations.settle();
    house.onDisk.held = left;
    const again = await keyHouseOnSame();
    await again.held.settle();
    expect(await revocations()).toHaveLength(1);
    expect(again.held.waiting).toBe(0);
  });

  it('is kept while it cannot be committed, and let go where the key is gone with a restored backup', async () => {
    away = true;
    await revoke();
    await house.revocations.settle();
    expect(house.revocations.waiting).toBe(1);
    away = false;
    await database.db.delete(keys);
    await house.revocations.settle();
    expect(house.revocations.waiting).toBe(0);
    expect(await revocations()).toHaveLength(0);
  });

  it('is still for admins alone, and only of what memory knows in that place', async () => {
    const editor = await house.newToken(['editor'], house.shop.projectId);
    const admin = await house.newToken(['admin'], house.shop.projectId);
    away = true;
    expect((await revoke(editor)).status).toBe(403);
    expect((await revoke(admin, 'aaaaaaaaaaaa')).body).toMatchObject({ status: 503, code: 'database_unavailable' });
    const elsewhere = await house.ask('POST', `/projects/shop/environments/staging/keys/${made.key.id}/revoke`, {});
    expect(elsewhere.status).toBe(503);
    const foreign = await house.ask('POST', `/projects/other/environments/staging/keys/${made.key.id}/revoke`, {});
    expect(foreign.status).toBe(503);
    expect(house.house.list.findCredential(made.secret)).toMatchObject({ kind: 'key' });
    expect((await revoke(admin)).status).toBe(202);
  });

  it('is committed though its project was archived meanwhile, for it may come back', async () => {
    away = true;
    await revoke();
    const { projectId } = house.shop;
    await database.db.update(projects).set({ archivedAt: new Date() }).where(eq(projects.id, projectId));
    away = false;
    await house.revocations.settle();
    expect(house.onDisk.held).toEqual([]);
    expect((await database.db.select().from(keys))[0]?.revokedAt).toBeInstanceOf(Date);
  });

  it('by a token that was itself revoked meanwhile stays, and is marked', async () => {
    const admin = await house.newToken(['admin'], house.shop.projectId);
    away = true;
    expect((await revoke(admin)).status).toBe(202);
    await database.db.update(tokens).set({ revokedAt: new Date() });
    away = false;
    await house.revocations.settle();
    const bodies = await database.db.select().from(changePayloads);
    const entry = bodies.map(({ body }) => JSON.parse(body)).find(({ after }) => after.heldSince);
    expect(entry).toMatchObject({ reason: 'leaked', after: { byRevoked: true } });
    expect(house.house.list.findCredential(made.secret)).toBe('revoked');
  });

  it('takes a token the same way, and a database that does not answer like one that is away', async () => {
    const victim = await house.newToken(['editor'], house.shop.projectId);
    house.parts.commit = () => new Promise(() => undefined);
    const id = victim.split('_')[2];
    const answer = await house.ask('POST', `/projects/shop/tokens/${id}/revoke`, {});
    expect(answer).toMatchObject({ status: 202, body: { id, durable: 'journal' } });
    expect(house.house.list.findCredential(victim)).toBe('revoked');
  });

  it('says so where the disk cannot keep it either', async () => {
    away = true;
    const broken = new HeldRevocations({
      ...house.parts,
      file: { read: async () => [], write: () => Promise.reject(new Error('full')) },
    });
    house.parts.revocations = broken;
    expect((await revoke()).body).toMatchObject({ status: 503, code: 'unavailable' });
    expect(house.house.list.findCredential(made.secret)).toBe('revoked');
  });
});
