import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StreamReader } from '../delivery/sdk-node.fixture.ts';
import { turnout } from './command-line.fixture.ts';
import { type RunningApps, startApps } from './running-apps.fixture.ts';
import { prepareProject, type ServerProcess, startServer } from './server-process.fixture.ts';

const ROOT_TOKEN = 'a-root-token-for-receipts-that-is-long-enough';
const HOUR_MS = 3_600_000;
const flagPath = (verb: string) => `/projects/p/environments/production/flags/cart/${verb}`;

/** An app in the hands of the test, which says what it likes. */
class ForgingApp {
  readonly instance = randomBytes(16).toString('hex');
  readonly #url: string;
  readonly #key: string;
  stream: StreamReader | undefined;
  token = '';
  position = '';

  constructor(url: string, key: string) {
    this.#url = url;
    this.#key = key;
  }

  async connect(headers: Record<string, string> = {}): Promise<this> {
    this.stream = await StreamReader.open(`${this.#url}/sdk/v1/stream`, { ...this.#headers(), ...headers });
    const hello = (await this.stream.next('hello')).data as { receiptToken: string };
    this.token = hello.receiptToken;
    this.position = ((await this.stream.next('overlay')).data as { position: string }).position;
    return this;
  }

  async send(body: object, over: { token?: string; key?: string; instance?: string } = {}): Promise<number> {
    const response = await fetch(`${this.#url}/sdk/v1/receipts`, {
      method: 'POST',
      headers: {
        ...this.#headers(over.key),
        'content-type': 'application/json',
        'turnout-receipt': over.token ?? this.token,
        ...(over.instance === undefined ? {} : { 'turnout-instance': over.instance }),
      },
      body: JSON.stringify(body),
    });
    await response.arrayBuffer();
    return response.status;
  }

  #headers(key = this.#key): Record<string, string> {
    return { authorization: `Bearer ${key}`, 'turnout-instance': this.instance, 'turnout-host': 'forger' };
  }
}

describe('receipts', () => {
  let server: ServerProcess;
  let serverKey: string;
  let stagingKey: string;
  const apps: RunningApps[] = [];
  const forgers: ForgingApp[] = [];

  beforeAll(async () => {
    server = await startServer({ TURNOUT_ROOT_TOKEN: ROOT_TOKEN });
    ({ serverKey } = await prepareProject(server, 'p', ['cart']));
    const made = await server.api('POST', '/projects/p/environments/staging/keys', { kind: 'server', name: 'app' });
    stagingKey = made.body.secret;
  });
  afterAll(async () => {
    for (const one of apps) one.end();
    for (const { stream } of forgers) stream?.close();
    await server?.remove();
  });

  async function start(hosts: string[], clockOffMs = 0): Promise<RunningApps> {
    const started = await startApps({ url: server.url, key: serverKey, hosts, clockOffMs });
    apps.push(started);
    return started;
  }

  async function forge(key = serverKey, headers: Record<string, string> = {}): Promise<ForgingApp> {
    const app = await new ForgingApp(server.url, key).connect(headers);
    forgers.push(app);
    return app;
  }

  async function made(method: string, path: string, body?: object) {
    const answer = await server.api(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async function instances(): Promise<{ host: string; state: string; why?: string; position: string }[]> {
    return (await server.api('GET', '/projects/p/environments/production/instances')).body.items;
  }

  const run = (...words: string[]) =>
    turnout([...words, '-p', 'p', '-e', 'production'], { TURNOUT_URL: server.url, TURNOUT_KEY: ROOT_TOKEN });

  it('of a flip and of a kill tell how many apps have them in force, and how long that took', async () => {
    await start(['a1', 'a2', 'a3']);
    await expect
      .poll(async () => (await instances()).map(({ host, state }) => `${host} ${state}`).sort())
      .toEqual(['a1 live', 'a2 live', 'a3 live']);
    const off = await server.api('POST', `${flagPath('off')}?wait=20s`, {});
    expect(off.body.receipts).toMatchObject({ live: 3, reached: 3, laggards: [], unknown: [], complete: true });
    const { p50, p99, max } = off.body.receipts;
    expect([p50 >= 0, p50 <= p99, p99 <= max, max < 20_000]).toEqual([true, true, true, true]);
    expect((await instances()).map(({ position }) => position)).toEqual(
      Array(3).fill(off.body.change.environments[0].position),
    );
    const later = await server.api('GET', `/projects/p/changes/${off.body.change.id}/receipts`);
    expect(later.body).toEqual(off.body.receipts);
    const kill = await server.api('POST', `${flagPath('kill')}?wait=20s`, { reason: 'it burns' });
    expect(kill.body.receipts).toMatchObject({ live: 3, reached: 3, laggards: [] });
    const ofKill = await server.api('GET', `/projects/p/environments/production/kills/${kill.body.id}/receipts`);
    expect(ofKill.body).toEqual(kill.body.receipts);
    const restored = await server.api('POST', `${flagPath('restore')}?wait=20s`, {});
    expect(restored.body.receipts).toMatchObject({ live: 3, reached: 3 });
    const patched = await server.api('PATCH', '/projects/p/environments/production/flags/cart?wait=20s', {
      state: 'on',
    });
    expect(patched.body.receipts).toMatchObject({ live: 3, reached: 3 });
  });

  it('are refused a time that is too long or none, and nothing changes', async () => {
    const before = (await server.api('GET', '/projects/p/environments/production/flags/cart')).body.state;
    for (const wait of ['31s', '5', '-1s', 'soon', '30001ms']) {
      const answer = await server.api('POST', `${flagPath('off')}?wait=${wait}`, {});
      expect(answer).toMatchObject({ status: 422, body: { errors: [{ path: '/query/wait' }] } });
    }
    expect((await server.api('GET', '/projects/p/environments/production/flags/cart')).body.state).toBe(before);
  });

  it('name an app that is frozen, with its stream open, and the command line ends with 3', async () => {
    const frozen = await start(['frozen']);
    const served = await run('serve', 'cart', 'on', '--wait', '20s');
    expect(served).toMatchObject({ code: 0 });
    frozen.freeze();
    const killed = await run('kill', 'cart', '--reason', 'it burns', '--wait', '3s');
    expect(killed.code).toBe(3);
    expect(killed.out).toMatch(/3\/4 apps, the last of them after \d+ ms/);
    expect(killed.out).toMatch(/not yet: frozen [0-9a-f]{8} \(stream open, no receipt for \d+ s\)/);
    frozen.wake();
    const restored = await run('restore', 'cart', '--wait=20s');
    expect(restored.code).toBe(0);
    expect(restored.out).toMatch(/4\/4 apps after \d+ ms/);
    const listed = await run('instances');
    expect(listed.out).toContain('production: 4 live, 0 lagging');
    await frozen.close();
    expect((await instances()).map(({ host }) => host)).not.toContain('frozen');
    frozen.end();
  });

  it('of a rollback are printed, and nothing stands before the last known good: no freeze, and no approval', async () => {
    const here = '/projects/p/environments/production';
    const token = async (role: string) =>
      (await made('POST', '/projects/p/tokens', { name: role, roles: [role] })).secret as string;
    const [killer, editor] = [await token('killer'), await token('editor')];
    const stateOf = async () => (await made('GET', `${here}/flags/cart`)).state;
    const back = (key: string, ...words: string[]) =>
      turnout(['rollback', ...words, '-p', 'p', '-e', 'production', '--reason', 'errors'], {
        ...{ TURNOUT_URL: server.url, TURNOUT_KEY: key },
      });
    await made('POST', flagPath('off'), {});
    await made('POST', `${here}/releases`, { tag: 'quiet' });
    await made('POST', flagPath('on'), {});
    await made('POST', '/projects/p/flags', { key: 'banner', type: 'boolean' });
    await made('POST', `${here}/releases`, { tag: 'busy' });
    await made('POST', flagPath('serve'), { variant: 'off' });
    await made('POST', `${here}/flags/banner/on`, {});
    await made('PATCH', here, { protected: true, reason: 'users are there' });

    const split = await back(editor, '--to', 'busy', '--yes');
    expect(split).toMatchObject({ code: 0, out: expect.stringContaining('What goes towards safe went back.') });
    expect(split.out).toMatch(/Rollback of production to busy: what grows \(turnout request show \S+\)/);
    expect((await made('GET', `${here}/flags/banner`)).state).toBe('off');
    expect((await made('GET', `${here}/flags/cart`)).fallthrough).toEqual({ variant: 'off' });

    const to = new Date(Date.now() + HOUR_MS).toISOString();
    const { freeze } = await made('POST', '/projects/p/freezes', { name: 'Sale', to, reason: 'the sale' });
    const tried = await back(killer, '--to', 'known-good', '--dry-run');
    expect(tried).toMatchObject({ code: 0, err: '' });
    expect(tried.out).toContain('production back to quiet, the last known good:\n  cart goes back');
    expect(await stateOf()).toBe('on');
    const done = await back(killer, '--to', 'known-good', '--yes', '--wait', '20s');
    expect(done).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^3\/3 apps after \d+ ms$/m) });
    expect(await stateOf()).toBe('off');

    await made('DELETE', `/projects/p/freezes/${freeze.id}`, { reason: 'over' });
    await made('PATCH', here, { protected: false, reason: 'over' });
    await made('POST', flagPath('on'), {});
  });

  it('make no figure of an app’s clock', async () => {
    const ahead = await start(['ahead'], HOUR_MS);
    const behind = await start(['behind'], -HOUR_MS);
    const off = await server.api('POST', `${flagPath('off')}?wait=20s`, {});
    expect(off.body.receipts).toMatchObject({ live: 5, reached: 5 });
    expect(off.body.receipts.max).toBeLessThan(20_000);
    await Promise.all([ahead.close(), behind.close()]);
  });

  it('that are forged are refused, and count for nothing', async () => {
    const app = await forge();
    const other = await forge();
    const foreign = await forge(stagingKey);
    const [epoch, revision] = app.position.split('.');
    const later = `${epoch}.${Number(revision) + 1}`;
    const here = { position: app.position, overlays: [] };
    expect(await app.send(here)).toBe(204);
    expect(await app.send({ position: later })).toBe(403);
    expect(await app.send({ position: 'elsewhere.1' })).toBe(403);
    expect(await app.send(here, { token: '' })).toBe(403);
    expect(await app.send(here, { token: `${app.token}x` })).toBe(403);
    expect(await app.send(here, { token: other.token })).toBe(403);
    expect(await app.send(here, { token: foreign.token })).toBe(403);
    expect(await app.send(here, { key: stagingKey })).toBe(403);
    expect(await app.send(here, { instance: other.instance })).toBe(403);
    expect(await app.send({ position: 7, overlays: 'all' })).toBe(422);
    const kill = await server.api('POST', '/projects/p/environments/production/keys', { kind: 'client', name: 'web' });
    expect(await app.send(here, { key: kill.body.secret })).toBe(403);
    // Whoever claims at its connect to be ahead is heard of, and counts for nothing that it cannot have been given.
    const boaster = await forge(serverKey, { 'last-event-id': `${epoch}.999999` });
    expect(await boaster.send({ position: `${epoch}.999999` })).toBe(204);
    const on = await server.api('POST', `${flagPath('on')}?wait=2s`, {});
    expect(on.body.receipts).toMatchObject({ live: 6, reached: 3 });
    for (const { stream } of [other, foreign, boaster]) stream?.close();
    app.stream?.close();
    await expect.poll(() => app.send(here)).toBe(403);
  });
});
