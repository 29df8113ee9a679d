import { Turnout } from '@turnout/sdk-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PrivatePostgres, startPrivatePostgres } from '../database/private-postgres.ts';
import { hasPostgres } from '../database/test-database.ts';
import { prepareProject, type ServerProcess, startServer } from './server-process.fixture.ts';

const PAUSE_MS = 4_000;
const killPath = (flag: string) => `/projects/p/environments/production/flags/${flag}/kill`;

describe.skipIf(!hasPostgres)('with Postgres gone', () => {
  let database: PrivatePostgres;
  let server: ServerProcess;
  let app: Turnout;
  let serverKey: string;

  beforeAll(async () => {
    const started = await startPrivatePostgres();
    if (!started) throw new Error('no Postgres could be started');
    database = started;
    server = await startServer({ DATABASE_URL: database.url });
    ({ serverKey } = await prepareProject(server, 'p', ['stopped', 'hung', 'other']));
    app = new Turnout({ url: server.url, key: serverKey, logger: false });
    await app.ready();
  });
  afterAll(async () => {
    await app?.close();
    await server?.remove();
    await database?.stop();
  });

  async function timesInLog(killId: string): Promise<number> {
    const page = await server.api('GET', '/projects/p/changes?limit=200');
    return page.body.items.filter((change: { killId?: string }) => change.killId === killId).length;
  }

  async function evaluateOverHttp(flag: string): Promise<unknown> {
    const response = await fetch(`${server.url}/ofrep/v1/evaluate/flags/${flag}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${serverKey}`, 'content-type': 'application/json' },
      body: '{"context":{}}',
    });
    return ((await response.json()) as { value?: unknown }).value;
  }

  it('stopped: evaluation and snapshots go on, a kill reaches the SDK, a restart still serves it, the log has it once', async () => {
    expect(app.boolean('stopped', false)).toBe(true);
    await database.crash();
    const killed = await server.api('POST', killPath('stopped'), { reason: 'it burns' });
    expect(killed.status).toBe(202);
    expect(killed.body).toMatchObject({ durable: 'journal' });
    await expect.poll(() => app.boolean('stopped', true), { timeout: 5000 }).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    expect(app.boolean('other', false)).toBe(true);
    expect(await evaluateOverHttp('other')).toBe(true);
    expect(await evaluateOverHttp('stopped')).toBe(false);
    const snapshot = await fetch(`${server.url}/sdk/v1/ruleset`, { headers: { authorization: `Bearer ${serverKey}` } });
    expect(snapshot.status).toBe(200);
    expect((await fetch(`${server.url}/livez`)).status).toBe(200);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    const flip = await server.api('POST', '/projects/p/environments/production/flags/other/off', {});
    expect(flip.status).toBe(503);

    await server.kill9();
    await server.start();
    expect(await evaluateOverHttp('stopped')).toBe(false);
    expect(await evaluateOverHttp('other')).toBe(true);

    await database.start();
    await expect.poll(() => timesInLog(killed.body.id), { timeout: 20_000, interval: 300 }).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(await timesInLog(killed.body.id)).toBe(1);
    expect((await server.api('GET', '/projects/p/changes/verify')).body).toMatchObject({ ok: true });
    expect(await evaluateOverHttp('stopped')).toBe(false);
    await expect.poll(() => app.status().state, { timeout: 20_000 }).toBe('live');
    expect(app.boolean('stopped', true)).toBe(false);
  }, 120_000);

  it('hung: a kill is answered within seconds, reaches the SDK, and is in the log once', async () => {
    expect(app.boolean('hung', false)).toBe(true);
    process.kill(database.pid(), 'SIGSTOP');
    await stopBackends('SIGSTOP');
    try {
      const from = Date.now();
      const killed = await server.api('POST', killPath('hung'), { reason: 'it hangs' });
      expect(Date.now() - from).toBeLessThan(10_000);
      expect(killed.status).toBe(202);
      await expect.poll(() => app.boolean('hung', true), { timeout: 5000 }).toBe(false);
      expect(await evaluateOverHttp('other')).toBe(true);
      await stopBackends('SIGCONT');
      process.kill(database.pid(), 'SIGCONT');
      await expect.poll(() => timesInLog(killed.body.id), { timeout: 30_000, interval: 300 }).toBe(1);
    } finally {
      await stopBackends('SIGCONT');
      process.kill(database.pid(), 'SIGCONT');
    }
    expect(app.boolean('hung', true)).toBe(false);
  }, 120_000);

  /** A hung server is one whose backends hang: they are the postmaster's children. */
  async function stopBackends(signal: NodeJS.Signals): Promise<void> {
    const { readFile } = await import('node:fs/promises');
    const parent = database.pid();
    const children = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8');
    for (const pid of children.split(' ').filter(Boolean)) process.kill(Number(pid), signal);
  }
});
