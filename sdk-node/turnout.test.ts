import { afterEach, describe, expect, it } from 'vitest';
import { flagOf, HouseServer, killOf, SERVER_KEY } from './house-server.fixture.ts';
import { Turnout } from './index.ts';
import { recordLines } from './lines.fixture.ts';
import type { TurnoutOptions } from './options.ts';

const SOON = { timeout: 10_000, interval: 5 };
const servers: HouseServer[] = [];
const clients: Turnout[] = [];

async function serve(...flags: Parameters<typeof flagOf>[0][]): Promise<HouseServer> {
  const server = new HouseServer(...flags.map((key) => flagOf(key)));
  servers.push(server);
  return server.start();
}

function connect(server: HouseServer, options: Partial<TurnoutOptions> = {}) {
  const { logger, lines } = recordLines();
  const turnout = new Turnout({ url: server.url, key: SERVER_KEY, logger, ...options });
  clients.push(turnout);
  return { turnout, lines };
}

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  for (const server of servers.splice(0)) await server.stop();
});

describe('a client of a server', () => {
  it('is ready with the flags of the stream, and says who it is', async () => {
    const server = await serve('a');
    const { turnout, lines } = connect(server, { key: `${SERVER_KEY}\n` });
    expect(turnout.evaluate('a', false)).toMatchObject({
      reason: 'ERROR',
      errorCode: 'PROVIDER_NOT_READY',
      value: false,
    });
    expect(await turnout.ready()).toEqual({ source: 'stream', position: 'x.1', ageMs: expect.any(Number) });
    expect(turnout.boolean('a', false)).toBe(true);
    expect(turnout.status()).toEqual({ state: 'live', source: 'stream', position: 'x.1', ageMs: expect.any(Number) });
    const { headers } = server.requests[0]!;
    expect(headers).toMatchObject({
      authorization: `Bearer ${SERVER_KEY}`,
      'turnout-sdk': 'node/0.1.0',
      'turnout-schema': '1',
      'turnout-host': expect.any(String),
      'turnout-instance': expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(lines).toEqual([]);
  });

  it('follows a flip and a kill, and tells what changed', async () => {
    const server = await serve('a', 'b');
    const { turnout } = connect(server);
    const told: unknown[] = [];
    turnout.on('ready', ({ source }) => told.push(['ready', source]));
    turnout.on('change', (change) => told.push(change));
    await turnout.ready();
    server.put(flagOf('a', { fallthrough: { variant: 'off' } }));
    await expect.poll(() => turnout.boolean('a', true), SOON).toBe(false);
    server.kill(killOf('b'));
    await expect.poll(() => turnout.evaluate('b', true).disabledBy, SOON).toBe('killed');
    expect(told.slice(-2)).toEqual([
      { position: 'x.2', keys: ['a'], killed: [] },
      { position: 'x.2', keys: ['b'], killed: ['b'] },
    ]);
    expect(told[0]).toEqual(['ready', expect.stringMatching(/stream|defaults/)]);
  });

  it('resumes where it was when its stream is cut', async () => {
    const server = await serve('a');
    const { turnout } = connect(server);
    await turnout.ready();
    server.cutStreams();
    server.put(flagOf('a', { state: 'off' }));
    await expect.poll(() => turnout.boolean('a', true), SOON).toBe(false);
    expect(server.asked('/sdk/v1/stream')).toBe(2);
    expect(server.requests.at(-1)?.headers['last-event-id']).toBe('x.1');
    expect(server.asked('/sdk/v1/ruleset')).toBe(0);
    expect(turnout.status().state).toBe('live');
  });

  it('notices a stream that only looks open, and opens another', async () => {
    const server = await serve('a');
    const { turnout } = connect(server);
    await turnout.ready();
    server.isMute = true;
    server.put(flagOf('a', { state: 'off' }));
    await expect.poll(() => server.asked('/sdk/v1/stream'), SOON).toBeGreaterThan(1);
    server.isMute = false;
    await expect.poll(() => turnout.boolean('a', true), SOON).toBe(false);
    await expect.poll(() => server.openStreams, SOON).toBe(1);
  });

  it('fetches the flags while there is no stream, packed, and says so once', async () => {
    const server = await serve('a');
    server.refusals['/sdk/v1/stream'] = 503;
    const { turnout, lines } = connect(server);
    expect(await turnout.ready()).toMatchObject({ source: 'snapshot', position: 'x.1' });
    await expect.poll(() => turnout.status().state, SOON).toBe('polling');
    expect(turnout.boolean('a', false)).toBe(true);
    const fetch = server.requests.find(({ path }) => path === '/sdk/v1/ruleset');
    expect(fetch?.headers['accept-encoding']).toBe('gzip');
    server.refusals = {};
    await expect.poll(() => turnout.status().state, SOON).toBe('live');
    expect(lines.filter((line) => line.startsWith('error')).length).toBeLessThanOrEqual(1);
  });

  it('says once that a key is refused, naming no more than its beginning, and goes on trying', async () => {
    const server = await serve('a');
    server.refusals = { '/sdk/v1/stream': 401, '/sdk/v1/ruleset': 401 };
    const { turnout, lines } = connect(server);
    const errors: unknown[] = [];
    turnout.on('error', (error) => errors.push(error));
    const readiness = await turnout.ready();
    expect(readiness).toMatchObject({ source: 'defaults', position: null, error: { code: 'unauthorized' } });
    expect(turnout.status().state).toBe('unauthorized');
    expect(turnout.boolean('a', true)).toBe(true);
    expect(errors).toEqual([{ code: 'unauthorized', message: expect.stringContaining('401') }]);
    expect(lines).toEqual([
      expect.stringMatching(
        /^error turnout: unauthorized with the key turnout_server_abc… at http:.*: the server refused the key with 401; /,
      ),
    ]);
    expect(lines.join()).not.toContain(SERVER_KEY.slice(20, 40));
  });

  it('says of a key of another kind that it takes a server key', async () => {
    const server = await serve('a');
    server.refusals = { '/sdk/v1/stream': 403, '/sdk/v1/ruleset': 403 };
    const { turnout, lines } = connect(server, { key: SERVER_KEY.replace('_server_', '_client_') });
    const { error } = await turnout.ready();
    expect(error?.message).toBe('the server refused the key with 403, for it takes a server key');
    expect(lines).toEqual([expect.stringContaining('it takes a server key; the coded defaults hold')]);
  });

  it('says once that the server is not reached, and once that it is again', async () => {
    const server = await serve('a');
    const { turnout, lines } = connect(server);
    const told: string[] = [];
    turnout.on('stale', ({ state }) => told.push(`stale ${state}`));
    turnout.on('error', ({ code }) => told.push(`error ${code}`));
    turnout.on('ready', () => told.push('ready'));
    await turnout.ready();
    await server.stop();
    await expect.poll(() => turnout.status().state, SOON).toBe('unreachable');
    expect(turnout.boolean('a', false)).toBe(true);
    await server.start();
    await expect.poll(() => turnout.status().state, SOON).toMatch(/live|polling/);
    expect(told).toEqual(['ready', 'error unreachable', 'stale unreachable', 'ready']);
    expect(lines).toEqual([
      expect.stringMatching(/^error turnout: unreachable at http:.*: .*; what is known goes on being served/),
      'info turnout: the server is heard again',
    ]);
  });

  it('gives up waiting, not trying, when nobody answers', async () => {
    const { turnout } = connect({ url: 'http://127.0.0.1:1' } as HouseServer);
    const readiness = await turnout.ready({ timeoutMs: 300 });
    expect(readiness).toMatchObject({ source: 'defaults', error: { code: 'unreachable' } });
  });

  it.each<[string, Partial<TurnoutOptions>]>([
    ['no key', { key: undefined as never }],
    ['a key that is none', { key: 'a key\nwith more' }],
    ['no address', { url: undefined as never }],
    ['an address that is none', { url: 'flags.test' }],
  ])('with %s says so at once, and answers coded defaults', async (_what, options) => {
    const server = await serve('a');
    const { turnout, lines } = connect(server, options);
    expect(await turnout.ready()).toMatchObject({
      source: 'defaults',
      error: { message: expect.stringContaining('option') },
    });
    expect(turnout.boolean('a', false)).toBe(false);
    expect(lines).toHaveLength(1);
    expect(server.requests).toEqual([]);
  });

  it('ends, and goes on answering', async () => {
    const server = await serve('a');
    const { turnout } = connect(server);
    await turnout.ready();
    await turnout.flush();
    await turnout.close();
    await turnout.close();
    expect(turnout.status().state).toBe('closed');
    expect(turnout.boolean('a', false)).toBe(true);
    await expect.poll(() => server.openStreams, SOON).toBe(0);
    expect(await turnout.ready()).toMatchObject({ source: 'stream' });
  });
});
