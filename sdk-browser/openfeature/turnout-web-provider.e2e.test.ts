import { type Hook, OpenFeature } from '@openfeature/web-sdk';
import type { Bootstrap } from '@turnout/core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ServerProcess, startServer } from '../../server/journeys/server-process.fixture.ts';
import { CutLine } from '../browser/cut-line.fixture.ts';
import { TurnoutWebProvider } from '../openfeature.ts';
import type { TurnoutOptions } from '../options.ts';
import { Turnout } from '../turnout.ts';
import { eventsOf, register } from './provider.fixture.ts';

const ENVIRONMENT = '/projects/p/environments/production';
const SOON = { timeout: 30_000, interval: 10 };
const USER = { targetingKey: 'user-1' };
const IS_PRO = { if: { attribute: 'account.plan', op: 'equals', values: ['pro'] }, serve: { variant: 'on' } };
const SINCE = { if: { attribute: 'joined', op: 'before', values: ['2026-01-01T00:00:00Z'] }, serve: { variant: 'on' } };
const TEXTS = { a: 'A', b: 'B' };
const on = (variant: string) => ({ state: 'on', fallthrough: { variant } });
const split = (by: string) => ({ split: { by, weights: { on: 100_000 } } });

/** By key: what differs from a boolean that is on for everybody. */
const FLAGS: Record<string, { configuration?: object; [member: string]: unknown }> = {
  on: { metadata: { owner: 'shop', priority: 2, beta: true } },
  text: { type: 'string', variants: TEXTS, configuration: on('a') },
  count: { type: 'number', variants: { few: 3, many: 40 }, configuration: on('few') },
  shape: { type: 'object', variants: { x: { x: [1] } }, configuration: on('x') },
  pro: { configuration: { rules: [IS_PRO], fallthrough: { variant: 'off' } } },
  since: { configuration: { rules: [SINCE], fallthrough: { variant: 'off' } } },
  split: { configuration: { fallthrough: split('targetingKey') } },
  'by-account': { configuration: { fallthrough: split('account.id') } },
  coded: { configuration: { fallthrough: { coded: true } } },
  off: { configuration: { state: 'off' } },
  'off-coded': { configuration: { state: 'off', offVariant: null } },
  moving: {},
  killed: {},
};

let server: ServerProcess;
let line: CutLine;
let key: string;
let serverKey: string;

