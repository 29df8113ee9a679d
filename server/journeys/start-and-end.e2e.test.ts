import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { startPrivatePostgres } from '../database/private-postgres.ts';
import { hasPostgres } from '../database/test-database.ts';
import { turnout } from './command-line.fixture.ts';
import { type Program, SERVER, startProgram } from './program.fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'turnout-process-'));
const programs: Program[] = [];
afterEach(async () => {
  for (const program of programs.splice(0)) {
    program.signal('SIGKILL');
    await program.ended;
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ADDRESS = /(http:\/\/127\.0\.0\.1:\d+)/;

function start(settings: Record<string, string>, before: string[] = []): Program {
  const program = startProgram(process.execPath, [...before, ...SERVER], { PORT: '0', ...settings });
  programs.push(program);
  return program;
}

/** Once it listens and is ready; answers its address. */
async function whenReady(program: Program): Promise<string> {
  const url = await program.heard(ADDRESS);
  await expect.poll(async () => (await fetch(`${url}/readyz`)).status, { timeout: 60_000 }).toBe(200);
  return url;
}

/** Opens a stream and gives all that comes until it ends. */
async function listen(url: string, key: string): Promise<{ opened: Promise<unknown>; all: Promise<string> }> {
  const answer = await fetch(`${url}/sdk/v1/stream`, { headers: { authorization: `Bearer ${key}` } });
  let text = '';
  let open: (value?: unknown) => void = () => undefined;
  const opened = new Promise((resolve) => {
    open = resolve;
  });
  const read = async () => {
    const decoder = new TextDecoder();
    for await (const piece of answer.body as unknown as AsyncIterable<Uint8Array>) {
      text += decoder.decode(piece, { stream: true });
      if (text.includes('event: hello')) open();
    }
    return text;
  };
  return { opened, all: read() };
}

describe('npm start', () => {
  it('prints where it is, where its keys are and what to paste; serves apps, and ends with a goodbye', async () => {
    const dataDir = join(folder, 'demo');
    const program = startProgram('npm', ['start'], { PORT: '0', DATA_DIR: dataDir });
    programs.push(program);
    await program.heard(/npx turnout on new-checkout/);
    const url = await program.heard(ADDRESS);
    expect(program.said()).toContain(join(dataDir, 'demo-keys'));
    expect(program.said()).toContain(`curl -s ${url}/ofrep/v1/evaluate/flags/new-checkout`);
    expect(program.said()).toContain("from '@turnout/sdk-node'");
    const key = readFileSync(join(dataDir, 'demo-keys', 'server'), 'utf8').trim();
    expect(program.said()).not.toContain(key);
    const [rootToken = '', setup = ''] = readFileSync(join(dataDir, 'first-start'), 'utf8').split('\n');
    expect(setup).toContain(`${url}/setup#turnout_link_`);
    for (const secret of [rootToken, setup.split('#').at(-1)]) expect(program.said()).not.toContain(secret);

    const shown = await turnout(['eval', 'new-checkout'], { TURNOUT_URL: url, DATA_DIR: dataDir });
    expect(shown).toMatchObject({ code: 0, out: expect.stringContaining('value    true') });

    const second = start({ DATA_DIR: dataDir });
    expect(await second.ended).toBe(1);
    expect(second.said()).toMatch(/turnout cannot start: .* is in use by process \d+/);

    const stream = await listen(url, key);
    await stream.opened;
    program.signal('SIGTERM');
    expect(await stream.all).toContain('event: goodbye');
    await program.ended;
    await expect(fetch(`${url}/livez`)).rejects.toThrow();
  }, 120_000);
});

describe('a process', () => {
  it('that was not asked for rightly says everything that is wrong, and ends with 2', async () => {
    const program = start({ PORT: 'eighty', TURNOUT_ROOT_TOKEN: 'short', WORKERS: '4', DATA_DIR: folder });
    expect(await program.ended).toBe(2);
    for (const name of ['PORT', 'TURNOUT_ROOT_TOKEN', 'WORKERS']) expect(program.said()).toContain(`${name}: `);
    expect(program.said()).not.toContain('short');
  }, 60_000);

  it('whose port is taken says so, and ends with 1', async () => {
    const taken = await import('node:net').then(({ createServer }) => createServer());
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const program = start({ PORT: String(port), DATA_DIR: join(folder, 'taken') });
    expect(await program.ended).toBe(1);
    expect(program.said()).toContain(`port ${port} of 127.0.0.1 is taken by another program: set PORT`);
    taken.close();
  }, 60_000);
});

describe.skipIf(!hasPostgres)('a process whose database is away', () => {
  it('listens, is alive and not ready; is ready when the database comes; logs what nobody caught and goes on', async () => {
    const database = await startPrivatePostgres();
    if (!database) throw new Error('no Postgres could be started');
    try {
      await database.crash();
      const boom = 'data:text/javascript,process.on("SIGUSR2",()=>{Promise.reject(new Error("nobody heard this"))})';
      const settings = { DATABASE_URL: database.url, DATA_DIR: join(folder, 'away'), TURNOUT_SECRET: 's'.repeat(32) };
      const program = start(settings, ['--import', boom]);
      const url = await program.heard(ADDRESS);
      const ready = async () => {
        const answer = await fetch(`${url}/readyz`);
        return { code: answer.status, ...((await answer.json()) as { status: string; degraded: { part: string }[] }) };
      };
      await expect.poll(async () => (await ready()).status, { timeout: 30_000 }).toBe('no ruleset');
      expect((await ready()).degraded.map(({ part }) => part)).toContain('database');
      expect((await fetch(`${url}/livez`)).status).toBe(200);
      const headers = { authorization: `Bearer ${readFileSync(join(folder, 'away', 'first-start'), 'utf8').trim()}` };
      const list = () => fetch(`${url}/api/v1/projects`, { headers });
      const refused = await list();
      expect(refused.status).toBe(503);
      expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);

      await database.start();
      await expect.poll(ready, { timeout: 30_000 }).toMatchObject({ code: 200, degraded: [] });
      expect((await list()).status).toBe(200);

      program.signal('SIGUSR2');
      await program.heard(/nobody heard this/);
      expect((await fetch(`${url}/livez`)).status).toBe(200);

      const foreign = start({ ...settings, DATA_DIR: join(folder, 'foreign'), TURNOUT_SECRET: 'f'.repeat(32) });
      expect(await foreign.ended).toBe(1);
      expect(foreign.said()).toContain("is not this installation's");

      // A request that never comes to its end keeps the first signal waiting, and the second one does not wait.
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.on('error', () => undefined);
      const head = ['POST /api/v1/projects HTTP/1.1', 'Host: x', `Authorization: ${headers.authorization}`];
      socket.write([...head, 'Content-Type: application/json', 'Content-Length: 10', '', '{'].join('\r\n'));
      await whenReady(program);
      program.signal('SIGTERM');
      await program.heard(/"ending"/);
      program.signal('SIGTERM');
      expect(await program.ended).toBe(130);
      socket.destroy();
    } finally {
      await database.stop();
    }
  }, 120_000);
});
