import { and, eq, like } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readAnswer, type TestHouse, testHouse } from '../access/house.fixture.ts';
import { commitChange } from '../changes/commit-change.ts';
import { testDoor } from '../changes/door.fixture.ts';
import { verifyChain } from '../changes/verify-chain.ts';
import { changes, environments, idempotentAnswers, projects } from '../database/tables.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { environmentRoutes } from './environment-routes.ts';
import { projectRoutes } from './project-routes.ts';

describe.each(databaseKinds)('an archived project on the %s database', (kind) => {
  let database: TestDatabase;
  let house: TestHouse;
  let app: ReturnType<TestHouse['mount']>;
  let shop: number;
  let production: number;
  let secrets: { server: string; kill: string; admin: string };
  beforeAll(async () => {
    database = await openTestDatabase(kind);
  });
  beforeEach(async () => {
    await database.reset();
    const door = testDoor(database);
    house = await testHouse(database, (order, write) => commitChange(door, order, write));
    const parts = { door, list: house.house.list, fillEnvironment: async () => undefined };
    app = house.mount({ '/api/v1': projectRoutes(parts), '/api/v1/projects/:project': environmentRoutes(parts) });
    for (const key of ['blog', 'shop'])
      await ask('POST', '/projects', { key, ...(key === 'shop' ? { demo: true } : {}) });
    await ask('POST', '/projects/shop/environments', { key: 'production' });
    shop = await idOf('shop');
    const [row] = await database.db.select().from(environments).where(eq(environments.projectId, shop));
    production = row?.id ?? 0;
    secrets = {
      server: await house.newKey('server', shop, production),
      kill: await house.newKey('kill', shop, production),
      admin: await house.newToken(['admin'], shop),
    };
  });
  afterAll(() => database?.close());

  async function ask(method: string, path: string, body?: unknown, over: Record<string, string> = {}, as = house.root) {
    const response = await app.request(`/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json', ...over },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return readAnswer(response);
  }
  const idOf = async (key: string) =>
    (await database.db.select().from(projects).where(eq(projects.key, key)))[0]?.id ?? 0;
  const put = (verb: 'archive' | 'unarchive', over: Record<string, string> = {}, as?: string) =>
    ask('POST', `/projects/shop/${verb}`, { reason: 'tried out' }, over, as);
  const listed = async (query = '') =>
    (await ask('GET', `/projects${query}`)).body.items.map(({ key }: { key: string }) => key);

  it('refuses all that opened it as revoked, tells whoever holds a stream, and is found by nobody', async () => {
    const told: string[] = [];
    house.house.list.onRevoked((id) => told.push(id));
    const ids = Object.values(secrets).map((secret) => {
      const found = house.house.list.findCredential(secret);
      return typeof found === 'string' ? found : found.id;
    });
    const done = await put('archive');
    expect(done).toMatchObject({ status: 200, etag: '"v2"', body: { project: { archived: true, demo: true } } });
    expect(told.sort()).toEqual(ids.sort());
    for (const secret of Object.values(secrets)) {
      expect(house.house.list.findCredential(secret)).toBe('revoked');
      expect((await ask('GET', '/projects/shop', undefined, {}, secret)).status).toBe(401);
    }
    for (const path of ['/projects/shop', '/projects/shop/environments', '/projects/shop/environments/production']) {
      expect((await ask('GET', path)).status).toBe(404);
    }
    expect((await ask('PATCH', '/projects/shop', { name: 'x' })).status).toBe(404);
    expect(await listed()).toEqual(['blog']);
    expect(house.house.list.environmentById(production)).toBeUndefined();
  });

  it('is shown to whoever asks for archived ones', async () => {
    await put('archive');
    expect(await listed('?archived=any')).toEqual(['blog', 'shop']);
    expect(await listed('?archived=true')).toEqual(['shop']);
    expect((await ask('GET', '/projects/shop?archived=any')).body).toMatchObject({ key: 'shop', archived: true });
    expect((await ask('GET', '/projects/blog?archived=any')).body).toMatchObject({ archived: false, demo: false });
    expect((await ask('GET', '/projects/blog?archived=true')).status).toBe(404);
    expect((await ask('GET', '/projects/shop?archived=yes')).body.errors[0].path).toBe('/query/archived');
    expect((await ask('GET', '/projects/.installation?archived=any')).status).toBe(404);
    expect((await ask('POST', '/projects/.installation/archive', {})).status).toBe(404);
  });

  it('comes back as it was, and what was revoked on its own stays so', async () => {
    const lost = await house.newKey('server', shop, production, { revokedAt: new Date() });
    await put('archive');
    expect((await put('unarchive')).body).toMatchObject({ project: { archived: false, version: 3 } });
    expect(house.house.list.findCredential(secrets.server)).toMatchObject({ kind: 'key' });
    expect(house.house.list.findCredential(lost)).toBe('revoked');
    expect((await ask('GET', '/projects/shop/environments', undefined, {}, secrets.admin)).status).toBe(200);
    expect(await listed()).toEqual(['blog', 'shop']);
  });

  it('both chains tell of it once, and verify; again is no change', async () => {
    const { change } = (await put('archive')).body;
    expect(await put('archive')).toMatchObject({ status: 200, body: { project: { version: 2 } } });
    expect((await put('archive')).body).not.toHaveProperty('change');
    const entries = await database.db
      .select()
      .from(changes)
      .where(and(eq(changes.subject, 'project/shop'), like(changes.action, 'project.archive')));
    expect(entries.map(({ projectId }) => projectId).sort()).toEqual([await idOf('.installation'), shop].sort());
    expect(entries.find(({ projectId }) => projectId === shop)?.id).toBe(change.id);
    for (const id of [shop, await idOf('.installation')]) {
      expect(await verifyChain(database.db, id)).toMatchObject({ ok: true });
    }
  });

  it('is archived once for one Idempotency-Key, also where the kept answer was lost', async () => {
    const headers = { 'idempotency-key': 'once' };
    const first = await put('archive', headers);
    await database.db.delete(idempotentAnswers);
    const again = await put('archive', headers);
    expect(again).toMatchObject({ status: 200, body: { project: { archived: true }, change: first.body.change } });
  });

  it('only the whole installation may do it, and only with the version that was looked at', async () => {
    expect((await put('archive', {}, secrets.admin)).body).toMatchObject({ status: 403 });
    expect((await put('archive', { 'if-match': '"v7"' })).body).toMatchObject({ status: 412, current: { version: 1 } });
    const elsewhere = await house.newToken(['admin'], await idOf('blog'));
    expect((await put('archive', {}, elsewhere)).status).toBe(404);
    expect(await listed()).toEqual(['blog', 'shop']);
  });

  it('is changed by nobody who was on their way when it was archived', async () => {
    // Past the door, so that memory goes on believing in it: as on another node, or under a lock that came too late.
    await database.db.update(projects).set({ archivedAt: new Date() }).where(eq(projects.id, shop));
    for (const secret of [house.root, secrets.admin]) {
      const late = await ask('PATCH', '/projects/shop', { name: 'Late' }, { 'if-match': '*' }, secret);
      expect(late.body).toMatchObject({ status: 404, code: 'not_found' });
      expect((await ask('POST', '/projects/shop/environments', { key: 'late' }, {}, secret)).status).toBe(404);
    }
    expect(await database.db.select().from(environments).where(eq(environments.projectId, shop))).toHaveLength(1);
    expect((await put('unarchive')).body).toMatchObject({ project: { archived: false, name: 'shop' } });
  });

  it('keeps its key, and says so to whoever wants it', async () => {
    await put('archive');
    const taken = await ask('POST', '/projects', { key: 'shop' });
    expect(taken.body).toMatchObject({ status: 409, code: 'duplicate' });
    expect(taken.body.detail).toContain('archived: bring it back with unarchive');
  });
});
