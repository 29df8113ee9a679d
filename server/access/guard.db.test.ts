import { createRoute, z } from '@hono/zod-openapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedProject } from '../changes/seed.fixture.ts';
import { openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { need, newRoutes } from './guard.ts';
import { readAnswer, type TestHouse, testHouse } from './house.fixture.ts';
import { mintSecret } from './mint-secret.ts';

let database: TestDatabase;
let house: TestHouse;
let shop: Awaited<ReturnType<typeof seedProject>>;
let other: Awaited<ReturnType<typeof seedProject>>;
let runs = 0;

beforeAll(async () => {
  database = await openTestDatabase();
  shop = await seedProject(database.db, 'shop', ['staging', 'production'], []);
  other = await seedProject(database.db, 'other', ['staging'], []);
  house = await testHouse(database);
});
afterAll(() => database?.close());

function rooms() {
  const routes = newRoutes();
  const body = z.strictObject({ name: z.string().min(2), rules: z.array(z.object({ id: z.string() })).optional() });
  routes.get('/things', need('read'), (c) => c.json({ scope: c.get('scope'), who: c.get('principal').id }));
  routes.openapi(
    createRoute({
      method: 'post',
      path: '/things',
      middleware: need('change'),
      request: { body: { content: { 'application/json': { schema: body } }, required: true } },
      responses: { 201: { description: 'Made', content: { 'application/json': { schema: z.any() } } } },
    }),
    (c) => {
      runs++;
      const { secret } = mintSecret('server');
      return c.json({ ...c.req.valid('json'), secret, run: runs, requestId: c.get('requestId') }, 201);
    },
  );
  routes.get('/things/:thing', need('read'), (c) => c.json({ thing: c.req.param('thing') }));
  routes.post('/kill', need('kill'), (c) => c.json({ runs: ++runs }));
  const sdk = newRoutes();
  sdk.get('/ruleset', need('ruleset'), (c) => c.json(c.get('scope')));
  sdk.post('/evaluate', need('evaluate'), (c) => c.json(c.get('scope')));
  return house.mount({
    '/api/v1/projects/:project/environments/:environment': routes,
    '/api/v1/projects/:project': routes,
    '/sdk/v1': sdk,
  });
}

const STAGING = '/api/v1/projects/shop/environments/staging';
const ask = (secret: string, path: string, init: RequestInit = {}) =>
  rooms().request(path, { ...init, headers: { authorization: `Bearer ${secret}`, ...init.headers } });
const post = (secret: string, path: string, body: unknown, headers: Record<string, string> = {}) =>
  ask(secret, path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });

