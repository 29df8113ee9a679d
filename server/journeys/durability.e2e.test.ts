import { afterEach, describe, expect, it } from 'vitest';
import { hasPostgres } from '../database/test-database.ts';
import { type FreshDatabase, freshDatabase } from './fresh-database.fixture.ts';
import { prepareProject, type ServerProcess, startServer } from './server-process.fixture.ts';

const FLIPS = 1000;
let server: ServerProcess | undefined;
let database: FreshDatabase | undefined;
afterEach(async () => {
  await server?.remove();
  await database?.drop();
  server = undefined;
  database = undefined;
});

/** Flips the flags in turn until the server dies; answers what it acknowledged, by change id. */
async function flipUntilDeath(alive: ServerProcess, flags: string[], onAcknowledged: (count: number) => void) {
  const acknowledged = new Map<number, { flag: string; state: string }>();
  let count = 0;
  const writer = async (flag: string) => {
    for (let state = 'off'; count < FLIPS; state = state === 'off' ? 'on' : 'off') {
      const answer = await alive
        .api('POST', `/projects/p/environments/production/flags/${flag}/${state}`, {})
        .catch(() => undefined);
      if (answer === undefined) return;
      if (answer.status !== 200) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
      acknowledged.set(answer.body.change.id, { flag, state });
      onAcknowledged(++count);
    }
  };
  await Promise.all(flags.map(writer));
  return acknowledged;
}

describe.each(hasPostgres ? ['postgres', 'embedded'] : ['embedded'])('kill -9 on %s', (kind) => {
  it('loses no acknowledged flip, and the chain verifies', async () => {
    if (kind === 'postgres') database = await freshDatabase();
    server = await startServer(database ? { DATABASE_URL: database.url } : {});
    const flags = ['f0', 'f1', 'f2', 'f3'];
    await prepareProject(server, 'p', flags);
    const alive = server;
    // Somewhere in the middle, another place at each run; the seed is in the message where it fails.
    const deathAt = 300 + Math.floor(Math.random() * 600);
    let dying: Promise<void> | undefined;
    const acknowledged = await flipUntilDeath(alive, flags, (count) => {
      if (count === deathAt) dying = alive.kill9();
    });
    await dying;
    await alive.start();
    const stored = new Map<number, string>();
    for (let path: string | undefined = '/projects/p/changes?limit=200'; path; ) {
      const page = await alive.api('GET', path);
      expect(page.status).toBe(200);
      for (const change of page.body.items) stored.set(change.id, `${change.subject} ${change.action}`);
      path = page.body.next ? `/projects/p/changes?limit=200&cursor=${encodeURIComponent(page.body.next)}` : undefined;
    }
    for (const [id, { flag, state }] of acknowledged) {
      expect(`${id} ${stored.get(id)} (death at ${deathAt})`).toBe(
        `${id} flag/${flag} flag.${state} (death at ${deathAt})`,
      );
    }
    const verified = await alive.api('GET', '/projects/p/changes/verify');
    expect(verified.body).toMatchObject({ ok: true });
  }, 400_000);
});
