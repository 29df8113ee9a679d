import { type Hook, OpenFeature } from '@openfeature/server-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flagOf, HouseServer, SERVER_KEY } from '../house-server.fixture.ts';
import { Turnout } from '../index.ts';
import { TurnoutProvider } from '../openfeature.ts';
import { testTurnout } from '../testing.ts';
import { register } from './provider.fixture.ts';

const FLAGS = [
  flagOf('on', { metadata: { owner: 'shop', priority: 2, beta: true } }),
  flagOf('off', { state: 'off' }),
  flagOf('off-coded', { state: 'off', offVariant: null }),
  flagOf('killed', { killed: true }),
  flagOf('coded', { fallthrough: { coded: true } }),
  flagOf('text', { type: 'string', variants: { a: 'A' }, offVariant: 'a', fallthrough: { variant: 'a' } }),
  flagOf('count', { type: 'number', variants: { three: 3 }, offVariant: null, fallthrough: { variant: 'three' } }),
  flagOf('shape', { type: 'object', variants: { o: { x: [1] } }, offVariant: null, fallthrough: { variant: 'o' } }),
  flagOf('pro', {
    rules: [{ id: 'r', if: { attribute: 'account.plan', op: 'equals', values: ['pro'] }, serve: { variant: 'on' } }],
    fallthrough: { variant: 'off' },
  }),
  flagOf('since', {
    rules: [
      {
        id: 'r',
        if: { attribute: 'joined', op: 'before', values: ['2026-01-01T00:00:00Z'] },
        serve: { variant: 'on' },
      },
    ],
    fallthrough: { variant: 'off' },
  }),
  flagOf('split', {
    fallthrough: { split: { by: 'targetingKey', salt: 's', of: 100_000, slices: [[0, 100_000, 'on']] } },
  }),
  flagOf('by-account', {
    fallthrough: { split: { by: 'account', salt: 's', of: 100_000, slices: [[0, 100_000, 'on']] } },
  }),
  flagOf('new-kind', { fallthrough: { dice: true } as never }),
  flagOf('old', { maxStalenessMs: 0 }),
];

describe('OpenFeature’s client, asking Turnout', () => {
  let server: HouseServer;
  let client: ReturnType<typeof OpenFeature.getClient>;

  beforeAll(async () => {
    server = await new HouseServer(...FLAGS).start();
    const registered = register(new TurnoutProvider({ url: server.url, key: SERVER_KEY, logger: false }));
    await registered.ready;
    client = registered.client;
  });
  afterAll(async () => {
    await OpenFeature.clearProviders();
    await server.stop();
  });

  it('gets the value of each of the four types', async () => {
    expect(await client.getBooleanValue('on', false)).toBe(true);
    expect(await client.getStringValue('text', '')).toBe('A');
    expect(await client.getNumberValue('count', 0)).toBe(3);
    expect(await client.getObjectValue('shape', {})).toEqual({ x: [1] });
    expect(await client.getObjectValue('shape', null)).toEqual({ x: [1] });
    expect(await client.getObjectValue('shape', [1])).toEqual({ x: [1] });
  });

  it.each([
    ['on', {}, { value: true, variant: 'on', reason: 'STATIC' }],
    ['pro', {}, { value: false, variant: 'off', reason: 'DEFAULT' }],
    ['pro', { account: { plan: 'pro' } }, { value: true, variant: 'on', reason: 'TARGETING_MATCH' }],
    ['since', { joined: new Date('2025-06-01') }, { value: true, variant: 'on', reason: 'TARGETING_MATCH' }],
    ['since', { joined: new Date('2026-06-01') }, { value: false, variant: 'off', reason: 'DEFAULT' }],
    ['split', { targetingKey: 'u' }, { value: true, variant: 'on', reason: 'SPLIT' }],
    ['off', {}, { value: false, variant: 'off', reason: 'DISABLED' }],
    ['killed', {}, { value: false, variant: 'off', reason: 'DISABLED' }],
    ['old', {}, { value: true, variant: 'on', reason: 'STALE' }],
  ])('gets of %s for %o what led to the value', async (key, context, expected) => {
    const details = await client.getBooleanDetails(key, key !== 'on', context);
    expect(details).toMatchObject({ flagKey: key, ...expected });
    expect(details).not.toHaveProperty('errorCode');
  });

  it.each([
    ['coded', 'DEFAULT'],
    ['off-coded', 'DISABLED'],
  ])('gets its own default of %s, which is no error and has no variant', async (key, reason) => {
    for (const coded of [true, false]) {
      const details = await client.getBooleanDetails(key, coded, {});
      expect(details).toMatchObject({ value: coded, reason });
      expect(details).not.toHaveProperty('variant');
      expect(details).not.toHaveProperty('errorCode');
    }
    expect(await client.getObjectDetails(key, [1, 2], {})).toMatchObject({ value: [1, 2], reason });
  });

  it.each([
    ['nowhere', {}, 'FLAG_NOT_FOUND', 'there is no flag nowhere'],
    ['constructor', {}, 'FLAG_NOT_FOUND', 'there is no flag constructor'],
    ['text', {}, 'TYPE_MISMATCH', 'the flag text has another type'],
    ['split', {}, 'TARGETING_KEY_MISSING', 'the context has none'],
    ['by-account', { targetingKey: 'u' }, 'INVALID_CONTEXT', 'split by'],
    ['new-kind', {}, 'PARSE_ERROR', 'does not know'],
  ])('gets its own default of %s for %o with %s', async (key, context, errorCode, says) => {
    const details = await client.getBooleanDetails(key, true, context);
    expect(details).toMatchObject({ value: true, reason: 'ERROR', errorCode });
    expect(details.errorMessage).toContain(says);
  });

  it('takes no flag of another type for an answer', async () => {
    const mismatch = { reason: 'ERROR', errorCode: 'TYPE_MISMATCH' };
    expect(await client.getStringDetails('on', 'mine')).toMatchObject({ value: 'mine', ...mismatch });
    expect(await client.getNumberDetails('text', 4)).toMatchObject({ value: 4, ...mismatch });
    for (const coded of [{ a: 1 }, [1], null]) {
      expect(await client.getObjectDetails('text', coded)).toMatchObject({ value: coded, ...mismatch });
    }
  });

  it('gets a flag’s metadata as its author wrote it, and nothing of ours', async () => {
    const { flagMetadata } = await client.getBooleanDetails('on', false);
    expect(flagMetadata).toEqual({ owner: 'shop', priority: 2, beta: true });
    expect((await client.getStringDetails('text', '')).flagMetadata).toEqual({});
  });

  it('counts what is tracked by its name, with its value where it has one', async () => {
    const app = new Turnout({ url: server.url, key: SERVER_KEY, logger: false });
    const { client: tracking, ready } = register(new TurnoutProvider(app));
    await ready;
    tracking.track('bought', { targetingKey: 'u' }, { value: 7, currency: 'EUR' });
    tracking.track('bought', {}, { value: 1.5 });
    tracking.track('seen');
    await app.flush();
    expect(server.reports).toMatchObject([
      {
        events: [
          { event: 'bought', count: 2, valued: 2, sum: 8.5 },
          { event: 'seen', count: 1, valued: 0, sum: 0 },
        ],
      },
    ]);
    expect(JSON.stringify(server.reports)).not.toMatch(/EUR|targetingKey/);
    await app.close();
    expect(() => new TurnoutProvider(testTurnout()).track('bought', {}, {})).not.toThrow();
  });

  it('runs hooks of the API, the client, the call and the provider in OpenFeature’s order', async () => {
    const said: string[] = [];
    const telling = (name: string): Hook => ({
      before: ({ context }) => {
        said.push(`${name} before`);
        return { ...context, account: { plan: 'pro' } };
      },
      after: (_hook, { variant }) => void said.push(`${name} after ${variant}`),
      finally: () => void said.push(`${name} finally`),
    });
    const source = new Turnout({ url: server.url, key: SERVER_KEY, logger: false });
    const one = register(new TurnoutProvider(source, { hooks: [telling('provider')] }));
    await one.ready;
    one.client.addHooks(telling('client'));
    expect(await one.client.getBooleanValue('pro', false, {}, { hooks: [telling('call')] })).toBe(true);
    expect(said).toEqual([
      ...['client', 'call', 'provider'].map((name) => `${name} before`),
      ...['provider', 'call', 'client'].map((name) => `${name} after on`),
      ...['provider', 'call', 'client'].map((name) => `${name} finally`),
    ]);
    await source.close();
  });
});

