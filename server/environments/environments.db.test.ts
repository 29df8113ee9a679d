import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readAnswer, type TestHouse, testHouse } from '../access/house.fixture.ts';
import { checkMayChange } from '../access/may-change.ts';
import { commitChange } from '../changes/commit-change.ts';
import { testDoor } from '../changes/door.fixture.ts';
import { verifyChain } from '../changes/verify-chain.ts';
import { changes, environments, idempotentAnswers, projects } from '../database/tables.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { environmentRoutes } from './environment-routes.ts';
import { projectRoutes } from './project-routes.ts';

describe.each(databaseKinds)('projects and environments on the %s database', (kind) => {
  let database: TestDatabase;
  let house: TestHouse;
  let filled: { projectId: number; environmentId: number }[];
  let failFilling = false;
  let app: ReturnType<TestHouse['mount']>;
  beforeAll(async () => {
    database = await openTestDatabase(kind);
  });
  beforeEach(async () => {
    await database.reset();
    filled = [];
    failFilling = false;
    const door = testDoor(database, [checkMayChange]);
    house = await testHouse(database, (order, write) => commitChange(door, order, write));
    const parts = {
      door,
      list: house.house.list,
      fillEnvironment: async (_tx: unknown, environment: { projectId: number; environmentId: number }) => {
        filled.push(environment);
        if (failFilling) throw new Error('no room left');
      },
    };
    app = house.mount({
      '/api/v1': projectRoutes(parts),
      '/api/v1/projects/:project': environmentRoutes(parts),
    });
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
  const make = (key: string) => ask('POST', '/projects', { key });
  const makeIn = (project: string, key: string, over: object = {}) =>
    ask('POST', `/projects/${project}/environments`, { key, ...over });
  const idOf = async (key: string) =>
    (await database.db.select().from(projects).where(eq(projects.key, key)))[0]?.id ?? 0;

  it('a project begins its own chain, the installation’s tells of it too, and both verify', async () => {
    const made = await ask('POST', '/projects', { key: 'shop', name: 'The shop', reason: 'we sell things' });
    expect(made).toMatchObject({ status: 201, etag: '"v1"', body: { project: { key: 'shop', name: 'The shop' } } });
    expect(made.body.change).toMatchObject({ seq: 1, environments: [] });
    const entries = await database.db.select().from(changes).where(eq(changes.subject, 'project/shop'));
    expect(entries.map(({ action, actor }) => `${actor} ${action}`)).toEqual([
      'root project.create',
      'root project.create',
    ]);
    for (const id of [await idOf('shop'), await idOf('.installation')]) {
      expect(await verifyChain(database.db, id)).toMatchObject({ ok: true, entries: 1 });
    }
    expect((await ask('GET', '/projects/shop')).body).toMatchObject({ key: 'shop', version: 1 });
  });

  it('refuses a key that is taken, and one that no router carries; nothing is left of the attempt', async () => {
    await make('shop');
    expect((await make('shop')).body).toMatchObject({ status: 409, code: 'duplicate' });
    for (const key of ['..', '--yes', '__proto__', 'a/b', '.installation', '']) {
      expect((await make(key)).body).toMatchObject({ status: 422, errors: [{ path: '/key' }] });
    }
    expect(await database.db.select().from(projects)).toHaveLength(2);
    expect(await verifyChain(database.db, await idOf('.installation'))).toMatchObject({ ok: true, entries: 1 });
  });

  it('makes a project once for one Idempotency-Key, also where the kept answer was lost', async () => {
    const headers = { 'idempotency-key': 'once' };
    const first = await ask('POST', '/projects', { key: 'shop' }, headers);
    await database.db.delete(idempotentAnswers);
    const again = await ask('POST', '/projects', { key: 'shop' }, headers);
    expect(again).toMatchObject({ status: 201, body: { project: { key: 'shop' }, change: first.body.change } });
    expect(await database.db.select().from(projects)).toHaveLength(2);
  });

  it('takes another name, knows versions, and writes no entry where nothing changes', async () => {
    await make('shop');
    const renamed = await ask('PATCH', '/projects/shop', { name: 'Shop' }, { 'if-match': '"v1"' });
    expect(renamed).toMatchObject({
      status: 200,
      etag: '"v2"',
      body: { project: { name: 'Shop' }, change: { seq: 2 } },
    });
    const stale = await ask('PATCH', '/projects/shop', { name: 'Other' }, { 'if-match': '"v1"' });
    expect(stale.body).toMatchObject({ status: 412, current: { name: 'Shop', version: 2 } });
    const same = await ask('PATCH', '/projects/shop', { name: 'Shop' });
    expect(same.status).toBe(200);
    expect(same.body).not.toHaveProperty('change');
    expect((await ask('PATCH', '/projects/shop', { key: 'new' })).status).toBe(422);
  });

  it('lists what the caller may see: root everything but the installation, a token its project and environment', async () => {
    for (const key of ['b', 'a', 'c']) await make(key);
    for (const key of ['staging', 'production']) await makeIn('a', key);
    const page = await ask('GET', '/projects?limit=2');
    expect(page.body.items.map((project: { key: string }) => project.key)).toEqual(['a', 'b']);
    const rest = await ask('GET', `/projects?limit=2&cursor=${page.body.next}`);
    expect(rest.body).toMatchObject({ items: [{ key: 'c' }], next: null });
    const projectId = await idOf('a');
    const [staging] = await database.db.select().from(environments).where(eq(environments.key, 'staging'));
    const limited = await house.newToken(['viewer'], projectId, staging?.id);
    expect((await ask('GET', '/projects', undefined, {}, limited)).body.items).toHaveLength(1);
    expect((await ask('GET', '/projects/b', undefined, {}, limited)).status).toBe(404);
    const seen = (await ask('GET', '/projects/a/environments', undefined, {}, limited)).body.items;
    expect(seen).toEqual([expect.objectContaining({ key: 'staging', position: expect.stringMatching(/^\w+\.0$/) })]);
    expect((await ask('GET', '/projects/a/environments/production', undefined, {}, limited)).status).toBe(404);
    const all = await ask('GET', '/projects/a/environments');
    expect(all.body.items.map((one: { key: string }) => one.key)).toEqual(['production', 'staging']);
  });

  it('an environment is filled inside its own transaction, and is not there where filling fails', async () => {
    await make('shop');
    const made = await makeIn('shop', 'production', { protected: true });
    expect(made).toMatchObject({
      status: 201,
      etag: '"v1"',
      body: { environment: { key: 'production', name: 'production', protected: true }, change: { seq: 2 } },
    });
    expect(filled).toEqual([{ projectId: await idOf('shop'), environmentId: expect.any(Number) }]);
    failFilling = true;
    expect((await makeIn('shop', 'staging')).status).toBe(500);
    expect((await ask('GET', '/projects/shop/environments/staging')).status).toBe(404);
    failFilling = false;
    expect((await makeIn('shop', 'production')).body).toMatchObject({ status: 409, code: 'duplicate' });
    expect(await verifyChain(database.db, await idOf('shop'))).toMatchObject({ ok: true, entries: 2 });
  });

  it('only admins of the whole project make environments; nobody but root makes projects', async () => {
    await make('shop');
    await makeIn('shop', 'staging');
    const projectId = await idOf('shop');
    const [staging] = await database.db.select().from(environments);
    const admin = await house.newToken(['admin'], projectId);
    const limited = await house.newToken(['admin'], projectId, staging?.id);
    const editor = await house.newToken(['editor'], projectId);
    const path = '/projects/shop/environments';
    expect((await ask('POST', path, { key: 'a' }, {}, admin)).status).toBe(201);
    expect((await ask('POST', path, { key: 'b' }, {}, limited)).body).toMatchObject({ status: 403 });
    expect((await ask('POST', path, { key: 'b' }, {}, editor)).body).toMatchObject({ status: 403 });
    expect((await ask('POST', '/projects', { key: 'b' }, {}, admin)).body).toMatchObject({ status: 403 });
    expect((await ask('PATCH', '/projects/shop', { name: 'b' }, {}, limited)).body).toMatchObject({ status: 403 });
  });

  it('raising protection is for every admin, lowering it for root alone, with a reason', async () => {
    await make('shop');
    await makeIn('shop', 'production');
    const admin = await house.newToken(['admin'], await idOf('shop'));
    const path = '/projects/shop/environments/production';
    const raised = await ask('PATCH', path, { protected: true }, {}, admin);
    expect(raised.body).toMatchObject({ environment: { protected: true, version: 2 }, change: { seq: 3 } });
    const byAdmin = await ask('PATCH', path, { protected: false, reason: 'in the way' }, {}, admin);
    expect(byAdmin.body).toMatchObject({ status: 409, code: 'approval_required' });
    expect((await ask('PATCH', path, { name: 'Live' }, {}, admin)).body).toMatchObject({
      status: 422,
      errors: [{ path: '/reason', code: 'required' }],
    });
    expect((await ask('PATCH', path, { name: 'Live', reason: 'so it is' }, {}, admin)).status).toBe(200);
    const lowered = await ask('PATCH', path, { protected: false, reason: 'we moved' });
    expect(lowered.body).toMatchObject({ environment: { protected: false, name: 'Live', version: 4 } });
    expect((await ask('PATCH', path, { position: 'x.1' })).status).toBe(422);
    expect(await verifyChain(database.db, await idOf('shop'))).toMatchObject({ ok: true, entries: 5 });
  });
});
