import { contextHash } from '@turnout/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { flagOf, HouseServer, killOf, SERVER_KEY } from './house-server.fixture.ts';
import { Turnout } from './index.ts';

const SOON = { timeout: 10_000, interval: 5 };
const forSwiss = {
  rules: [
    {
      id: 'r',
      if: { attribute: 'country', op: 'equals' as const, values: ['CH'] },
      serve: { variant: 'on' },
    },
  ],
  fallthrough: { variant: 'off' },
};

let server: HouseServer;
let turnout: Turnout;

beforeEach(async () => {
  const seen = { clientVisible: true };
  server = await new HouseServer(
    flagOf('cart', seen),
    flagOf('swiss', { ...seen, ...forSwiss }),
    flagOf('needs-cart', { ...seen, prerequisites: [{ flag: 'cart', variants: ['on'] }] }),
    flagOf('hidden'),
  ).start();
  turnout = new Turnout({ url: server.url, key: SERVER_KEY, logger: false, context: { country: 'CH' } });
  await turnout.ready();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await turnout.close();
  await server.stop();
});

const valuesOf = (sent: ReturnType<Turnout['bootstrap']>) =>
  Object.fromEntries(Object.entries(sent.flags).map(([key, { value }]) => [key, value]));

describe('what a page is sent', () => {
  it('are the values of what clients may see, for the context that it names', () => {
    const sent = turnout.bootstrap({ targetingKey: 'u' });
    expect(sent).toMatchObject({ v: 1, position: 'x.1' });
    expect(sent.contextHash).toBe(contextHash({ targetingKey: 'u', country: 'CH' }));
    expect(sent.flags).toEqual({
      cart: { value: true, variant: 'on', reason: 'STATIC' },
      swiss: { value: true, variant: 'on', reason: 'TARGETING_MATCH' },
      'needs-cart': { value: true, variant: 'on', reason: 'STATIC' },
    });
  });

  it('is that of a client that knows more of whom it asks for', () => {
    const sent = turnout.with({ country: 'DE' }).bootstrap();
    expect(sent.contextHash).toBe(contextHash({ country: 'DE' }));
    expect(sent.flags.swiss).toEqual({ value: false, variant: 'off', reason: 'DEFAULT' });
  });

  it('knows of a kill before any revision does', async () => {
    server.kill(killOf('cart'));
    await expect
      .poll(() => valuesOf(turnout.bootstrap()), SOON)
      .toEqual({ cart: false, swiss: true, 'needs-cart': false });
    expect(turnout.bootstrap().flags.cart).toEqual({ value: false, variant: 'off', reason: 'DEFAULT' });
  });

  it('is counted as flags that were asked for together', async () => {
    turnout.bootstrap();
    turnout.boolean('cart', false);
    await turnout.flush();
    const [report] = server.reports as { flags: { flag: string }[]; bulk: { flag: string }[] }[];
    expect(report?.bulk.map(({ flag }) => flag)).toEqual(['cart', 'swiss', 'needs-cart']);
    expect(report?.flags.map(({ flag }) => flag)).toEqual(['cart']);
  });

  it('is nothing, for no context, where the context cannot be written or nothing is known', () => {
    const nothing = { v: 1, position: null, contextHash: '', flags: {} };
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    expect(turnout.bootstrap(circle as never)).toEqual(nothing);
    const throwing = Object.defineProperty({}, 'plan', {
      enumerable: true,
      get() {
        throw new Error('not now');
      },
    });
    expect(turnout.bootstrap(throwing)).toEqual(nothing);
    const early = new Turnout({ url: 'http://127.0.0.1:9', key: SERVER_KEY, logger: false });
    expect(early.bootstrap({})).toEqual({ ...nothing, contextHash: contextHash({}) });
    void early.close({ timeoutMs: 0 });
  });
});
