import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';
import { hasPostgres } from './database/test-database.ts';
import { AUDIENCE, ISSUER, KeyProvider, makeSigningKey, signToken } from './evaluation/key-provider.fixture.ts';
import { type FreshDatabase, freshDatabase } from './journeys/fresh-database.fixture.ts';
import { createLogger } from './platform/logger.ts';
import { type RunningHouse, startHouse } from './start-house.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** A house with these settings, the lines that it logs, and how to ask it with one of the demo's keys. */
async function open(env: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'turnout-settings-'));
  folders.push(folder);
  const dataDir = join(folder, 'data');
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger('info', { write: (text: string) => lines.push(JSON.parse(text)) });
  const house = await startHouse(
    readConfig({ DATA_DIR: dataDir, PORT: '0', TURNOUT_DEMO: 'quiet', ...env }, []),
    logger,
  );
  await house.opened;
  const ask = (path: string, key: string, more: Record<string, string> = {}, method = 'GET', body?: object) => {
    const secret = readFileSync(join(dataDir, 'demo-keys', key), 'utf8').trim();
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json', ...more };
    return fetch(`${house.url}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  };
  return { house, lines, ask };
}

describe('settings of a house', () => {
  let house: RunningHouse;
  let lines: Record<string, unknown>[];
  let ask: Awaited<ReturnType<typeof open>>['ask'];
  const provider = new KeyProvider();
  beforeAll(async () => {
    await provider.listen();
    ({ house, lines, ask } = await open({
      OUTBOUND_ALLOW: `127.0.0.1:${provider.port}`,
      PUBLIC_URL: 'https://flags.example.com/turnout/',
      METRICS_PORT: '0',
      TRUST_PROXY: '1',
      LIMIT_CLIENT_REQUESTS: '2',
    }));
  });
  afterAll(() => Promise.all([house?.close(), provider.close()]));

  it('PUBLIC_URL is what it hands out: in its description, and before the address of an event stream', async () => {
    const description = await fetch(`${house.url}/api/openapi.json`);
    expect(await description.json()).toMatchObject({ servers: [{ url: 'https://flags.example.com/turnout' }] });
    expect(description.headers.get('strict-transport-security')).toMatch(/^max-age=/);
    const bulk = await ask('/ofrep/v1/evaluate/flags', 'server', {}, 'POST');
    const { eventStreams } = (await bulk.json()) as { eventStreams: { endpoint: { requestUri: string } }[] };
    expect(eventStreams[0]?.endpoint.requestUri).toMatch(/^\/turnout\/ofrep\/v1\/stream\?token=/);
  });

  it('METRICS_PORT serves the figures there, without a token, and nowhere else', async () => {
    const { address } = lines.find(({ msg }) => msg === 'serving metrics') ?? {};
    const { port } = address as AddressInfo;
    const figures = await fetch(`http://127.0.0.1:${port}/metrics`);
    expect(await figures.text()).toContain('turnout_environments_served');
    expect((await ask('/metrics', 'admin')).status).toBe(404);
  });

  it('TRUST_PROXY and LIMIT_* hold: a client key is counted by the address that the proxy saw', async () => {
    const from = async (address: string) =>
      (await ask('/ofrep/v1/evaluate/flags/banner', 'client', { 'x-forwarded-for': address }, 'POST')).status;
    const statuses = await Promise.all(Array.from({ length: 9 }, () => from('203.0.113.7')));
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(3);
    expect(await from('203.0.113.8')).toBe(200);
  });

  it('OUTBOUND_ALLOW lets keys of a sign-in be fetched from where it says, and from nowhere beside', async () => {
    const pair = await makeSigningKey('ES256');
    provider.keys = [pair];
    const rule = { mode: 'signed', issuer: ISSUER, audience: AUDIENCE, algorithms: ['ES256'] };
    const evaluate = async (jwksUrl: string) => {
      const wanted = { kind: 'client', name: 'account', context: { ...rule, jwksUrl }, reason: 'to sign' };
      const path = '/api/v1/projects/demo/environments/production/keys';
      const { secret } = (await (await ask(path, 'admin', {}, 'POST', wanted)).json()) as { secret: string };
      const headers = { authorization: `Bearer ${secret}`, 'turnout-context': await signToken(pair, Date.now()) };
      return fetch(`${house.url}/ofrep/v1/evaluate/flags`, { method: 'POST', headers });
    };
    expect((await evaluate(provider.url)).status).toBe(200);
    expect((await evaluate(provider.url.replace('127.0.0.1', '127.0.0.2'))).status).toBe(503);
    expect(provider.asked).toEqual(['/keys']);
    const warned = lines.filter(({ msg }) => msg === 'tokens of signed contexts cannot be checked as they should');
    expect(warned).toMatchObject([{ level: 'warn', fault: expect.stringContaining('OUTBOUND_ALLOW') }]);
  });
});

describe.runIf(hasPostgres)('a server with the role of docs/operations.md', () => {
  let fresh: FreshDatabase;
  let house: RunningHouse | undefined;
  const role = `turnout_server_${process.pid}`;
  beforeAll(async () => {
    fresh = await freshDatabase();
  });
  afterAll(async () => {
    await house?.close();
    const owner = postgres(fresh.url, { max: 1, onnotice: () => undefined });
    await owner.unsafe(`DROP OWNED BY ${role}; DROP ROLE ${role};`).simple();
    await owner.end();
    await fresh.drop();
  });

  it('makes, flips and kills, and may rewrite no entry of the log', async () => {
    const migrating = await open({ DATABASE_URL: fresh.url });
    await migrating.house.close();
    const text = readFileSync(new URL('../docs/operations.md', import.meta.url), 'utf8');
    const grants = /```sql\n(.*?)```/s.exec(text)?.[1]?.replaceAll('turnout_server', role) ?? '';
    const owner = postgres(fresh.url, { max: 1, onnotice: () => undefined });
    await owner.unsafe(grants).simple();
    await owner.end();

    const url = new URL(fresh.url);
    url.username = role;
    const secret = readFileSync(join(folders.at(-1) ?? '', 'data', 'secret'), 'utf8').trim();
    const opened = await open({ DATABASE_URL: url.href, TURNOUT_DEMO: 'quiet', TURNOUT_SECRET: secret });
    house = opened.house;
    const flag = '/api/v1/projects/demo/environments/production/flags/new-checkout';
    for (const verb of ['off', 'kill', 'restore', 'on']) {
      expect((await opened.ask(`${flag}/${verb}`, 'admin', {}, 'POST')).status).toBe(200);
    }
    const server = postgres(url.href, { max: 1, onnotice: () => undefined });
    for (const table of ['changes', 'change_environments', 'change_payloads']) {
      await expect(server.unsafe(`DELETE FROM ${table}`)).rejects.toMatchObject({ code: '42501' });
    }
    await expect(server.unsafe(`UPDATE changes SET actor = 'nobody'`)).rejects.toMatchObject({ code: '42501' });
    await server.end();
  });
});
