import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { contextHash } from '@turnout/core';
import { afterEach, describe, expect, it } from 'vitest';
import { recordLines } from './lines.fixture.ts';
import type { TurnoutOptions } from './options.ts';
import { Turnout } from './turnout.ts';

const KEY = 'turnout_client_abc_0123456789012345678901234567890123456789012_abcdef';
const USER = { targetingKey: 'u' };
const ITEMS = {
  a: { key: 'a', value: true, variant: 'on', reason: 'STATIC' },
  o: { key: 'o', reason: 'DISABLED' },
};
const REPORTS = '/client/v1/reports';
const VALUES = '/client/v1/values';
const NOTHING = { to: 'e.1~0', removed: [], held: {}, settled: [] };
/** The first event of a stream, of which no more need come. */
const FIRST = `data: ${JSON.stringify({ ...NOTHING, flags: ITEMS, tag: 't', ageMs: 0, beatMs: 60_000, retryMs: 0 })}\n\n`;
const SOON = { timeout: 10_000, interval: 5 };
const clients: Turnout[] = [];
const servers: http.Server[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** A client without a server, unless an address is given. */
function connect(options: Partial<TurnoutOptions> = {}) {
  const { logger, lines } = recordLines();
  const turnout = new Turnout({
    url: 'http://127.0.0.1:1',
    key: KEY,
    context: USER,
    logger,
    storage: false,
    ...options,
  });
  clients.push(turnout);
  return { turnout, lines };
}

function storageOf(content: Record<string, string> = {}) {
  const map = new Map(Object.entries(content));
  return {
    map,
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
    removeItem: (key: string) => void map.delete(key),
  };
}

const kept = (at: number, context = USER) =>
  JSON.stringify([contextHash(context), at, { items: ITEMS, held: {}, state: 'e.1~0', ageMs: 5 }]);

/** Takes reports and opens streams, but for requests whose token has expired. Streams say what they are given. */
async function serve({ isGood = (_token: unknown): boolean => true, stream = FIRST, newest = 1 } = {}) {
  const bodies: { path: string; headers: http.IncomingHttpHeaders; body: Record<string, unknown> }[] = [];
  const streams = new Set<http.ServerResponse>();
  const server = http.createServer(async (request, response) => {
    let text = '';
    for await (const piece of request.setEncoding('utf8')) text += piece;
    const body = JSON.parse(text || '{}');
    bodies.push({ path: request.url ?? '', headers: request.headers, body });
    if (!isGood(body.contextToken)) return response.writeHead(401, { 'turnout-context-error': 'expired' }).end();
    if (request.url === REPORTS) return response.writeHead(202).end();
    if (Number(body.from?.split(/[.~]/)[1] ?? 0) > newest) return response.writeHead(503, { 'retry-after': '1' }).end();
    streams.add(response);
    response.on('close', () => streams.delete(response));
    response.writeHead(200).write(stream);
    return body.isOnce && response.end();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, bodies, streams };
}

describe('before any server was heard, a client', () => {
  it('answers from a bootstrap for its context, and tells off from missing and from another type', () => {
    const bootstrap = {
      v: 1 as const,
      position: 'e.7',
      contextHash: contextHash(USER),
      flags: { a: { value: true, variant: 'on', reason: 'STATIC' as const }, o: { reason: 'DISABLED' as const } },
    };
    const { turnout, lines } = connect({ bootstrap });
    expect(turnout.evaluate('a', false)).toEqual({
      key: 'a',
      value: true,
      variant: 'on',
      reason: 'STATIC',
      metadata: {},
    });
    expect(turnout.evaluate('a', false)).toBe(turnout.evaluate('a', true));
    expect(turnout.evaluate('o', 'coded')).toEqual({ key: 'o', value: 'coded', reason: 'DISABLED', metadata: {} });
    expect(turnout.evaluate('o', 'coded')).toBe(turnout.evaluate('o', 'coded'));
    expect(turnout.evaluate('none', 1)).toMatchObject({ value: 1, reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND' });
    expect(turnout.string('a', 'text' as never)).toBe('text');
    expect(turnout.all()).toMatchObject({ a: { value: true }, o: { reason: 'DISABLED' } });
    expect(turnout.status()).toEqual({
      state: 'connecting',
      source: 'bootstrap',
      position: 'e.7',
      ageMs: expect.any(Number),
    });
    expect(lines).toHaveLength(2);
    const other = connect({ bootstrap, context: { targetingKey: 'v' } });
    expect(other.turnout.evaluate('a', false)).toMatchObject({ value: false, errorCode: 'PROVIDER_NOT_READY' });
    expect(other.lines).toEqual([expect.stringContaining('another context')]);
  });

  it('answers from storage, which says that it is stale, and knows its age', () => {
    const { turnout } = connect({ storage: storageOf({ 'turnout:abc': kept(Date.now() - 1_000) }) });
    expect(turnout.evaluate('a', false)).toMatchObject({ value: true, reason: 'STALE' });
    expect(turnout.evaluate('a', false)).toBe(turnout.evaluate('a', false));
    expect(turnout.status()).toMatchObject({ source: 'storage', position: 'e.1' });
    expect(turnout.status().ageMs).toBeGreaterThanOrEqual(1_005);
    const future = connect({ storage: storageOf({ 'turnout:abc': kept(Date.now() + 60_000) }) });
    expect([future.turnout.boolean('a', false), future.turnout.status().ageMs]).toEqual([true, null]);
  });

  it.each([
    ['is broken', 'x'],
    ['has another shape', '[1]'],
    ['is of another context', kept(0, { targetingKey: 'v' })],
  ])('leaves out storage that %s', (_what, content) => {
    const { turnout, lines } = connect({ storage: storageOf({ 'turnout:abc': content }) });
    expect(turnout.status().source).toBe('defaults');
    expect(lines).toEqual([]);
  });

  it('gives an unnamed visitor the same key on each page, and without storage one for the page', async () => {
    const { url, bodies } = await serve();
    const storage = storageOf();
    const broken = { getItem: () => fail(), setItem: () => fail(), removeItem: () => fail() };
    for (const store of [storage, storage, broken]) {
      const { turnout } = connect({ url, context: { plan: 'pro' }, storage: store });
      expect((await turnout.ready()).source).toBe('server');
    }
    const asked = bodies.filter(({ path }) => path === VALUES);
    const [one, two, three] = asked.map(({ body }) => (body.context as typeof USER).targetingKey);
    expect([one === two, two === three]).toEqual([true, false]);
    expect(one).toMatch(/^[0-9a-f]{32}$/);
  });

  it.each([
    ['nothing', undefined],
    ['no address and no key', {}],
    ['what is none', { url: 'x', key: 7, context: null }],
    ['a logger and a storage that throw', { logger: { warn: fail, error: fail }, storage: { getItem: fail } }],
  ])('throws nothing when it is made of %s', async (_what, options) => {
    const quiet = options && { logger: false, ...options };
    const turnout = new Turnout(quiet as unknown as TurnoutOptions);
    clients.push(turnout);
    const cyclic: Record<string, never> = {};
    Object.assign(cyclic, { cyclic });
    expect(turnout.object('a', cyclic)).toBe(cyclic);
    expect(turnout.evaluate(7 as never, 'x')).toMatchObject({ value: 'x' });
    turnout.track(undefined as never, null as never);
    expect(await turnout.ready({ timeoutMs: 300 })).toMatchObject({ source: 'defaults', position: null });
  });
});

describe('a client of a server', () => {
  it('reports what was asked, for whom, and what was tracked; who comes next is told apart', async () => {
    const { url, bodies } = await serve();
    const { turnout } = connect({ url });
    await turnout.ready();
    for (let i = 0; i < 3; i++) turnout.boolean('a', false);
    turnout.string('o', 'coded');
    turnout.track('paid', { value: 2.5 });
    turnout.track('paid');
    for (const value of [2e15, Number.NaN, '7' as never]) turnout.track('odd', { value });
    await turnout.setContext({ targetingKey: 'v' });
    turnout.boolean('a', false);
    await turnout.flush();
    const reports = bodies.filter(({ path }) => path === REPORTS);
    expect(reports[0]?.headers['content-type']).toMatch(/^text\/plain/);
    expect(reports.map(({ body }) => body)).toMatchObject([
      {
        key: KEY,
        batchId: expect.stringMatching(/^[0-9a-f]{32}$/),
        context: USER,
        position: 'e.1',
        flags: [
          { flag: 'a', variants: { on: 3 }, coded: 0 },
          { flag: 'o', variants: {}, coded: 1 },
        ],
        events: [
          { event: 'paid', count: 2, valued: 1, sum: 2.5 },
          { event: 'odd', count: 3, valued: 0, sum: 0 },
        ],
      },
      { context: { targetingKey: 'v' }, flags: [{ flag: 'a', variants: { on: 1 }, coded: 0 }], events: [] },
    ]);
  });

  it('reports what was shown by the token of whom it was shown to', async () => {
    const { url, bodies } = await serve();
    const { turnout } = connect({ url, context: {}, contextToken: 'of ada' });
    await turnout.ready();
    turnout.boolean('a', false);
    await turnout.setContext({}, { contextToken: 'of bob' });
    turnout.boolean('a', false);
    await turnout.flush();
    const reports = bodies.filter(({ path }) => path === REPORTS);
    expect(reports.map(({ body }) => body.contextToken)).toEqual(['of ada', 'of bob']);
  });

  it('asks for another token when the server says that it has expired', async () => {
    const { url, bodies } = await serve({ isGood: (token) => token === 'token 2' });
    let asked = 0;
    const { turnout } = connect({ url, context: {}, contextToken: async () => `token ${++asked}` });
    expect((await turnout.ready()).source).toBe('server');
    expect(asked).toBe(2);
    expect(bodies[0]?.body.context).toEqual({});
    await turnout.setContext({}, { contextToken: 'token 2' });
    expect(bodies.at(-1)?.body.contextToken).toBe('token 2');
  });

  it('reports with another token where the former one has expired meanwhile, and each visitor with their own', async () => {
    let good = 'token 1';
    let asked = 0;
    const { url, bodies } = await serve({ isGood: (token) => token === good || token === 'of v' });
    const { turnout } = connect({ url, context: {}, contextToken: () => `token ${++asked}` });
    const reported = () =>
      bodies.filter(({ path }) => path === REPORTS).map(({ body: { contextToken, flags } }) => [contextToken, flags]);
    await turnout.ready();
    good = 'token 2';
    turnout.boolean('a', false);
    await turnout.flush();
    const flags = [{ flag: 'a', variants: { on: 1 }, coded: 0 }];
    expect(reported()).toEqual([
      ['token 1', flags],
      ['token 2', flags],
    ]);
    turnout.boolean('a', false);
    await turnout.setContext({}, { contextToken: 'of v' });
    turnout.boolean('a', false);
    await turnout.flush();
    expect(reported().slice(2)).toEqual([
      ['token 2', flags],
      ['of v', flags],
    ]);
  });

  it('does not go back behind what it began with', async () => {
    const { url, bodies } = await serve();
    const flags = { a: { value: false, variant: 'off', reason: 'STATIC' as const } };
    const { turnout } = connect({ url, bootstrap: { v: 1, position: 'e.7', contextHash: contextHash(USER), flags } });
    expect(await turnout.ready({ timeoutMs: 300 })).toMatchObject({
      source: 'bootstrap',
      error: { code: 'unreachable' },
    });
    expect([bodies[0]?.path, bodies[0]?.body.from]).toEqual([VALUES, 'e.7']);
    expect([turnout.boolean('a', true), turnout.status().position]).toEqual([false, 'e.7']);
  });

  it('asks by a post of text with the key in it, which needs no preflight', async () => {
    const { url, bodies } = await serve();
    const { turnout } = connect({ url });
    await turnout.ready();
    expect(bodies[0]?.headers).toMatchObject({ 'content-type': expect.stringMatching(/^text\/plain/) });
    expect(Object.keys(bodies[0]?.headers ?? {}).filter((name) => /^(authorization|turnout|x-)/.test(name))).toEqual(
      [],
    );
    expect(bodies[0]?.body).toEqual({ key: KEY, sdk: 'browser/0.1.0', context: USER, held: [], isOnce: false });
  });

  it('keeps what kills lie over its values, so that another page of the visitor does not lose them', async () => {
    const off = { a: { key: 'a', value: false, variant: 'off', reason: 'DEFAULT' } };
    const killed = `data: ${JSON.stringify({ ...NOTHING, to: 'e.1~k', flags: {}, held: { k: off } })}\n\n`;
    const { url, bodies } = await serve({ stream: FIRST + killed });
    const storage = storageOf();
    const { turnout } = connect({ url, storage });
    await expect.poll(() => turnout.boolean('a', true), SOON).toBe(false);
    await turnout.close();
    const { url: elsewhere } = await serve();
    const next = connect({ url: elsewhere, storage }).turnout;
    expect(next.boolean('a', true)).toBe(false);
    expect((await next.ready()).source).toBe('server');
    expect([next.boolean('a', true), next.boolean('o', true)]).toEqual([false, true]);
    expect(bodies[0]?.body.held).toEqual([]);
  });

  it('closes its stream when it is closed', async () => {
    const { url, streams } = await serve();
    const { turnout } = connect({ url });
    await expect.poll(() => [turnout.status().state, streams.size], SOON).toEqual(['live', 1]);
    await turnout.close();
    await expect.poll(() => streams.size, SOON).toBe(0);
  });

  it('gives a stream up that says what cannot be read, and opens another', async () => {
    const { url, bodies } = await serve({ stream: `${FIRST}event: values\ndata: {\n\n` });
    const { turnout, lines } = connect({ url });
    await turnout.ready();
    await expect.poll(() => bodies.filter(({ path }) => path === VALUES).length, SOON).toBeGreaterThan(1);
    expect([turnout.boolean('a', false), lines]).toEqual([true, []]);
  });
});

function fail(): never {
  throw new Error('it fails');
}
