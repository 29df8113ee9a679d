import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPostgres } from '../database/test-database.ts';
import { turnout } from './command-line.fixture.ts';
import { type FreshDatabase, freshDatabase } from './fresh-database.fixture.ts';
import { type RunningApps, startApps } from './running-apps.fixture.ts';
import { prepareProject, type ServerProcess, startServer } from './server-process.fixture.ts';

const ROOT_TOKEN = 'a-root-token-for-a-crash-that-is-long-enough';
/** A node writes within a second which apps it knows; a busy machine is given more. */
const WRITTEN_MS = 4_000;

describe.each(hasPostgres ? ['postgres', 'embedded'] : ['embedded'])('a node on %s that is killed with -9', (kind) => {
  let database: FreshDatabase | undefined;
  let server: ServerProcess;
  let apps: RunningApps;

  beforeAll(async () => {
    if (kind === 'postgres') database = await freshDatabase();
    const where = database ? { DATABASE_URL: database.url } : {};
    server = await startServer({ ...where, TURNOUT_ROOT_TOKEN: ROOT_TOKEN });
    const { serverKey } = await prepareProject(server, 'p', ['cart']);
    apps = await startApps({ url: server.url, key: serverKey, hosts: ['held-1', 'held-2'] });
    await new Promise((resolve) => setTimeout(resolve, WRITTEN_MS));
  });
  afterAll(async () => {
    apps?.end();
    await server?.remove();
    await database?.drop();
  });

  const run = (...words: string[]) =>
    turnout([...words, '-p', 'p', '-e', 'production'], { TURNOUT_URL: server.url, TURNOUT_KEY: ROOT_TOKEN });

  it('knows after its start whom a kill has not reached, and names them; once they are back all is told', async () => {
    apps.freeze();
    await server.kill9();
    await server.start();
    const killed = await run('kill', 'cart', '--reason', 'it burns', '--wait', '1s');
    expect(killed.out).toMatch(/0\/2 apps/);
    expect(killed.out).toContain('not yet: held-1');
    expect(killed.out).toContain('not yet: held-2');
    expect(killed.code).toBe(3);
    apps.wake();
    const restored = await run('restore', 'cart', '--wait', '30s');
    expect(restored.out).toMatch(/2\/2 apps after \d+ ms/);
    expect(restored.code).toBe(0);
  });
});
