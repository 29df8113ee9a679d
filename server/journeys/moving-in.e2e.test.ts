import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JsonValue } from '@turnout/core';
import { Turnout } from '@turnout/sdk-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { turnout } from './command-line.fixture.ts';
import { prepareProject, type ServerProcess, startServer } from './server-process.fixture.ts';

const OTEL_DEMO = fileURLToPath(new URL('../../../shared/vectors/demo/otel-demo.flagd.json', import.meta.url));
const ROOT_TOKEN = 'a-root-token-for-those-who-move-in-from-flagd';
const PLACE = ['-p', 'shop', '-e', 'production'];

interface Flags {
  flags: Record<
    string,
    { variants: Record<string, JsonValue>; defaultVariant: string; targeting?: { if: JsonValue[] } }
  >;
}

/** A few flags of the same kind, for where the demo's file is not at hand. */
const OWN = {
  flags: {
    paymentFailure: { state: 'ENABLED', variants: { off: 0, '50%': 0.5, '100%': 1 }, defaultVariant: 'off' },
    banner: {
      state: 'ENABLED',
      variants: { plain: 'Hello', sale: 'Sale' },
      defaultVariant: 'plain',
      description: 'On top',
    },
    productCatalogFailure: {
      ...{ state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'off' },
      targeting: { if: [{ '==': [{ var: 'product_id' }, 'X'] }, 'off', 'off'] },
    },
  },
};

describe.each([
  { name: 'a small file', file: undefined, count: 3 },
  ...(existsSync(OTEL_DEMO) ? [{ name: 'the OpenTelemetry demo', file: OTEL_DEMO, count: 15 }] : []),
])('moving in from flagd, $name', ({ file, count }) => {
  const folder = mkdtempSync(join(tmpdir(), 'turnout-moving-'));
  const path = file ?? join(folder, 'flags.json');
  if (file === undefined) writeFileSync(path, JSON.stringify(OWN));
  const given: Flags = JSON.parse(readFileSync(path, 'utf8'));
  let server: ServerProcess;
  let app: Turnout;
  let serverKey: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    server = await startServer({ TURNOUT_ROOT_TOKEN: ROOT_TOKEN });
    ({ serverKey } = await prepareProject(server, 'shop', []));
    env = { TURNOUT_URL: server.url, TURNOUT_KEY: ROOT_TOKEN };
  }, 180_000);
  afterAll(async () => {
    await app?.close();
    await server?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('the flags come over whole, and a dry run says so before', async () => {
    const dry = await turnout(['import', path, ...PLACE, '--dry-run'], env);
    expect(dry).toMatchObject({ code: 0, err: '' });
    expect(dry.out).toContain(`${count} of ${count} carried over into production: ${count} flags would be made`);
    const done = await turnout(['import', path, ...PLACE], env);
    expect(done).toMatchObject({ code: 0, err: '' });
    expect(done.out).toContain(`${count} of ${count} carried over into production: ${count} flags were made`);
    expect(done.out).not.toContain('Not imported');
  });

  it('all of them evaluate over OFREP, without any context', async () => {
    const response = await fetch(`${server.url}/ofrep/v1/evaluate/flags`, {
      method: 'POST',
      headers: { authorization: `Bearer ${serverKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ context: {} }),
    });
    const { flags } = (await response.json()) as { flags: { key: string; variant: string; value: JsonValue }[] };
    const shown = Object.fromEntries(flags.map(({ key, variant, value }) => [key, { variant, value }]));
    const wanted = Object.entries(given.flags).map(([key, { variants, defaultVariant }]) => {
      return [key, { variant: defaultVariant, value: variants[defaultVariant] }];
    });
    expect(shown).toEqual(Object.fromEntries(wanted));
  });

  it('a variant that flagd’s file named reaches a running app, and goes back out again', async () => {
    app = new Turnout({ url: server.url, key: serverKey, logger: false });
    expect(await app.ready()).toMatchObject({ source: 'stream' });
    expect(app.number('paymentFailure', -1, {})).toBe(0);
    expect(await turnout(['serve', 'paymentFailure', '50%', ...PLACE], env)).toMatchObject({ code: 0 });
    await expect.poll(() => app.number('paymentFailure', -1, {}), { timeout: 5_000 }).toBe(0.5);
    const { code, out, err } = await turnout(['export', ...PLACE], env);
    expect([code, err]).toEqual([0, '']);
    const exported: Flags = JSON.parse(out);
    const wanted = structuredClone(given.flags);
    Object.assign(wanted.paymentFailure ?? {}, { defaultVariant: '50%' });
    // An else is a branch that always holds.
    wanted.productCatalogFailure?.targeting?.if.splice(2, 0, true);
    expect(exported.flags).toEqual(wanted);
  }, 120_000);
});
