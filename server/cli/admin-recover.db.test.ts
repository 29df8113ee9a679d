import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { type ServerProcess, startServer } from '../journeys/server-process.fixture.ts';
import { runCommand } from './run-command.ts';

describe.each(databaseKinds)('turnout admin recover on %s', (kind) => {
  let database: TestDatabase | undefined;
  let server: ServerProcess;
  let env: Record<string, string>;
  beforeAll(async () => {
    database = kind === 'postgres' ? await openTestDatabase('postgres') : undefined;
    env = database?.url === undefined ? {} : { DATABASE_URL: database.url };
    server = await startServer(env);
    env = { ...env, DATA_DIR: server.dataDir };
  });
  afterAll(async () => {
    await server?.remove();
    await database?.close();
  });

  async function turnout(words: string[], over = env) {
    const out: string[] = [];
    const code = await runCommand(words, {
      ...{ env: over, readInput: async () => '', stopped: AbortSignal.timeout(1_000) },
      ...{ print: (line) => out.push(line), warn: (line) => out.push(line) },
    });
    return { code, out: out.join('\n') };
  }
  async function post(path: string, body: object, cookie = '') {
    const headers = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', cookie };
    const response = await fetch(`${server.url}/api/v1${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    return { status: response.status, cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '' };
  }
  const me = async (cookie: string) => (await fetch(`${server.url}/api/v1/me`, { headers: { cookie } })).status;

  it('gives the way back in by a link, and signs out who was signed in', async () => {
    if (kind === 'embedded') {
      const refused = await turnout(['admin', 'recover']);
      expect(refused).toMatchObject({ code: 1, out: expect.stringContaining('is in use by process') });
      await server.stop();
    }
    const first = await turnout(['admin', 'recover', '--json']);
    const { login, made, url } = JSON.parse(first.out);
    expect({ code: first.code, login, made }).toEqual({ code: 0, login: 'admin', made: true });
    if (kind === 'embedded') server = await startServer({ ...env, DATA_DIR: server.dataDir });
    const token = new URL(url).hash.slice(1);
    const accepted = await post('/invitations', { token, password: 'a password to start with' });
    expect(accepted.status).toBe(200);
    expect(await me(accepted.cookie)).toBe(200);
    if (kind === 'embedded') await server.stop();
    expect(await turnout(['admin', 'recover'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        /^admin sets a new password here[\s\S]*\/invitation#turnout_link_[\s\S]*Signed out: 1\./,
      ),
    });
    if (kind === 'embedded') server = await startServer({ ...env, DATA_DIR: server.dataDir });
    // Nobody rings a server that runs beside: it finds out within two seconds.
    await expect.poll(() => me(accepted.cookie), { timeout: 5_000 }).toBe(401);
  });

  it('takes logins that can be logins, and a database that is there', async () => {
    expect(await turnout(['admin', 'forget'])).toMatchObject({
      code: 2,
      out: expect.stringContaining('knows recover'),
    });
    const elsewhere = mkdtempSync(join(tmpdir(), 'turnout-nothing-'));
    const nothing = await turnout(['admin', 'recover'], { DATA_DIR: elsewhere });
    expect(nothing).toMatchObject({ code: 2, out: expect.stringContaining('There is no database') });
    rmSync(elsewhere, { recursive: true });
  });
});
