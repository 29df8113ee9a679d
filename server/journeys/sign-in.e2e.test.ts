import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPostgres, openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { prepareProject, type ServerProcess, startServer } from './server-process.fixture.ts';

const ADA = { login: 'ada', name: 'Ada', password: 'correct horse battery staple' };

/** Somebody's browser at a page of this server. */
async function send(url: string, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      'sec-fetch-site': 'same-origin',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const cookie = response.headers.get('set-cookie') ?? '';
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text), cookie };
}
const pairOf = (cookie: string) => cookie.split(';')[0] ?? '';

function setupTokenOf({ dataDir }: ServerProcess): string {
  return /\/setup#(\S+)/.exec(readFileSync(join(dataDir, 'first-start'), 'utf8'))?.[1] ?? '';
}

async function setUp(server: ServerProcess): Promise<string> {
  const { status, cookie } = await send(server.url, 'POST', '/setup', { token: setupTokenOf(server), ...ADA });
  expect(status).toBe(201);
  return pairOf(cookie);
}

describe('signing in at a server on this machine', () => {
  let server: ServerProcess;
  let cookie: string;
  beforeAll(async () => {
    server = await startServer();
    await prepareProject(server, 'p', ['f']);
    cookie = await setUp(server);
  }, 120_000);
  afterAll(() => server?.remove());

  it('the setup link is in a file for its owner’s eyes alone, and in no log', async () => {
    expect(statSync(join(server.dataDir, 'first-start')).mode & 0o777).toBe(0o600);
    expect(setupTokenOf(server)).toMatch(/^turnout_link_/);
    expect(server.log()).not.toContain(setupTokenOf(server));
    expect(server.log()).not.toContain(cookie.split('=')[1]);
  });

  it('a restart with an administrator takes the link away, and signs nobody out', async () => {
    await server.stop();
    await server.start();
    expect(setupTokenOf(server)).toBe('');
    expect((await send(server.url, 'GET', '/me', undefined, { cookie })).status).toBe(200);
  });

  it('the session’s cookie is for scripts of no page and requests of no other site', async () => {
    const signedIn = await send(server.url, 'POST', '/session', ADA_SIGNS_IN);
    expect(signedIn.cookie).toMatch(/^turnout=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax$/);
    expect(pairOf(signedIn.cookie)).not.toBe(cookie);
  });

  it('cross-site forms, text and posts get 403, and change nothing', async () => {
    const path = '/projects/p/environments/production/flags/f/off';
    const before = await send(server.url, 'GET', '/projects/p/changes?limit=1', undefined, { cookie });
    const posts: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site', 'content-type': 'application/x-www-form-urlencoded' },
      { 'sec-fetch-site': 'cross-site', 'content-type': 'text/plain' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-origin', 'content-type': 'text/plain' },
    ];
    for (const headers of posts) {
      const { status, body } = await send(server.url, 'POST', path, { reason: 'evil' }, { cookie, ...headers });
      expect({ status, code: body.code }).toEqual({ status: 403, code: 'cross_site' });
    }
    const after = await send(server.url, 'GET', '/projects/p/changes?limit=1', undefined, { cookie });
    expect(after.body.items).toEqual(before.body.items);
  });

  it('wrong passwords neither lock the owner out nor slow evaluation', async () => {
    const key = await server.api('POST', '/projects/p/environments/production/keys', { kind: 'server', name: 'app' });
    const evaluate = async () => {
      const from = performance.now();
      const response = await fetch(`${server.url}/ofrep/v1/evaluate/flags/f`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key.body.secret}`, 'content-type': 'application/json' },
        body: JSON.stringify({ context: { targetingKey: 'u' } }),
      });
      expect(response.status).toBe(200);
      await response.arrayBuffer();
      return performance.now() - from;
    };
    const guess = (at: number) =>
      send(server.url, 'POST', '/session', { login: 'ada', password: `guess ${at}` }).then(({ status }) => status);
    const guessing = Promise.all(Array.from({ length: 200 }, (_, at) => guess(at)));
    const took: number[] = [];
    for (let at = 0; at < 50; at++) took.push(await evaluate());
    const statuses = await guessing;
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    // Few of them cost a hash; the rest was told to wait.
    expect(statuses.filter((status) => status === 401).length).toBeLessThan(10);
    expect(took.sort((a, b) => a - b)[25]).toBeLessThan(100);
    // Who is signed in goes on, and nobody locked the account.
    expect((await send(server.url, 'GET', '/me', undefined, { cookie })).status).toBe(200);
    await expect
      .poll(async () => (await send(server.url, 'POST', '/session', ADA_SIGNS_IN)).status, { timeout: 40_000 })
      .toBe(200);
  });

  it('somebody who may only kill sees exactly that, and can', async () => {
    const made = await send(
      server.url,
      'POST',
      '/projects/p/members',
      { login: 'kim', roles: ['killer'], environment: 'production' },
      { cookie },
    );
    const accepted = await send(server.url, 'POST', '/invitations', {
      ...{ token: made.body.invitation.token, password: 'another good password' },
    });
    const kim = { cookie: pairOf(accepted.cookie) };
    const [project] = accepted.body.projects;
    expect(project.environments.map((one: { key: string }) => one.key)).toEqual(['production']);
    expect(project.environments[0].may).toMatchObject({
      ...{ kill: { yes: true }, safe: { yes: true }, grow: { yes: false, why: expect.any(String) } },
      ...{ restore: { yes: false }, admin: { yes: false } },
    });
    const flag = '/projects/p/environments/production/flags/f';
    expect((await send(server.url, 'POST', `${flag}/kill`, { reason: 'it burns' }, kim)).status).toBe(200);
    expect((await send(server.url, 'POST', `${flag}/restore`, { reason: 'it is out' }, kim)).status).toBe(200);
    expect((await send(server.url, 'POST', `${flag}/off`, { reason: 'for today' }, { cookie })).status).toBe(200);
    expect((await send(server.url, 'POST', `${flag}/on`, { reason: 'more' }, kim)).status).toBe(403);
    const { body } = await send(server.url, 'GET', '/projects/p/changes?limit=3', undefined, kim);
    const names = body.items.map((one: { actorName: string }) => one.actorName);
    expect(names).toEqual([ADA.name, 'kim', 'kim']);
  });
});

const ADA_SIGNS_IN = { login: ADA.login, password: ADA.password };

describe.skipIf(!hasPostgres)('signing out of one of two nodes', () => {
  let database: TestDatabase;
  let nodes: ServerProcess[] = [];
  beforeAll(async () => {
    database = await openTestDatabase('postgres');
    const settings = {
      DATABASE_URL: database.url ?? '',
      TURNOUT_SECRET: 'a-secret-of-tests-that-has-32-bytes-or-more',
    };
    nodes = [await startServer(settings), await startServer(settings)];
    await prepareProject(nodes[0] as ServerProcess, 'p', ['f']);
  }, 120_000);
  afterAll(async () => {
    for (const node of nodes) await node.remove();
    await database?.close();
  });

  it('a copied cookie fails everywhere within five seconds, and the open stream of a screen ends', async () => {
    const [here, there] = nodes as [ServerProcess, ServerProcess];
    const cookie = await setUp(here);
    // The other node has not heard of the session yet, or has: either way it knows it.
    expect((await send(there.url, 'GET', '/me', undefined, { cookie })).status).toBe(200);
    const stream = await fetch(`${there.url}/api/v1/projects/p/events`, {
      headers: { cookie, 'sec-fetch-site': 'same-origin' },
    });
    expect(stream.status).toBe(200);
    const ended = stream.text();
    const from = Date.now();
    expect((await send(here.url, 'POST', '/session/end-all', {}, { cookie })).status).toBe(204);
    expect((await send(here.url, 'GET', '/me', undefined, { cookie })).status).toBe(401);
    await expect
      .poll(async () => (await send(there.url, 'GET', '/me', undefined, { cookie })).status, { timeout: 5_000 })
      .toBe(401);
    expect(await ended).toMatch(/event: revoked\n/);
    expect(Date.now() - from).toBeLessThan(5_000);
  });
});
