import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { verifyChain } from '../changes/verify-chain.ts';
import { changePayloads, changes, environments, idempotentAnswers, keys } from '../database/tables.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { type KeyHouse, keyHouse } from './keys.fixture.ts';

const PRODUCTION = '/projects/shop/environments/production/keys';
const STAGING = '/projects/shop/environments/staging/keys';

describe.each(databaseKinds)('keys on the %s database', (kind) => {
  let database: TestDatabase;
  let house: KeyHouse;
  beforeAll(async () => {
    database = await openTestDatabase(kind);
  });
  beforeEach(async () => {
    await database.reset();
    house = await keyHouse(database);
  });
  afterAll(() => database?.close());

  const make = (over: object = {}, path = PRODUCTION) =>
    house.ask('POST', path, { kind: 'server', name: 'app', ...over });
  const stored = async () => JSON.stringify(await database.db.select().from(changePayloads));
  const protect = () => database.db.update(environments).set({ protected: true });

  it('a key is made with its secret, which is shown once and is nowhere afterwards', async () => {
    const { status, body } = await make();
    expect(status).toBe(201);
    expect(body).toMatchObject({
      key: { kind: 'server', name: 'app', state: 'live', createdBy: 'root' },
      change: { seq: 1 },
    });
    expect(body.secret.startsWith(body.key.startsWith)).toBe(true);
    expect(house.house.list.findCredential(body.secret)).toMatchObject({ kind: 'key', id: body.key.id });
    const random = body.secret.split('_')[3];
    const listed = await house.ask('GET', PRODUCTION);
    const one = await house.ask('GET', `${PRODUCTION}/${body.key.id}`);
    const rows = await database.db.select().from(keys);
    for (const text of [JSON.stringify([listed, one, rows]), await stored()]) expect(text).not.toContain(random);
    expect(await verifyChain(database.db, house.shop.projectId)).toMatchObject({ ok: true, entries: 1 });
  });

  it('a repeated request gives the key again, and no secret: not from what was kept, and not where that was lost', async () => {
    const headers = { 'idempotency-key': 'k' };
    const again = () => house.ask('POST', PRODUCTION, { kind: 'server', name: 'app' }, house.root, headers);
    const first = await again();
    const kept = await again();
    await database.db.delete(idempotentAnswers);
    const lost = await again();
    for (const { status, body } of [kept, lost]) {
      expect(status).toBe(201);
      expect(body).toMatchObject({ key: { id: first.body.key.id }, secret: null, change: first.body.change });
      expect(body.secretNotice).toContain('shown once');
    }
    expect(await database.db.select().from(keys)).toHaveLength(1);
  });

  it('says what is wrong with a new key, field by field', async () => {
    const wrong: [object, string][] = [
      [{ kind: 'relay' }, '/kind'],
      [{ name: ' ' }, '/name'],
      [{ origins: ['https://a.example'] }, '/origins'],
      [{ kind: 'client', origins: ['https://a.example/path'] }, '/origins/0'],
      [{ flags: ['f'] }, '/flags'],
      [{ kind: 'kill', flags: ['a/b'] }, '/flags/0'],
      [{ expiresAt: 'tomorrow' }, '/expiresAt'],
      [{ expiresAt: '2001-01-01T00:00:00Z' }, '/expiresAt'],
      [{ scope: 'all' }, '/scope'],
    ];
    for (const [over, path] of wrong) {
      expect((await make(over)).body).toMatchObject({ status: 422, errors: [{ path }] });
    }
    expect(await database.db.select().from(keys)).toHaveLength(0);
    expect(await database.db.select().from(changes)).toHaveLength(0);
  });

  it('an edit changes name, end and limits; what is no part of a key’s kind is refused', async () => {
    const { body } = await make({ kind: 'kill', flags: ['f'] });
    const path = `${PRODUCTION}/${body.key.id}`;
    const edited = await house.ask('PATCH', path, { name: 'pager', flags: null, tags: ['checkout'] });
    expect(edited.body).toMatchObject({ key: { name: 'pager', flags: null, tags: ['checkout'] }, change: { seq: 2 } });
    expect(house.house.list.findCredential(body.secret)).toMatchObject({ flags: null, tags: ['checkout'] });
    expect((await house.ask('PATCH', path, { name: 'pager' })).body).not.toHaveProperty('change');
    expect((await house.ask('PATCH', path, { origins: ['*'] })).body).toMatchObject({ status: 422 });
    expect((await house.ask('PATCH', path, { kind: 'server' })).status).toBe(422);
    const ended = await house.ask('PATCH', path, { expiresAt: new Date(Date.now() + 1_500).toISOString() });
    expect(ended.status).toBe(200);
    await expect.poll(() => house.house.list.findCredential(body.secret)).toBe('expired');
  });

  it('an edit for an older version is refused with the newer key, and every change counts the version up', async () => {
    const { body } = await make({ name: 'first' });
    const path = `${PRODUCTION}/${body.key.id}`;
    const edit = (name: string, match: string) => house.ask('PATCH', path, { name }, house.root, { 'if-match': match });
    expect(body.key.version).toBe(1);
    expect((await edit('second', '"v1"')).body.key).toMatchObject({ name: 'second', version: 2 });
    const stale = await edit('third', '"v1"');
    expect(stale.body).toMatchObject({ status: 412, code: 'stale_version', current: { name: 'second', version: 2 } });
    expect((await edit('third', '*')).body.key.version).toBe(3);
    expect((await house.ask('PATCH', path, { name: 'third' })).body.key.version).toBe(3);
    expect((await house.ask('POST', `${path}/revoke`)).body.key).toMatchObject({ state: 'revoked', version: 4 });
  });

  it('rotation makes a second key like the first, and both work until the overlap is over', async () => {
    const { body: first } = await make({ kind: 'client', origins: ['https://a.example'] });
    const rotated = await house.ask('POST', `${PRODUCTION}/${first.key.id}/rotate`, { overlapMs: 3_600_000 });
    expect(rotated.status).toBe(201);
    const { key, old, secret } = rotated.body;
    expect(key).toMatchObject({ kind: 'client', origins: ['https://a.example'], expiresAt: null, state: 'live' });
    expect(old).toMatchObject({ id: first.key.id, successor: key.id, state: 'live' });
    expect(new Date(old.expiresAt).getTime()).toBeGreaterThan(Date.now() + 3_500_000);
    for (const one of [first.secret, secret])
      expect(house.house.list.findCredential(one)).toMatchObject({ kind: 'key' });
    const twice = await house.ask('POST', `${PRODUCTION}/${first.key.id}/rotate`, {});
    expect(twice.body).toMatchObject({ status: 409, detail: expect.stringContaining(key.id) });
    const now = await house.ask('POST', `${PRODUCTION}/${key.id}/rotate`, { overlapMs: 0 });
    await expect.poll(() => house.house.list.findCredential(secret)).toBe('expired');
    expect(house.house.list.findCredential(now.body.secret)).toMatchObject({ kind: 'key' });
    expect((await house.ask('POST', `${PRODUCTION}/${key.id}/rotate`, { overlapMs: -1 })).status).toBe(422);
    expect(await stored()).not.toContain(secret.split('_')[3]);
  });

  it('a rotation without a body overlaps for a day, and never makes the old key live longer', async () => {
    const soon = new Date(Date.now() + 60_000).toISOString();
    const { body } = await make({ expiresAt: soon });
    const rotated = await house.ask('POST', `${PRODUCTION}/${body.key.id}/rotate`);
    expect(rotated.body).toMatchObject({ old: { expiresAt: soon } });
    const lasting = await make();
    const day = await house.ask('POST', `${PRODUCTION}/${lasting.body.key.id}/rotate`);
    expect(new Date(day.body.old.expiresAt).getTime() - Date.now()).toBeGreaterThan(86_000_000);
  });

  it('a repeated rotation makes one key', async () => {
    const { body } = await make();
    const headers = { 'idempotency-key': 'r' };
    const again = () => house.ask('POST', `${PRODUCTION}/${body.key.id}/rotate`, {}, house.root, headers);
    const first = await again();
    await database.db.delete(idempotentAnswers);
    const second = await again();
    expect(second.body).toMatchObject({ key: { id: first.body.key.id }, secret: null, change: first.body.change });
  });

  it('a revoked key is refused from the next request on, is told to open streams, and stays revoked', async () => {
    const { body } = await make();
    const told: string[] = [];
    house.house.list.onRevoked((id) => told.push(id));
    const revoked = await house.ask('POST', `${PRODUCTION}/${body.key.id}/revoke`, { reason: 'it leaked' });
    expect(revoked).toMatchObject({ status: 200, body: { key: { state: 'revoked' }, change: { seq: 2 } } });
    expect(house.house.list.findCredential(body.secret)).toBe('revoked');
    expect(told).toEqual([body.key.id]);
    const again = await house.ask('POST', `${PRODUCTION}/${body.key.id}/revoke`, {});
    expect(again).toMatchObject({ status: 200, body: { key: { state: 'revoked' } } });
    expect(again.body).not.toHaveProperty('change');
    for (const [method, path] of [
      ['PATCH', ''],
      ['POST', '/rotate'],
    ] as const) {
      const refused = await house.ask(method, `${PRODUCTION}/${body.key.id}${path}`, {});
      expect(refused.body).toMatchObject({ status: 409, code: 'wrong_state' });
    }
  });

  it('in a protected environment a kill key needs the root token, however it comes to be one that works', async () => {
    const admin = await house.newToken(['admin'], house.shop.projectId);
    const { body } = await make({ kind: 'kill', flags: ['f'] });
    await protect();
    const path = `${PRODUCTION}/${body.key.id}`;
    const attempts: [string, string, object][] = [
      ['POST', PRODUCTION, { kind: 'kill', name: 'pager' }],
      ['POST', `${path}/rotate`, {}],
      ['PATCH', path, { flags: null }],
      ['PATCH', path, { tags: ['all'] }],
    ];
    for (const [method, where, wanted] of attempts) {
      expect((await house.ask(method, where, wanted, admin)).body).toMatchObject({
        status: 409,
        code: 'approval_required',
      });
    }
    expect((await house.ask('PATCH', path, { name: 'pager' }, admin)).status).toBe(200);
    expect((await house.ask('POST', PRODUCTION, { kind: 'server', name: 'app' }, admin)).status).toBe(201);
    expect((await house.ask('POST', PRODUCTION, { kind: 'kill', name: 'pager', reason: 'on call' })).status).toBe(201);
    expect((await house.ask('POST', `${path}/revoke`, {}, admin)).status).toBe(200);
  });

  it('keys are found in their own environment only, and only by an admin there', async () => {
    const { body } = await make();
    const ids = house.shop.environmentIds;
    const admin = await house.newToken(['admin'], house.shop.projectId, ids[0]);
    const editor = await house.newToken(['editor', 'killer', 'viewer'], house.shop.projectId);
    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', ''],
      ['POST', '/rotate'],
      ['POST', '/revoke'],
    ] as const) {
      const { id } = body.key;
      const wanted = method === 'GET' ? undefined : {};
      expect((await house.ask(method, `${STAGING}/${id}${path}`, wanted)).status).toBe(404);
      expect((await house.ask(method, `${PRODUCTION}/${id}${path}`, wanted, admin)).status).toBe(404);
      expect((await house.ask(method, `${PRODUCTION}/${id}${path}`, wanted, editor)).status).toBe(403);
      expect((await house.ask(method, `/projects/other/environments/staging/keys/${id}${path}`, wanted)).status).toBe(
        404,
      );
    }
    expect(house.house.list.findCredential(body.secret)).toMatchObject({ kind: 'key' });
    expect((await house.ask('GET', STAGING, undefined, admin)).body.items).toEqual([]);
    const [row] = await database.db.select().from(keys).where(eq(keys.id, body.key.id));
    expect(row).toMatchObject({ revokedAt: null, successor: null });
  });

  it('lists keys page by page', async () => {
    for (let i = 0; i < 3; i++) await make({ name: `k${i}` });
    const first = await house.ask('GET', `${PRODUCTION}?limit=2`);
    const second = await house.ask('GET', `${PRODUCTION}?limit=2&cursor=${first.body.next}`);
    const ids = [...first.body.items, ...second.body.items].map(({ id }: { id: string }) => id);
    expect(ids).toHaveLength(3);
    expect(ids).toEqual([...ids].sort());
    expect(second.body.next).toBeNull();
    expect((await house.ask('GET', `${PRODUCTION}?cursor=x`)).body).toMatchObject({
      errors: [{ path: '/query/cursor' }],
    });
  });

  it('a change by a token that was revoked a moment ago, which memory still believes, is refused', async () => {
    const admin = await house.newToken(['admin'], house.shop.projectId);
    await database.db.execute(sql`UPDATE tokens SET revoked_at = now()`);
    expect((await house.ask('POST', PRODUCTION, { kind: 'server', name: 'app' }, admin)).status).toBe(401);
    expect(await database.db.select().from(keys)).toHaveLength(0);
  });
});
