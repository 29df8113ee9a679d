import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openOutbound } from '../platform/outbound.ts';
import { Secrets } from '../platform/secrets.ts';
import { openRequests, type RequestWorld } from '../requests/requests.fixture.ts';
import { sourceDrafts } from './source-drafts.ts';
import { sourceRoutes } from './source-routes.ts';

const OURS = { kind: 'prometheus', url: 'https://prometheus.example' };
const AWAY = { kind: 'prometheus', url: 'https://elsewhere.example' };
const PATH = '/sources/prometheus';

describe('a source that a live rollout goes by', () => {
  let world: RequestWorld;
  let flags: string[] = [];
  type Person = Awaited<ReturnType<RequestWorld['person']>>;
  let [ada, ben] = [] as unknown as [Person, Person];
  beforeAll(async () => {
    const askedFor = async () => flags;
    const secrets = Secrets.open({ dataDir: '/nowhere', fromEnv: 'a-secret-of-this-test-that-has-32-bytes' });
    world = await openRequests([], (door) => {
      const parts = { door, secrets, outbound: openOutbound({ allowed: [] }), askedFor, namedBy: async () => flags };
      return { routes: [sourceRoutes(parts)], kinds: sourceDrafts(askedFor) };
    });
    [ada, ben] = [await world.person('Ada', ['admin']), await world.person('Ben', ['admin'])];
  });
  afterAll(() => world?.database.close());
  beforeEach(async () => {
    flags = [];
    expect((await put({ ...OURS, auth: { kind: 'bearer', token: 'first' } })).status).toBe(200);
    flags = ['new-cart'];
  });

  const put = (body: object, who = ada) => world.ask(who, 'PUT', PATH, body, { 'if-match': '*' });
  const shown = async () => (await world.ask(ada, 'GET', PATH)).body;
  const request = (body: object) =>
    world.ask(ada, 'POST', '/requests', {
      ...{ title: 'Moved', reason: 'Its host is new', items: [{ method: 'PUT', path: PATH, body }] },
    });

  it('is pointed elsewhere by nobody alone, and the answer names the flags; root says why', async () => {
    const alone = await put(AWAY);
    expect([alone.status, alone.body.code]).toEqual([409, 'approval_required']);
    expect(alone.body.detail).toContain('new-cart');
    const unsealed = await put({ ...AWAY, auth: { kind: 'bearer' } });
    expect([unsealed.status, unsealed.body.code]).toEqual([409, 'approval_required']);
    const path = await put({ ...OURS, url: `${OURS.url}/other`, auth: { kind: 'bearer' } });
    expect(path.body.code).toBe('approval_required');
    expect((await shown()).url).toBe(OURS.url);
    expect((await put(AWAY, world.root)).body.errors[0].path).toBe('/reason');
    expect((await put({ ...AWAY, reason: 'Its host is gone' }, world.root)).status).toBe(200);
  });

  it('is asked with another secret by one admin, at once: one that leaked waits for nobody', async () => {
    const { version } = await shown();
    expect((await put({ ...OURS, auth: { kind: 'bearer', token: 'second' } })).status).toBe(200);
    expect((await put({ ...OURS, auth: { kind: 'basic', user: 'us', password: 'third' } })).status).toBe(200);
    expect((await shown()).version).toBe(version + 2);
  });

  it('is pointed elsewhere by a request that a second admin approves, and that holds no secret', async () => {
    const secret = await request({ ...AWAY, auth: { kind: 'bearer', token: 'first' } });
    expect([secret.status, secret.body.errors[0].path]).toEqual([422, '/items/0/body/auth/token']);
    const asked = await request(AWAY);
    expect(asked.body.request).toMatchObject({ kind: 'protection', state: 'open' });
    const { id, hash } = asked.body.request;
    const apply = () => world.ask(ada, 'POST', `/requests/${id}/apply`, {});
    expect((await apply()).body.code).toBe('approval_required');
    expect((await world.ask(ben, 'POST', `/requests/${id}/approve`, { hash })).status).toBe(200);
    expect((await apply()).status).toBe(200);
    expect(await shown()).toMatchObject({ url: AWAY.url, auth: { kind: 'none' } });
    expect((await put({ ...AWAY, auth: { kind: 'bearer', token: 'first' } })).status).toBe(200);
  });
});
