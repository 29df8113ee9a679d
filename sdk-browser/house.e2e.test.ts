import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, startServer } from '../server/journeys/server-process.fixture.ts';
import { recordLines } from './lines.fixture.ts';
import type { TurnoutOptions } from './options.ts';
import { Turnout } from './turnout.ts';

const SOON = { timeout: 20_000, interval: 10 };
const ENVIRONMENT = '/projects/p/environments/production';
const SPLIT = { by: 'targetingKey', weights: { on: 50_000, off: 50_000 } };

describe('a client of the house', () => {
  let server: ServerProcess;
  let key: { id: string; secret: string };
  const clients: Turnout[] = [];

  async function api(method: string, path: string, body: unknown = {}) {
    const answer = await server.api(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  const act = (flag: string, verb: string) => api('POST', `${ENVIRONMENT}/flags/${flag}/${verb}`, { reason: 'a test' });

  async function addKey(): Promise<{ id: string; secret: string }> {
    const made = await api('POST', `${ENVIRONMENT}/keys`, { kind: 'client', name: 'page', origins: ['*'] });
    return { id: made.key.id, secret: made.secret };
  }

  async function addFlag(flag: string, clientVisible = true): Promise<void> {
    const variants = { on: true, off: false };
    await api('POST', '/projects/p/flags', { key: flag, type: 'boolean', variants, clientVisible });
    const configuration = { state: 'on', offVariant: 'off', fallthrough: { variant: 'on' } };
    await api('PATCH', `${ENVIRONMENT}/flags/${flag}`, configuration);
  }

  function connect(options: Partial<TurnoutOptions> = {}) {
    const { logger, lines } = recordLines();
    const turnout = new Turnout({ url: server.url, key: key.secret, logger, storage: false, ...options });
    clients.push(turnout);
    return { turnout, lines };
  }

  const isLive = (turnout: Turnout) => expect.poll(() => turnout.status().state, SOON).toBe('live');

  beforeAll(async () => {
    server = await startServer();
    await api('POST', '/projects', { key: 'p', name: 'p' });
    await api('POST', '/projects/p/environments', { key: 'production', name: 'production' });
    key = await addKey();
    for (const flag of ['a', 'b', 'c']) await addFlag(flag);
    await addFlag('hidden', false);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
  });
  afterAll(() => server?.remove());

  it('is ready with the values that clients may see, and follows the stream', async () => {
    const { turnout, lines } = connect();
    expect(turnout.evaluate('a', false)).toMatchObject({ value: false, errorCode: 'PROVIDER_NOT_READY' });
    expect(await turnout.ready()).toEqual({
      source: 'server',
      position: expect.any(String),
      ageMs: expect.any(Number),
    });
    expect(turnout.evaluate('a', false)).toEqual({
      key: 'a',
      value: true,
      variant: 'on',
      reason: 'STATIC',
      metadata: {},
    });
    expect(turnout.evaluate('hidden', false)).toMatchObject({ value: false, errorCode: 'FLAG_NOT_FOUND' });
    expect(turnout.evaluate('a', 'text')).toMatchObject({ value: 'text', errorCode: 'TYPE_MISMATCH' });
    await isLive(turnout);
    expect(lines).toHaveLength(2);
  });

  it('sees a flip and a kill, and a flag that did not change stays the same object', async () => {
    const { turnout } = connect();
    await isLive(turnout);
    const told: unknown[] = [];
    turnout.watch('a', false, (now, before) => told.push(['a', before.value, now.value]));
    turnout.watch('c', false, () => told.push('c'));
    turnout.on('change', ({ keys }) => told.push(keys));
    const before = turnout.evaluate('c', false);
    await act('a', 'off');
    await expect.poll(() => turnout.boolean('a', true), SOON).toBe(false);
    await act('b', 'kill');
    await expect.poll(() => turnout.boolean('b', true), SOON).toBe(false);
    await act('b', 'restore');
    await expect.poll(() => turnout.boolean('b', false), SOON).toBe(true);
    await act('a', 'on');
    await expect.poll(() => turnout.boolean('a', false), SOON).toBe(true);
    expect(told).toEqual([['a', true, false], ['a'], ['b'], ['b'], ['a', false, true], ['a']]);
    expect(turnout.evaluate('c', false)).toBe(before);
  });

  it('asks for somebody else in one step', async () => {
    await api('PATCH', `${ENVIRONMENT}/flags/c`, { fallthrough: { split: SPLIT } });
    const { turnout } = connect({ context: { targetingKey: 'u-1' } });
    await turnout.ready();
    const variants = new Set<unknown>();
    for (let i = 0; i < 10; i++) {
      const { source, error } = await turnout.setContext({ targetingKey: `u-${i}` });
      expect([source, error]).toEqual(['server', undefined]);
      variants.add(turnout.evaluate('c', false).variant);
    }
    expect(variants).toEqual(new Set(['on', 'off']));
  });

  it('goes on serving while the server is away, says so once, and comes back by itself', async () => {
    const { turnout, lines } = connect();
    await isLive(turnout);
    const told: string[] = [];
    turnout.on('error', ({ code }) => told.push(code));
    turnout.on('ready', () => told.push('ready'));
    await server.stop();
    await expect.poll(() => turnout.status().state, SOON).toBe('unreachable');
    expect(turnout.boolean('a', false)).toBe(true);
    await server.start();
    await isLive(turnout);
    expect(told).toEqual(['unreachable', 'ready']);
    expect(lines).toEqual([expect.stringMatching(/^error turnout: unreachable: ./)]);
    await act('a', 'off');
    await expect.poll(() => turnout.boolean('a', true), SOON).toBe(false);
    await act('a', 'on');
  });

  it('says once that a key is refused, and of a revoked one as soon as the stream tells', async () => {
    const own = await addKey();
    const { turnout, lines } = connect({ key: own.secret });
    await isLive(turnout);
    await api('POST', `${ENVIRONMENT}/keys/${own.id}/revoke`, { reason: 'a test' });
    await expect.poll(() => turnout.status().state, SOON).toBe('unauthorized');
    expect(turnout.boolean('a', false)).toBe(true);
    expect(lines).toEqual([expect.stringMatching(/^error turnout: unauthorized: /)]);
    const late = connect({ key: own.secret });
    expect(await late.turnout.ready()).toMatchObject({ source: 'defaults', error: { code: 'unauthorized' } });
    expect(late.turnout.boolean('a', false)).toBe(false);
  });

  it('leaves nothing open when it is closed', async () => {
    const { turnout } = connect();
    await isLive(turnout);
    await turnout.close();
    expect(turnout.status().state).toBe('closed');
    expect(turnout.boolean('a', false)).toBe(true);
  });
});
