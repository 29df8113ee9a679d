import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Answered, readAnswer, type TestHouse, testHouse } from '../access/house.fixture.ts';
import { checkMayChange } from '../access/may-change.ts';
import { testDoor } from '../changes/door.fixture.ts';
import { seedProject } from '../changes/seed.fixture.ts';
import { changePayloads, sources } from '../database/tables.ts';
import { openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { openOutbound } from '../platform/outbound.ts';
import { Secrets } from '../platform/secrets.ts';
import { askSource } from './ask-source.ts';
import { sourceRoutes } from './source-routes.ts';

const SECRET = 'a-secret-of-this-test-that-has-32-bytes';
const AT = new Date('2026-01-31T12:00:00Z');

describe('sources of a project', () => {
  let database: TestDatabase;
  let house: TestHouse;
  let projectId: number;
  let ask: (
    method: string,
    path: string,
    body?: unknown,
    how?: { secret?: string; ifMatch?: string },
  ) => Promise<Answered>;
  let server: Server;
  let url = '';
  const heard: (string | undefined)[] = [];
  /** Answers that are kept back until a test gives them. */
  const waiting: (() => void)[] = [];
  const named = new Map<string, string[]>();
  const secrets = Secrets.open({ dataDir: '/nowhere', fromEnv: SECRET });
  const outbound = () => openOutbound({ allowed: [{ host: '127.0.0.1', port: Number(new URL(url).port) }] });

  beforeAll(async () => {
    database = await openTestDatabase();
    ({ projectId } = await seedProject(database.db, 'shop', ['staging'], []));
    await seedProject(database.db, 'other', ['staging'], []);
    house = await testHouse(database);
    // It only writes down what it is asked with; what Prometheus answers is read from a real one (journeys/).
    server = createServer((request, response) => {
      heard.push(request.headers.authorization, request.url);
      const answer = () => response.end('{"status":"success","data":{"resultType":"scalar","result":[1,"7"]}}');
      if (request.url?.includes('slow')) waiting.push(answer);
      else answer();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const routes = sourceRoutes({
      ...{ door: testDoor(database, [checkMayChange]), secrets, outbound: outbound() },
      namedBy: async (_tx, _projectId, key) => named.get(key) ?? [],
      askedFor: async () => [],
    });
    const app = house.mount({ '/projects/:project': routes });
    ask = async (method, path, body, { secret = house.root, ifMatch } = {}) => {
      const headers: Record<string, string> = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
      if (ifMatch !== undefined) headers['if-match'] = ifMatch;
      const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
      return readAnswer(await app.request(path, init));
    };
  });
  afterAll(async () => {
    server?.close();
    await database?.close();
  });
  const put = (key: string, body: object, how: { secret?: string; ifMatch?: string } = {}) =>
    ask('PUT', `/projects/shop/sources/${key}`, { kind: 'prometheus', url, ...body }, { ifMatch: '*', ...how });

  it('are made and replaced by admins; everybody who may read sees them, and nobody sees their secret', async () => {
    const made = await put('prometheus', { auth: { kind: 'bearer', token: 'their-token' } });
    expect([made.status, made.etag, made.body.change.seq]).toEqual([200, '"v1"', 1]);
    expect(made.body.source).toMatchObject({ key: 'prometheus', url, auth: { kind: 'bearer' }, version: 1 });
    const viewer = await house.newToken(['viewer'], projectId);
    const read = await ask('GET', '/projects/shop/sources/prometheus', undefined, { secret: viewer });
    expect(read.body).toEqual(made.body.source);
    expect((await ask('GET', '/projects/shop/sources')).body.items).toEqual([read.body]);
    expect((await ask('GET', '/projects/other/sources')).body.items).toEqual([]);
    expect((await ask('GET', '/projects/other/sources/prometheus')).status).toBe(404);
    const kept = JSON.stringify([
      await database.db.select().from(changePayloads),
      await database.db.select().from(sources),
    ]);
    expect(kept).not.toContain('their-token');
    const editor = await house.newToken(['editor', 'release-manager'], projectId);
    expect((await put('prometheus', {}, { secret: editor })).status).toBe(403);
    expect((await put('prometheus', {}, { ifMatch: '"v9"' })).status).toBe(412);
    expect((await put('nothing', {}, { ifMatch: '"v1"' })).status).toBe(404);
  });

  it('are asked with their secret by whoever may change something, and answer one number', async () => {
    const at = (path: string, secret?: string) =>
      ask('GET', `/projects/shop/sources/${path}`, undefined, secret === undefined ? {} : { secret });
    const editor = await house.newToken(['editor'], projectId);
    const tried = await at('prometheus/try?query=up%20%2B%201', editor);
    expect(tried.body).toEqual({ at: expect.any(String), answer: { kind: 'value', value: 7 } });
    expect(heard[0]).toBe('Bearer their-token');
    expect(heard[1]).toMatch(/^\/api\/v1\/query\?query=up\+%2B\+1&time=[\d.]+&timeout=4s$/);
    expect((await at('prometheus/try?query=up', await house.newToken(['viewer'], projectId))).status).toBe(403);
    expect((await at('nothing/try?query=up')).status).toBe(404);
    expect((await at('prometheus/try?query=')).body.errors[0].path).toBe('/query/query');
  });

  it('keep their secret where it is left out, and ask for it again where it would go to somebody else', async () => {
    const path = await put('prometheus', { url: `${url}/behind/`, auth: { kind: 'bearer' } });
    expect(path.body.source).toMatchObject({ url: `${url}/behind/`, auth: { kind: 'bearer' }, version: 2 });
    heard.length = 0;
    const answer = await askSource(
      { db: database.db, outbound: outbound(), secrets },
      projectId,
      'prometheus',
      'x',
      AT,
    );
    expect([answer, heard[0], heard[1]?.split('?')[0]]).toEqual([
      ...[{ kind: 'value', value: 7 }, 'Bearer their-token', '/behind/api/v1/query'],
    ]);
    const away = await put('prometheus', { url: 'https://evil.example', auth: { kind: 'bearer' } });
    expect([away.status, away.body.errors[0].path]).toEqual([422, '/auth/token']);
    const other = await put('prometheus', { auth: { kind: 'basic', user: 'us' } });
    expect([other.status, other.body.errors[0].path]).toEqual([422, '/auth/password']);
    const basic = await put('prometheus', { auth: { kind: 'basic', user: 'us', password: 'pass word' } });
    expect(basic.body.source.auth).toMatchObject({ kind: 'basic', user: 'us' });
    await askSource({ db: database.db, outbound: outbound(), secrets }, projectId, 'prometheus', 'x', AT);
    expect(heard.at(-2)).toBe(`Basic ${Buffer.from('us:pass word').toString('base64')}`);
    const read = await ask('GET', '/projects/shop/sources/prometheus');
    const back = await put('prometheus', read.body, { ifMatch: read.etag ?? '' });
    expect([back.status, back.body.change]).toEqual([200, undefined]);
  });

  it('that cannot be asked answer why: an unknown one, another secret, an address that nobody allowed', async () => {
    const parts = { db: database.db, outbound: outbound(), secrets };
    const messageOf = async (over: Partial<typeof parts>, key = 'prometheus') => {
      const answer = await askSource({ ...parts, ...over }, projectId, key, 'x', AT);
      return answer.kind === 'error' ? answer.message : answer;
    };
    expect(await messageOf({}, 'nothing')).toMatch(/no source nothing/);
    const foreign = Secrets.open({ dataDir: '/nowhere', fromEnv: `another-${SECRET}` });
    expect(await messageOf({ secrets: foreign })).toMatch(/does not open/);
    expect(await messageOf({ outbound: openOutbound({ allowed: [] }) })).toMatch(/not public/);
  });

  it('are refused with each wrong field named, and then nothing has changed', async () => {
    const wrong: [object, string][] = [
      [{ kind: 'graphite' }, '/kind'],
      [{ url: 'ftp://prometheus' }, '/url'],
      [{ url: 'https://me:secret@prometheus.example' }, '/url'],
      [{ url: 'https://prometheus.example/?x=1' }, '/url'],
      [{ auth: { kind: 'bearer', token: 'two\nlines' } }, '/auth/token'],
      [{ auth: { kind: 'basic', user: 'a:b', password: 'p' } }, '/auth/user'],
      [{ auth: { kind: 'digest' } }, '/auth/kind'],
      [{ passwort: 'x' }, '/passwort'],
    ];
    for (const [body, path] of wrong) {
      const { status, body: problem } = await put('fresh', body);
      expect([body, status, problem.errors?.[0]?.path]).toEqual([body, 422, path]);
    }
    expect((await ask('GET', '/projects/shop/sources')).body.items).toHaveLength(1);
  });

  it('are deleted where no policy asks them', async () => {
    named.set('prometheus', ['web-standard']);
    const path = '/projects/shop/sources/prometheus';
    const refused = await ask('DELETE', path, {});
    expect([refused.status, refused.body.code]).toEqual([409, 'wrong_state']);
    expect(refused.body.detail).toContain('web-standard');
    named.clear();
    expect((await ask('DELETE', path, { reason: 'moved' })).body).toMatchObject({ source: 'prometheus', change: {} });
    expect((await ask('DELETE', path, {})).status).toBe(404);
  });

  it('are tried by few at once, so that nobody keeps this node busy with waiting for others', async () => {
    await put('prometheus', {});
    const tries = Array.from({ length: 12 }, () => ask('GET', '/projects/shop/sources/prometheus/try?query=slow'));
    await vi.waitFor(() => expect(waiting).toHaveLength(8), { timeout: 4_000 });
    for (const answer of waiting.splice(0)) answer();
    const codes = (await Promise.all(tries)).map(({ status, body }) => body.code ?? status).sort();
    expect(codes).toEqual([...Array(8).fill(200), ...Array(4).fill('busy')]);
    const again = await ask('GET', '/projects/shop/sources/prometheus/try?query=up');
    expect(again.body.answer).toEqual({ kind: 'value', value: 7 });
  });
});