describe('the source of a provider', () => {
  it('may be a client that knows its flags, and one for tests', async () => {
    const typed = testTurnout<{ 'new-cart': boolean; hero: 'a' | 'b' }>({ 'new-cart': true, hero: 'a' });
    const { client, ready } = register(new TurnoutProvider(typed));
    await ready;
    expect(await client.getBooleanDetails('new-cart', false)).toMatchObject({ value: true, reason: 'STATIC' });
    typed.set('new-cart', false);
    expect(await client.getBooleanValue('new-cart', true)).toBe(false);
    await OpenFeature.clearProviders();
    expect(typed.status().state).toBe('live');
  });

  it('is asked for nothing before the provider is registered', async () => {
    const server = await new HouseServer(flagOf('on')).start();
    const provider = new TurnoutProvider({ url: server.url, key: SERVER_KEY, logger: false });
    expect(provider).toMatchObject({ runsOn: 'server', metadata: { name: 'turnout' } });
    const early = await provider.resolveBooleanEvaluation('on', false, {});
    expect(early).toMatchObject({ value: false, reason: 'ERROR', errorCode: 'PROVIDER_NOT_READY' });
    expect(server.requests).toEqual([]);
    await server.stop();
  });

  it('is closed with the provider that made it, and made again when the provider is registered again', async () => {
    const server = await new HouseServer(flagOf('on')).start();
    const provider = new TurnoutProvider({ url: server.url, key: SERVER_KEY, logger: false });
    const { client, domain, ready } = register(provider);
    await ready;
    expect(server.openStreams).toBe(1);
    await OpenFeature.setProviderAndWait(domain, new TurnoutProvider(testTurnout({ on: false })));
    await expect.poll(() => server.openStreams).toBe(0);
    expect(await client.getBooleanValue('on', true)).toBe(false);
    await OpenFeature.setProviderAndWait(domain, provider);
    await expect.poll(() => server.openStreams).toBe(1);
    expect(await client.getBooleanValue('on', false)).toBe(true);
    await OpenFeature.clearProviders();
    await server.stop();
  });

  it('stays open when it was given, and answers again under another provider', async () => {
    const server = await new HouseServer(flagOf('on')).start();
    const turnout = new Turnout({ url: server.url, key: SERVER_KEY, logger: false });
    const first = register(new TurnoutProvider(turnout));
    await first.ready;
    await OpenFeature.clearProviders();
    expect(turnout.status().state).toBe('live');
    const second = register(new TurnoutProvider(turnout));
    await second.ready;
    expect(await second.client.getBooleanValue('on', false)).toBe(true);
    await OpenFeature.clearProviders();
    await turnout.close();
    await server.stop();
  });
});