describe('who may come in', () => {
  it.each([
    ['%00', '/param/thing'],
    ['a?q=b%00', '/query/q'],
  ])('answers 422 to what no database can be asked for: %s', async (rest, path) => {
    const refused = await readAnswer(await ask(house.root, `${STAGING}/things/${rest}`));
    expect([refused.status, refused.body.errors]).toEqual([422, [expect.objectContaining({ path, code: 'not_text' })]]);
  });

  it('answers 401 to nobody, to a stranger and to a key in the address', async () => {
    const key = await house.newKey('server', shop.projectId, shop.environmentIds[0]!);
    expect((await rooms().request('/sdk/v1/ruleset')).status).toBe(401);
    expect((await rooms().request(`/sdk/v1/ruleset?key=${key}&token=${key}&authorization=Bearer+${key}`)).status).toBe(
      401,
    );
    expect((await ask(mintSecret('server').secret, '/sdk/v1/ruleset')).status).toBe(401);
    expect((await ask(`${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`, '/sdk/v1/ruleset')).status).toBe(401);
    expect((await ask(key, '/sdk/v1/ruleset')).status).toBe(200);
  });

  it('accepts X-API-Key for evaluation only', async () => {
    const key = await house.newKey('server', shop.projectId, shop.environmentIds[0]!);
    const headers = { 'x-api-key': key };
    expect((await rooms().request('/sdk/v1/evaluate', { method: 'POST', headers })).status).toBe(200);
    expect((await rooms().request('/sdk/v1/ruleset', { headers })).status).toBe(401);
  });

  it('refuses an expired and a revoked credential', async () => {
    const past = new Date(Date.now() - 1_000);
    const expired = await house.newToken(['admin'], shop.projectId, null, { expiresAt: past });
    const revoked = await house.newToken(['admin'], shop.projectId, null, { revokedAt: past });
    for (const secret of [expired, revoked]) expect((await ask(secret, `${STAGING}/things`)).status).toBe(401);
  });

  it('refuses a server key that comes from a browser, as leaked', async () => {
    const server = await house.newKey('server', shop.projectId, shop.environmentIds[0]!);
    const client = await house.newKey('client', shop.projectId, shop.environmentIds[0]!);
    const headers = { 'sec-fetch-site': 'cross-site' };
    const answer = await ask(server, '/sdk/v1/evaluate', { method: 'POST', headers });
    expect(answer.status).toBe(403);
    expect((await readAnswer(answer)).body).toMatchObject({ code: 'leaked_key' });
    expect((await ask(client, '/sdk/v1/evaluate', { method: 'POST', headers })).status).toBe(200);
  });

  it('finds the environment of an SDK key without a path', async () => {
    const key = await house.newKey('server', shop.projectId, shop.environmentIds[1]!);
    expect(await (await ask(key, '/sdk/v1/ruleset')).json()).toEqual({
      projectId: shop.projectId,
      projectKey: 'shop',
      environment: { id: shop.environmentIds[1], key: 'production', protected: false },
    });
  });
});

describe('where one may go', () => {
  it('answers 404 for what one may not see, and 403 with the missing right for what one sees', async () => {
    const viewer = await house.newToken(['viewer'], shop.projectId, shop.environmentIds[0]);
    const status = async (path: string) => (await ask(viewer, `/api/v1/projects${path}/things`)).status;
    expect(await status('/shop/environments/staging')).toBe(200);
    expect(await status('/shop/environments/production')).toBe(404);
    expect(await status('/shop/environments/nowhere')).toBe(404);
    expect(await status('/other/environments/staging')).toBe(404);
    expect(await status('/.installation')).toBe(404);
    expect(await status('/shop')).toBe(403);
    const refused = await post(viewer, `${STAGING}/things`, { name: 'ab' });
    expect(refused.status).toBe(403);
    expect((await readAnswer(refused)).body.detail).toContain('"change"');
  });

  it('lets roles add up and leaves a viewer nothing to change', async () => {
    const both = await house.newToken(['viewer', 'killer'], shop.projectId);
    const viewer = await house.newToken(['viewer'], shop.projectId);
    expect((await ask(both, `${STAGING}/kill`, { method: 'POST' })).status).toBe(200);
    expect((await ask(viewer, `${STAGING}/kill`, { method: 'POST' })).status).toBe(403);
    expect((await ask(both, '/api/v1/projects/other/environments/staging/kill', { method: 'POST' })).status).toBe(404);
  });

  it('keeps the installation project out of reach, for root too', async () => {
    expect((await ask(house.root, '/api/v1/projects/.installation/things')).status).toBe(404);
    expect((await ask(house.root, '/api/v1/projects/other/things')).status).toBe(200);
    expect(other.projectId).not.toBe(shop.projectId);
  });

  it('lets an SDK key into nothing of the admin API', async () => {
    for (const kind of ['server', 'client', 'kill'] as const) {
      const key = await house.newKey(kind, shop.projectId, shop.environmentIds[0]!);
      expect((await ask(key, `${STAGING}/things`)).status).toBe(403);
      expect((await post(key, `${STAGING}/things`, { name: 'ab' })).status).toBe(403);
      expect((await ask(key, `${STAGING}/kill`, { method: 'POST' })).status).toBe(kind === 'kill' ? 200 : 403);
    }
  });
});

