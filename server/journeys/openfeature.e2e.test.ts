import { OFREPProvider } from '@openfeature/ofrep-provider';
import {
  OpenFeature,
  OpenFeatureEventEmitter,
  type Provider,
  ProviderEvents,
  ProviderFatalError,
  ProviderNotReadyError,
} from '@openfeature/server-sdk';
import type { Flag } from '@turnout/core';
import { TurnoutProvider } from '@turnout/sdk-node/openfeature';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hasAppendix, readAppendix, readAppendixFlags } from '../../sdk-node/openfeature/appendix-flags.fixture.ts';
import {
  leaveOut,
  type ProviderState,
  play,
  type Stage,
  titled,
} from '../../sdk-node/openfeature/appendix-steps.fixture.ts';
import { prepareProject, type ServerProcess, startServer } from './server-process.fixture.ts';

/** npm's OFREP provider before a server, and what the last request of it had for a context. */
class OfrepStage implements Stage<Provider> {
  readonly url: () => string;
  readonly key: () => string;
  #seen: object | undefined;

  constructor(url: () => string, key: () => string) {
    this.url = url;
    this.key = key;
  }

  provider(state: ProviderState): Provider {
    const provider: Provider = new OFREPProvider({
      baseUrl: this.url(),
      headers: [['Authorization', `Bearer ${this.key()}`]],
      fetchImplementation: (input: string | URL | Request, init?: RequestInit) => this.#fetch(input, init),
    });
    return live(provider, state);
  }

  seen(): object | undefined {
    return this.#seen;
  }

  async #fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    // The provider hands over a request that is whole.
    const request = new Request(input, init);
    const asked = (await request.clone().json()) as { context?: object };
    this.#seen = asked.context;
    return fetch(request);
  }
}

/** npm's provider asks when it is asked, and has no life of its own: its states are what OpenFeature makes of these. */
function live(provider: Provider, state: ProviderState): Provider {
  const events = new OpenFeatureEventEmitter();
  const initialize = async (): Promise<void> => {
    if (state === 'not ready') await new Promise(() => {});
    if (state === 'error') throw new ProviderNotReadyError('as the scenario says');
    if (state === 'fatal') throw new ProviderFatalError('as the scenario says');
    if (state === 'stale') setImmediate(() => events.emit(ProviderEvents.Stale));
  };
  return Object.assign(provider, state === 'stable' ? {} : { events, initialize });
}

/** A flag as the admin API takes it, as it is in one environment. */
function asAuthored({ key, type, variants, metadata, state, offVariant, rules, fallthrough }: Flag) {
  const production = { state, offVariant, rules, fallthrough };
  return { key, type, variants, metadata, environments: { production } };
}

describe('OpenFeature before a whole house', () => {
  let server: ServerProcess;
  let serverKey = '';
  beforeAll(async () => {
    server = await startServer();
    ({ serverKey } = await prepareProject(server, 'shop', ['new-cart']));
    for (const flag of hasAppendix ? readAppendixFlags() : []) {
      const made = await server.api('POST', '/projects/shop/flags', asAuthored(flag));
      expect(made.status, JSON.stringify(made.body)).toBeLessThan(300);
    }
  });
  afterAll(() => server?.remove());
  afterEach(() => OpenFeature.clearProviders());

  it('tells an app through its provider of a kill, and answers by it', async () => {
    await OpenFeature.setProviderAndWait(
      'app',
      new TurnoutProvider({ url: server.url, key: serverKey, logger: false }),
    );
    const client = OpenFeature.getClient('app');
    const told: unknown[] = [];
    client.addHandler(ProviderEvents.ConfigurationChanged, (details) => void told.push(details?.flagsChanged));
    expect(await client.getBooleanDetails('new-cart', false)).toMatchObject({ value: true, reason: 'STATIC' });
    const path = '/projects/shop/environments/production/flags/new-cart/kill';
    expect((await server.api('POST', path, { reason: 'carts are lost' })).status).toBe(200);
    await expect.poll(() => told).toContainEqual(['new-cart']);
    expect(await client.getBooleanDetails('new-cart', true)).toMatchObject({ value: false, reason: 'DISABLED' });
  });

  if (hasAppendix) {
    const { left, out } = leaveOut(readAppendix(), [
      { name: '@reason-codes-cached', because: 'nothing is cached: every evaluation is made' },
      { name: '@reason-codes-disabled', because: 'npm’s provider takes an answer without a value for an error' },
      { name: 'Resolves based on context', because: 'test-flags.json has no flag context-aware' },
    ]);

    describe('Appendix B of OpenFeature’s specification, over OFREP by npm’s provider', () => {
      const stage = new OfrepStage(
        () => server.url,
        () => serverKey,
      );

      it.each(out)('leaves out $name, $count times: $because', ({ count }) => {
        expect(count).toBeGreaterThan(0);
      });

      it.each(titled(left))('%s', (_title, pickle) => play(pickle, stage));
    });
  }
});