async function api(method: string, path: string, body: unknown = {}) {
  const answer = await server.api(method, path, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

const act = (flag: string, verb: string) => api('POST', `${ENVIRONMENT}/flags/${flag}/${verb}`, { reason: 'a test' });

async function addKey(kind: 'client' | 'server'): Promise<string> {
  const origins = kind === 'client' ? { origins: ['*'] } : {};
  return (await api('POST', `${ENVIRONMENT}/keys`, { kind, name: kind, ...origins })).secret;
}

const options = (more: Partial<TurnoutOptions> = {}): TurnoutOptions => ({
  ...{ url: line.url, key, logger: false, storage: false },
  ...more,
});

/** Storage as browsers have it. */
function storage(): Exclude<TurnoutOptions['storage'], false | undefined> {
  const kept = new Map<string, string>();
  return {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => void kept.set(name, value),
    removeItem: (name) => void kept.delete(name),
  };
}

beforeAll(async () => {
  server = await startServer();
  line = await new CutLine(server.url).start();
  await api('POST', '/projects', { key: 'p', name: 'p' });
  await api('POST', '/projects/p/environments', { key: 'production', name: 'production' });
  [key, serverKey] = [await addKey('client'), await addKey('server')];
  for (const [flag, { configuration, ...more }] of Object.entries(FLAGS)) {
    const variants = { on: true, off: false };
    const first = more.variants === undefined ? { offVariant: 'off', ...on('on') } : {};
    const environments = { production: { ...first, ...configuration } };
    const made = { key: flag, type: 'boolean', variants, clientVisible: true, environments, ...more };
    await api('POST', '/projects/p/flags', made);
  }
  await act('killed', 'kill');
});
afterAll(async () => {
  await OpenFeature.clearProviders();
  await line?.close();
  await server?.remove();
});

describe('OpenFeature’s client in a page, asking Turnout', () => {
  const client = OpenFeature.getClient('answers');
  const meet = (context: object) => OpenFeature.setContext('answers', context as typeof USER);
  beforeAll(() => OpenFeature.setProviderAndWait('answers', new TurnoutWebProvider(options()), USER));

  it('gets the value of each of the four types', () => {
    expect(client.getBooleanValue('on', false)).toBe(true);
    expect(client.getStringValue('text', '')).toBe('A');
    expect(client.getNumberValue('count', 0)).toBe(3);
    for (const coded of [{}, null, [1]]) expect(client.getObjectValue('shape', coded)).toEqual({ x: [1] });
  });

  it.each([
    ['on', USER, { value: true, variant: 'on', reason: 'STATIC' }],
    ['pro', USER, { value: false, variant: 'off', reason: 'DEFAULT' }],
    ['pro', { ...USER, account: { plan: 'pro' } }, { value: true, variant: 'on', reason: 'TARGETING_MATCH' }],
    ['since', { ...USER, joined: new Date('2025-06-01') }, { value: true, variant: 'on', reason: 'TARGETING_MATCH' }],
    ['split', USER, { value: true, variant: 'on', reason: 'SPLIT' }],
    ['off', USER, { value: false, variant: 'off', reason: 'DEFAULT' }],
    ['killed', USER, { value: false, variant: 'off', reason: 'DEFAULT' }],
  ])('gets of %s for %o what led to the value', async (flag, context, expected) => {
    await meet(context);
    const details = client.getBooleanDetails(flag, flag !== 'on');
    expect(details).toMatchObject({ flagKey: flag, ...expected });
    expect(details).not.toHaveProperty('errorCode');
  });

  it.each([
    ['coded', 'DEFAULT'],
    ['off-coded', 'DISABLED'],
  ])('gets its own default of %s, which is no error and has no variant', (flag, reason) => {
    for (const coded of [true, false]) {
      const details = client.getBooleanDetails(flag, coded);
      expect(details).toMatchObject({ value: coded, reason });
      expect(details).not.toHaveProperty('variant');
      expect(details).not.toHaveProperty('errorCode');
    }
    for (const coded of [{}, [1, 2], null]) {
      expect(client.getObjectDetails(flag, coded)).toMatchObject({ value: coded, reason });
    }
  });

  it.each([
    ['nowhere', 'FLAG_NOT_FOUND'],
    ['constructor', 'FLAG_NOT_FOUND'],
    ['text', 'TYPE_MISMATCH'],
    ['by-account', 'INVALID_CONTEXT'],
  ])('gets its own default of %s with %s', (flag, errorCode) => {
    const errorMessage = `${flag}: ${errorCode}`;
    expect(client.getBooleanDetails(flag, true)).toMatchObject({
      value: true,
      reason: 'ERROR',
      errorCode,
      errorMessage,
    });
  });

  it('takes no flag of another type for an answer', () => {
    const mismatch = { reason: 'ERROR', errorCode: 'TYPE_MISMATCH' };
    expect(client.getStringDetails('on', 'mine')).toMatchObject({ value: 'mine', ...mismatch });
    expect(client.getNumberDetails('text', 4)).toMatchObject({ value: 4, ...mismatch });
    for (const coded of [{ a: 1 }, [1], null]) {
      expect(client.getObjectDetails('text', coded)).toMatchObject({ value: coded, ...mismatch });
    }
  });

  it('gets a flag’s metadata as its author wrote it, and nothing of ours', () => {
    expect(client.getBooleanDetails('on', false).flagMetadata).toEqual({ owner: 'shop', priority: 2, beta: true });
    expect(client.getStringDetails('text', '').flagMetadata).toEqual({});
  });
});

describe('a provider', () => {
  afterEach(async () => {
    line.mend();
    await OpenFeature.clearProviders();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('is ready once, and tells which flags a flip and a kill have changed', async () => {
    const { client, told, ready } = register(new TurnoutWebProvider(options()), USER);
    expect(client.providerStatus).toBe('NOT_READY');
    await ready;
    await act('moving', 'off');
    await expect.poll(() => client.getBooleanValue('moving', true), SOON).toBe(false);
    await act('moving', 'on');
    await expect.poll(() => client.getBooleanValue('moving', false), SOON).toBe(true);
    await act('moving', 'kill');
    await expect.poll(() => client.getBooleanValue('moving', true), SOON).toBe(false);
    await act('moving', 'restore');
    await expect.poll(() => client.getBooleanValue('moving', false), SOON).toBe(true);
    const changed = 'CONFIGURATION_CHANGED';
    expect(eventsOf(told)).toEqual(['READY', changed, changed, changed, changed]);
    expect(told.at(-1)?.details).toMatchObject({ flagsChanged: ['moving'], providerName: 'turnout' });
  });

  it('reconciles with another visitor, and not with the same one once more', async () => {
    const { client, told, domain, ready } = register(
      new TurnoutWebProvider(options({ context: { app: 'shop' } })),
      USER,
    );
    await ready;
    const pro = { ...USER, account: { plan: 'pro' } };
    const moved = OpenFeature.setContext(domain, pro);
    expect(client.providerStatus).toBe('RECONCILING');
    expect(client.getBooleanDetails('pro', true)).toMatchObject({ value: false, reason: 'DEFAULT' });
    await moved;
    expect(client.getBooleanValue('pro', false)).toBe(true);
    await OpenFeature.setContext(domain, { account: { plan: 'pro' }, ...USER });
    expect(eventsOf(told)).toEqual([
      'READY',
      'RECONCILING',
      'CONFIGURATION_CHANGED',
      'CONTEXT_CHANGED',
      'CONTEXT_CHANGED',
    ]);
    expect(told[2]?.details).toMatchObject({ flagsChanged: ['pro'] });
  });

  it('serves the last visitor of several in a row', async () => {
    const { client, domain, ready } = register(new TurnoutWebProvider(options()), USER);
    await ready;
    const pro = { ...USER, account: { plan: 'pro' } };
    await Promise.all([pro, USER, pro, USER].map((context) => OpenFeature.setContext(domain, context)));
    expect(client.providerStatus).toBe('READY');
    expect(client.getBooleanDetails('pro', true)).toMatchObject({ value: false, reason: 'DEFAULT' });
  });

  it('is stale while the server is away, an error for whom it then cannot ask for, and ready once it is back', async () => {
    const { client, told, domain, ready } = register(new TurnoutWebProvider(options()), USER);
    await ready;
    line.cut();
    await expect.poll(() => client.providerStatus, SOON).toBe('STALE');
    expect(client.getBooleanValue('on', false)).toBe(true);
    await OpenFeature.setContext(domain, { ...USER, account: { plan: 'pro' } });
    expect(client.providerStatus).toBe('ERROR');
    expect(client.getBooleanDetails('pro', true)).toMatchObject({ value: false, reason: 'DEFAULT' });
    line.mend();
    await expect.poll(() => client.providerStatus, SOON).toBe('READY');
    expect(client.getBooleanValue('pro', false)).toBe(true);
    expect(eventsOf(told).filter((event) => event === 'READY')).toHaveLength(2);
  });

  it('is ready again once the visitor is served for whom one fetch had failed', async () => {
    const { client, domain, ready } = register(new TurnoutWebProvider(options()), USER);
    await ready;
    line.cut();
    await OpenFeature.setContext(domain, { ...USER, account: { plan: 'pro' } });
    expect(client.providerStatus).toBe('ERROR');
    line.mend();
    await expect.poll(() => client.getBooleanValue('pro', false), SOON).toBe(true);
    await expect.poll(() => client.providerStatus, SOON).toBe('READY');
  });

  it('is stale once its page was out of sight for a minute, and ready when it is seen again', async () => {
    const page = new EventTarget();
    const look = (visibilityState: string) => {
      vi.stubGlobal('document', { visibilityState });
      page.dispatchEvent(new Event('visibilitychange'));
    };
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
    vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
    const { client, ready } = register(new TurnoutWebProvider(options()), USER);
    await ready;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    look('hidden');
    vi.advanceTimersByTime(60_000);
    vi.useRealTimers();
    expect(client.providerStatus).toBe('STALE');
    look('visible');
    await expect.poll(() => client.providerStatus, SOON).toBe('READY');
  });

  it('is fatal for a refused key with nothing to answer from', async () => {
    const other = `${key.slice(0, -1)}${key.endsWith('x') ? 'y' : 'x'}`;
    const { client, told, ready } = register(new TurnoutWebProvider(options({ key: other })));
    await expect(ready).rejects.toMatchObject({ code: 'PROVIDER_FATAL' });
    expect(client.providerStatus).toBe('FATAL');
    expect(eventsOf(told)).toEqual(['ERROR']);
    expect(client.getBooleanDetails('on', true)).toMatchObject({ value: true, errorCode: 'PROVIDER_FATAL' });
  });

  it('is no provider yet where no server answers within its bound, and ready once one does', async () => {
    line.cut();
    const { client, ready } = register(new TurnoutWebProvider(options(), { readyWithinMs: 200 }));
    await expect(ready).rejects.toMatchObject({ code: 'PROVIDER_NOT_READY' });
    expect(client.getBooleanDetails('on', true)).toMatchObject({ value: true, errorCode: 'PROVIDER_NOT_READY' });
    line.mend();
    await expect.poll(() => client.providerStatus, SOON).toBe('READY');
    expect(client.getBooleanValue('on', false)).toBe(true);
  });

  it('is ready at once from a bootstrap of the same visitor, and stale where no server confirms it', async () => {
    const headers = { authorization: `Bearer ${serverKey}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ context: { app: 'shop', ...USER } });
    const response = await fetch(`${server.url}/sdk/v1/bootstrap`, { method: 'POST', headers, body });
    const bootstrap = (await response.json()) as Bootstrap;
    line.cut();
    const context = { app: 'shop' };
    const { client, told, ready } = register(new TurnoutWebProvider(options({ bootstrap, context })), USER);
    await Promise.race([ready, new Promise((resolve) => setImmediate(resolve))]);
    expect(client.providerStatus).toBe('READY');
    expect(client.getBooleanDetails('on', false)).toMatchObject({ value: true, reason: 'STATIC' });
    await expect.poll(() => client.providerStatus, SOON).toBe('STALE');
    expect(eventsOf(told)).toEqual(['READY', 'STALE']);
  });

  it('is ready at once from what an earlier page has left, which says that it is stale', async () => {
    const kept = storage();
    const first = register(new TurnoutWebProvider(options({ storage: kept })), USER);
    await first.ready;
    await OpenFeature.clearProviders();
    line.cut();
    const { client, ready } = register(new TurnoutWebProvider(options({ storage: kept })), USER);
    await ready;
    expect(client.getBooleanDetails('on', false)).toMatchObject({ value: true, reason: 'STALE' });
    line.mend();
    await expect.poll(() => client.getBooleanDetails('on', false).reason, SOON).toBe('STATIC');
    await expect.poll(() => client.providerStatus, SOON).toBe('READY');
  });
});

describe('the source of a provider', () => {
  afterEach(() => OpenFeature.clearProviders());

  it('may be a client, which stays open, keeps its own context, and answers again under another provider', async () => {
    const turnout = new Turnout<{ on: boolean; pro: boolean }>(options({ context: USER }));
    await turnout.ready();
    const first = register(new TurnoutWebProvider(turnout));
    await first.ready;
    expect(first.client.getBooleanValue('on', false)).toBe(true);
    await OpenFeature.setContext(first.domain, { account: { plan: 'pro' } });
    expect(first.client.getBooleanValue('pro', false)).toBe(true);
    expect(turnout.context).toEqual({ ...USER, account: { plan: 'pro' } });
    await OpenFeature.clearProviders();
    expect(turnout.status().state).not.toBe('closed');
    const second = register(new TurnoutWebProvider(turnout), { account: { plan: 'free' } });
    await second.ready;
    expect(second.client.getBooleanValue('pro', true)).toBe(false);
    await turnout.close();
    await expect(register(new TurnoutWebProvider(turnout)).ready).rejects.toMatchObject({ code: 'PROVIDER_FATAL' });
  });

  it('is closed with the provider that made it, and made again when that is registered again', async () => {
    const provider = new TurnoutWebProvider(options());
    expect(provider).toMatchObject({ runsOn: 'client', metadata: { name: 'turnout' } });
    const early = provider.resolveBooleanEvaluation('on', false);
    expect(early).toMatchObject({ value: false, reason: 'ERROR', errorCode: 'PROVIDER_NOT_READY' });
    const { client, domain, ready, told } = register(provider);
    await ready;
    await OpenFeature.setProviderAndWait(domain, new TurnoutWebProvider(options()));
    const before = told.length;
    await OpenFeature.setProviderAndWait(domain, provider);
    expect(client.getBooleanValue('on', false)).toBe(true);
    expect(eventsOf(told.slice(before))).toEqual(['READY']);
  });

  it('serves one domain, for another one might have another visitor', async () => {
    const provider = new TurnoutWebProvider(options());
    await register(provider).ready;
    await expect(register(provider).ready).rejects.toThrow('more than one domain');
  });

  it('runs hooks of the API, the client, the call and the provider in OpenFeature’s order', async () => {
    const said: string[] = [];
    const telling = (name: string): Hook => ({
      before: () => void said.push(`${name} before`),
      after: (_hook, { variant }) => void said.push(`${name} after ${variant}`),
      finally: () => void said.push(`${name} finally`),
    });
    const one = register(new TurnoutWebProvider(options(), { hooks: [telling('provider')] }), USER);
    await one.ready;
    one.client.addHooks(telling('client'));
    expect(one.client.getBooleanValue('on', false, { hooks: [telling('call')] })).toBe(true);
    expect(said).toEqual([
      ...['client', 'call', 'provider'].map((name) => `${name} before`),
      ...['provider', 'call', 'client'].map((name) => `${name} after on`),
      ...['provider', 'call', 'client'].map((name) => `${name} finally`),
    ]);
  });

  it('counts what is tracked by its name, with its value where it has one', async () => {
    const turnout = new Turnout(options());
    const { client, ready } = register(new TurnoutWebProvider(turnout), USER);
    await ready;
    client.track('bought', { value: 7, currency: 'EUR' });
    client.track('bought');
    await turnout.close();
    const counted = async () => (await server.api('GET', `${ENVIRONMENT}/events?told=pages`)).body.items;
    await expect.poll(counted, SOON).toMatchObject([{ event: 'bought', total: 2, valued: 1, sum: 7 }]);
  });
});
