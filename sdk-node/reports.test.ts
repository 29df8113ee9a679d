import type { Report } from '@turnout/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { flagOf, HouseServer, SERVER_KEY } from './house-server.fixture.ts';
import { Turnout } from './index.ts';
import { recordLines } from './lines.fixture.ts';
import type { TurnoutOptions } from './options.ts';

const PATH = '/sdk/v1/reports';

describe('what a client evaluates', () => {
  let server: HouseServer;
  const apps: Turnout[] = [];
  beforeEach(async () => {
    server = await new HouseServer(
      flagOf('cart'),
      flagOf('text', { type: 'string', variants: { a: 'A' }, offVariant: 'a', fallthrough: { variant: 'a' } }),
      flagOf('hidden', { fallthrough: { coded: true } }),
    ).start();
  });
  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close({ timeoutMs: 0 });
    await server.stop();
  });

  async function start(options: Partial<TurnoutOptions> = {}): Promise<Turnout> {
    const app = new Turnout({ url: server.url, key: SERVER_KEY, logger: false, ...options });
    apps.push(app);
    await app.ready();
    return app;
  }

  const reports = () => server.reports as Report[];
  /** Counts of a kind by flag, over all reports: by variant, and under `coded`. */
  function counts(kind: 'flags' | 'bulk' = 'flags'): Record<string, Record<string, number>> {
    const sums: Record<string, Record<string, number>> = {};
    for (const report of reports()) {
      for (const { flag, variants, coded } of report[kind]) {
        const of = sums[flag] ?? {};
        sums[flag] = of;
        for (const [name, count] of Object.entries({ ...variants, ...(coded > 0 ? { coded } : {}) })) {
          of[name] = (of[name] ?? 0) + count;
        }
      }
    }
    return sums;
  }

  it.each([
    ['as it is', {}],
    ['through hooks', { hooks: [{ after: () => undefined }] }],
  ])('is counted however it is asked for, %s', async (_name, options) => {
    const app = await start(options);
    for (let i = 0; i < 10; i++) app.boolean('cart', false);
    app.with({ plan: 'pro' }).boolean('cart', true);
    app.evaluate('cart', false);
    app.string('text', 'x');
    app.boolean('text', true);
    app.boolean('hidden', true);
    app.boolean('nowhere', false);
    app.boolean(7 as never, false);
    app.watch('cart', false, {}, () => undefined);
    await app.flush();
    expect(counts()).toEqual({
      cart: { on: 12 },
      text: { a: 1, coded: 1 },
      hidden: { coded: 1 },
      nowhere: { coded: 1 },
    });
    const [first] = reports();
    expect(first?.flags.find(({ flag }) => flag === 'cart')?.codedDefaults).toEqual([false, true]);
    expect(first).toMatchObject({ position: server.position, overflow: 0, dropped: 0 });
    expect(first?.ageMs).toBeLessThan(5_000);
  });

  it('is counted apart where all flags are given together', async () => {
    const app = await start();
    app.all();
    app.all({}, { clientVisibleOnly: true });
    await app.flush();
    expect(counts()).toEqual({});
    expect(counts('bulk')).toEqual({ cart: { on: 1 }, text: { a: 1 }, hidden: { coded: 1 } });
  });

  it('is reported apart before and after a change, each with its place', async () => {
    const app = await start();
    const before = server.position;
    app.boolean('cart', false);
    server.put(flagOf('cart', { state: 'off' }));
    await expect.poll(() => app.status().position).toBe(server.position);
    app.boolean('cart', false);
    await app.flush();
    expect(reports().map(({ position, flags }) => [position, flags[0]?.variants])).toEqual([
      [before, { on: 1 }],
      [server.position, { off: 1 }],
    ]);
  });

  it('is reported at the end, and not later', async () => {
    const app = await start();
    for (let i = 0; i < 5; i++) app.boolean('cart', false);
    await app.close();
    expect(counts()).toEqual({ cart: { on: 5 } });
    app.boolean('cart', false);
    await app.flush();
    expect(counts()).toEqual({ cart: { on: 5 } });
  });

  it('waits without a word while the server is away, and comes whole when it is back', async () => {
    const app = await start();
    app.boolean('cart', false);
    await server.stop();
    await expect(app.flush()).resolves.toBeUndefined();
    for (let i = 0; i < 9; i++) app.boolean('cart', false);
    await app.flush();
    expect(counts()).toEqual({});
    await server.start();
    await app.flush();
    expect(counts()).toEqual({ cart: { on: 10 } });
  });

  it('is dropped, and said so once, where the server refuses it', async () => {
    const { logger, lines } = recordLines();
    const app = await start({ logger });
    server.refusals[PATH] = 422;
    for (let i = 0; i < 2; i++) {
      app.boolean('cart', false);
      await app.flush();
    }
    delete server.refusals[PATH];
    app.boolean('cart', false);
    await app.flush();
    expect(reports().map(({ dropped }) => dropped)).toEqual([2]);
    expect(lines.filter((line) => line.includes('422'))).toEqual([
      'warn turnout: the server refuses what was counted, with 422; it is dropped',
    ]);
  });

  it('keeps nobody waiting at the end when the server does not answer', async () => {
    const app = await start();
    app.boolean('cart', false);
    server.isDeaf = true;
    const from = Date.now();
    await app.close({ timeoutMs: 100 });
    expect(Date.now() - from).toBeLessThan(5_000);
  });

  it('is joined by what it tracks, by name, from every client of the connection, and kept while the server is away', async () => {
    const { logger, lines } = recordLines();
    const app = await start({ logger });
    app.track('bought', { context: { targetingKey: 'u' }, value: 7.5 });
    app.with({ plan: 'pro' }).track('bought', { value: -2 });
    app.track('seen');
    await server.stop();
    await app.flush();
    for (const details of [null, 7, { value: 'much' }, { value: Number.NaN }]) app.track('seen', details as never);
    app.track('seen', Object.defineProperty({}, 'value', { get: () => expect.fail('looked at') }));
    for (const name of [undefined, Symbol('s'), '', 'x'.repeat(1e6)]) app.track(name as never);
    await server.start();
    await app.flush();
    expect(reports().flatMap(({ events }) => events)).toEqual([
      { event: 'bought', count: 2, valued: 2, sum: 5.5 },
      { event: 'seen', count: 1, valued: 0, sum: 0 },
      { event: 'seen', count: 5, valued: 0, sum: 0 },
      { event: '', count: 4, valued: 0, sum: 0 },
    ]);
    expect(reports().every(({ flags, bulk }) => flags.length + bulk.length === 0)).toBe(true);
    expect(lines.filter((line) => line.includes('event'))).toHaveLength(2);
  });

  it('is not reported where a file for local work decided it', async () => {
    const { writeFileSync, mkdtempSync } = await import('node:fs');
    const file = `${mkdtempSync('/tmp/turnout-overrides-')}/flags.json`;
    writeFileSync(file, '{"cart": false}');
    process.env.TURNOUT_OVERRIDES = file;
    const app = await start();
    delete process.env.TURNOUT_OVERRIDES;
    expect(app.boolean('cart', true)).toBe(false);
    app.all();
    app.string('text', '');
    await app.flush();
    expect(counts()).toEqual({ text: { a: 1 } });
    expect(Object.keys(counts('bulk'))).toEqual(['text', 'hidden']);
  });
});