describe('what a body may hold', () => {
  it('names each wrong field by its pointer and says what would be right', async () => {
    const answer = await post(house.root, `${STAGING}/things`, { name: 'a', rules: [{ id: 1 }], 'a/b': 1 });
    expect(answer.status).toBe(422);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect((await readAnswer(answer)).body.errors).toEqual([
      { path: '/name', code: 'too_small', expected: 'at least 2 characters' },
      { path: '/rules/0/id', code: 'invalid_type', expected: 'a string' },
      { path: '/a~1b', code: 'unrecognized_keys', expected: 'no such field' },
    ]);
  });

  it('refuses text that the database cannot keep', async () => {
    for (const name of ['a\u0000b', 'a\ud800']) {
      const answer = await post(house.root, `${STAGING}/things`, { name });
      expect(answer.status).toBe(422);
      expect((await readAnswer(answer)).body.errors[0].path).toBe('/name');
    }
  });
});

describe('Idempotency-Key', () => {
  it('counts the query to what is asked, but not for how long the caller waits', async () => {
    const headers = { 'idempotency-key': 'query' };
    const first = await post(house.root, `${STAGING}/things?a=1&wait=1s`, { name: 'asked' }, headers);
    const again = await post(house.root, `${STAGING}/things?a=1&wait=2s`, { name: 'asked' }, headers);
    expect([first.status, again.status, again.headers.get('idempotency-replayed')]).toEqual([
      first.status,
      first.status,
      'true',
    ]);
    expect((await post(house.root, `${STAGING}/things?a=2`, { name: 'asked' }, headers)).status).toBe(422);
  });

  it('runs a repeated request once and gives the first answer, without its secret', async () => {
    const before = runs;
    const headers = { 'idempotency-key': 'one' };
    const first = await post(house.root, `${STAGING}/things`, { name: 'once' }, headers);
    const second = await post(house.root, `${STAGING}/things`, { name: 'once' }, headers);
    const [{ body: was }, { body: is }] = [await readAnswer(first), await readAnswer(second)];
    expect([first.status, second.status, runs]).toEqual([201, 201, before + 1]);
    expect(was.secret).toMatch(/^turnout_server_/);
    expect(is).toMatchObject({ name: 'once', run: was.run, secret: null });
    expect(is.secretNotice).toContain('not stored');
    const { rows } = await storedAnswers();
    expect(JSON.stringify(rows)).not.toContain(was.secret.slice(30, 60));
  });

  it('is scoped by principal, method and path, and refuses another body', async () => {
    const headers = { 'idempotency-key': 'scoped' };
    const editor = await house.newToken(['editor'], shop.projectId);
    const before = runs;
    await post(house.root, `${STAGING}/things`, { name: 'once' }, headers);
    await post(editor, `${STAGING}/things`, { name: 'other body' }, headers);
    await post(house.root, '/api/v1/projects/shop/things', { name: 'other body' }, headers);
    expect(runs).toBe(before + 3);
    const other = await post(house.root, `${STAGING}/things`, { name: 'twice' }, headers);
    expect([other.status, (await readAnswer(other)).body.code]).toEqual([422, 'idempotency_mismatch']);
  });

  it('runs concurrent duplicates once', async () => {
    const before = runs;
    const all = await Promise.all(
      Array.from({ length: 5 }, () =>
        post(house.root, `${STAGING}/things`, { name: 'race' }, { 'idempotency-key': 'race' }),
      ),
    );
    expect(all.map((answer) => answer.status)).toEqual([201, 201, 201, 201, 201]);
    expect(runs).toBe(before + 1);
  });

  it('does not keep a refusal, and refuses a key that is no token', async () => {
    const headers = { 'idempotency-key': 'refused' };
    expect((await post(house.root, `${STAGING}/things`, { name: 'a' }, headers)).status).toBe(422);
    expect((await post(house.root, `${STAGING}/things`, { name: 'ab' }, headers)).status).toBe(201);
    expect((await post(house.root, `${STAGING}/things`, { name: 'ab' }, { 'idempotency-key': 'a b' })).status).toBe(
      422,
    );
  });
});

async function storedAnswers(): Promise<{ rows: unknown }> {
  const { idempotentAnswers } = await import('../database/tables.ts');
  return { rows: await database.db.select().from(idempotentAnswers) };
}
