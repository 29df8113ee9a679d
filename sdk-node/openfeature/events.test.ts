import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OpenFeature, ProviderEvents, ProviderStatus } from '@openfeature/server-sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { flagOf, HouseServer, killOf, SERVER_KEY, snapshotOf } from '../house-server.fixture.ts';
import { Turnout } from '../index.ts';
import { TurnoutProvider } from '../openfeature.ts';
import { eventsOf, register } from './provider.fixture.ts';

const { Ready, Stale, Error: Failed, ConfigurationChanged } = ProviderEvents;
const OTHER_KEY = SERVER_KEY.replace('abc', 'xyz');

describe('what a provider tells', () => {
  let server: HouseServer;
  const bootstrap = snapshotOf(flagOf('a'));
  const options = (more: object = {}) => ({ url: server.url, key: SERVER_KEY, logger: false as const, ...more });

  beforeEach(async () => {
    server = await new HouseServer(flagOf('a'), flagOf('b')).start();
  });
  afterEach(async () => {
    await OpenFeature.clearProviders();
    OpenFeature.clearHandlers();
    await server.stop();
  });

  it('ready, once, when there are flags', async () => {
    const { client, told, ready } = register(new TurnoutProvider(options()));
    expect(client.providerStatus).toBe(ProviderStatus.NOT_READY);
    await ready;
    expect(client.providerStatus).toBe(ProviderStatus.READY);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(eventsOf(told)).toEqual([Ready]);
  });

  it('which flags may answer otherwise, after a change and after a kill', async () => {
    const { client, told, ready } = register(new TurnoutProvider(options()));
    await ready;
    server.put(flagOf('a', { fallthrough: { variant: 'off' } }), flagOf('c'));
    await expect.poll(() => told.at(-1)).toMatchObject({ event: ConfigurationChanged });
    expect(told.at(-1)?.details).toMatchObject({ flagsChanged: expect.arrayContaining(['a', 'c']) });
    expect(await client.getBooleanValue('a', true)).toBe(false);
    server.kill(killOf('b'));
    await expect
      .poll(() => told.at(-1))
      .toMatchObject({ event: ConfigurationChanged, details: { flagsChanged: ['b'], providerName: 'turnout' } });
    expect(await client.getBooleanDetails('b', true)).toMatchObject({ value: false, reason: 'DISABLED' });
    expect(client.providerStatus).toBe(ProviderStatus.READY);
  });

  it('stale while the server is away, and ready once it is back; what is known is served meanwhile', async () => {
    const { client, told, ready } = register(new TurnoutProvider(options()));
    await ready;
    await server.stop();
    await expect.poll(() => client.providerStatus, { timeout: 20_000 }).toBe(ProviderStatus.STALE);
    expect(await client.getBooleanValue('a', false)).toBe(true);
    await server.start();
    await expect.poll(() => client.providerStatus, { timeout: 20_000 }).toBe(ProviderStatus.READY);
    expect(eventsOf(told)).toEqual([Ready, Stale, Ready]);
  });

  it('an error when the key is refused, and stale after it, for the flags go on being served', async () => {
    const { client, told, ready } = register(new TurnoutProvider(options()));
    await ready;
    server.refusals = { '/sdk/v1/ruleset': 401, '/sdk/v1/stream': 401 };
    server.cutStreams();
    await expect.poll(() => eventsOf(told), { timeout: 20_000 }).toContain(Failed);
    expect(told.find(({ event }) => event === Failed)?.details).toMatchObject({ errorCode: 'GENERAL' });
    await expect.poll(() => client.providerStatus).toBe(ProviderStatus.STALE);
    expect(await client.getBooleanValue('a', false)).toBe(true);
  });

  it('fatal for a refused key with nothing to answer from', async () => {
    const { client, told, ready } = register(new TurnoutProvider(options({ key: OTHER_KEY })));
    await expect(ready).rejects.toMatchObject({ code: 'PROVIDER_FATAL' });
    expect(client.providerStatus).toBe(ProviderStatus.FATAL);
    expect(eventsOf(told)).toEqual([Failed]);
    expect(await client.getBooleanDetails('a', true)).toMatchObject({ value: true, errorCode: 'PROVIDER_FATAL' });
  });

  it('an error for a refused key beside a bundled file, which is answered from all the same', async () => {
    const { client, ready } = register(new TurnoutProvider(options({ key: OTHER_KEY, bootstrap })));
    await expect(ready).rejects.toMatchObject({ code: 'GENERAL' });
    expect(client.providerStatus).toBe(ProviderStatus.ERROR);
    expect(await client.getBooleanDetails('a', false)).toMatchObject({ value: true, variant: 'on' });
  });

  it('not ready where there is neither server nor file, within its bound, and ready once there is one', async () => {
    server.refusals = { '/sdk/v1/ruleset': 503, '/sdk/v1/stream': 503 };
    const { client, told, ready } = register(new TurnoutProvider(options(), { readyWithinMs: 200 }));
    await expect(ready).rejects.toMatchObject({ code: 'PROVIDER_NOT_READY' });
    expect(client.providerStatus).toBe(ProviderStatus.ERROR);
    expect(await client.getBooleanDetails('a', true)).toMatchObject({ value: true, errorCode: 'PROVIDER_NOT_READY' });
    server.refusals = {};
    await expect.poll(() => client.providerStatus, { timeout: 20_000 }).toBe(ProviderStatus.READY);
    expect(eventsOf(told).filter((event) => event === Ready)).toHaveLength(1);
    expect(await client.getBooleanValue('a', false)).toBe(true);
  });

  it('ready from a bundled file when no server answers, and stale at once', async () => {
    await server.stop();
    const { client, told, ready } = register(new TurnoutProvider(options({ bootstrap }), { readyWithinMs: 300 }));
    await ready;
    await expect.poll(() => client.providerStatus, { timeout: 20_000 }).toBe(ProviderStatus.STALE);
    expect(eventsOf(told)).toEqual([Ready, Stale]);
    expect(await client.getBooleanValue('a', false)).toBe(true);
    await server.start();
    await expect.poll(() => client.providerStatus, { timeout: 20_000 }).toBe(ProviderStatus.READY);
  });

  it('ready from its own cache when no server answers', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'turnout-cache-'));
    const cacheFile = join(folder, 'flags.json');
    const first = new Turnout(options({ cacheFile }));
    await first.ready();
    await first.flush();
    await first.close();
    await server.stop();
    const { client, ready } = register(new TurnoutProvider(options({ cacheFile }), { readyWithinMs: 300 }));
    await ready;
    expect(await client.getBooleanValue('b', false)).toBe(true);
    await server.start();
    await expect.poll(() => client.providerStatus, { timeout: 20_000 }).toBe(ProviderStatus.READY);
    rmSync(folder, { recursive: true, force: true });
  });

  it('fatal for a client that was closed, and nothing more once the provider itself was', async () => {
    const turnout = new Turnout(options());
    await turnout.ready();
    const { told, ready, domain } = register(new TurnoutProvider(turnout));
    await ready;
    await OpenFeature.setProviderAndWait(domain, new TurnoutProvider(options()));
    const before = told.length;
    await turnout.close();
    server.put(flagOf('z'));
    await expect.poll(() => eventsOf(told.slice(before))).toEqual([ConfigurationChanged]);
    await expect(register(new TurnoutProvider(turnout)).ready).rejects.toMatchObject({ code: 'PROVIDER_FATAL' });
  });
});
