import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyChain } from '../changes/verify-chain.ts';
import { openDatabase } from '../database/connect.ts';
import { hasPostgres } from '../database/test-database.ts';
import { type ServerProcess, startServer } from './server-process.fixture.ts';

const WRITERS = 20;
const ENVIRONMENTS = ['e0', 'e1', 'e2', 'e3', 'e4'];
const FOR_MS = 10_000;

describe.skipIf(!hasPostgres)('20 writers over 5 environments with edits of the whole project', () => {
  const names = [0, 1].map(() => `turnout_writers_${randomBytes(5).toString('hex')}`);
  let server: ServerProcess;
  let admin: postgres.Sql;
  const address = (name: string | undefined) => {
    const url = new URL(process.env.TEST_DATABASE_URL ?? '');
    url.pathname = `/${name}`;
    return url.href;
  };

  beforeAll(async () => {
    admin = postgres(process.env.TEST_DATABASE_URL ?? '', { max: 1, onnotice: () => undefined });
    for (const name of names) await admin.unsafe(`CREATE DATABASE ${name}`);
    server = await startServer({ DATABASE_URL: address(names[0]) });
    await server.api('POST', '/projects', { key: 'p', name: 'p' });
    for (const key of ENVIRONMENTS) await server.api('POST', '/projects/p/environments', { key, name: key });
    for (let i = 0; i < WRITERS; i++) {
      await server.api('POST', '/projects/p/flags', {
        key: `f${i}`,
        type: 'boolean',
        variants: { on: true, off: false },
      });
    }
  });
  afterAll(async () => {
    await server?.remove();
    for (const name of names) await admin.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await admin.end();
  });

  it('no deadlock, the chain verifies, and every environment has each revision once', async () => {
    const end = Date.now() + FOR_MS;
    const statuses = new Map<number, number>();
    const write = async (index: number) => {
      for (let turn = 0; Date.now() < end; turn++) {
        const environment = ENVIRONMENTS[(index + turn) % ENVIRONMENTS.length];
        const answer =
          turn % 5 === 4
            ? await server.api('PATCH', `/projects/p/flags/f${index}`, { clientVisible: turn % 2 === 0 })
            : await server.api(
                'POST',
                `/projects/p/environments/${environment}/flags/f${index}/${turn % 2 ? 'on' : 'off'}`,
                {},
              );
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, (_, index) => write(index)));
    // A writer that waited too long for the lock is told to try again; nothing else may happen.
    expect([...statuses.keys()].filter((status) => status !== 200 && status !== 503)).toEqual([]);
    expect(statuses.get(200) ?? 0).toBeGreaterThan(100);
    expect((await server.api('GET', '/projects/p/changes/verify')).body).toMatchObject({ ok: true });
    const sql = postgres(address(names[0]), { max: 1 });
    const places = await sql`
      SELECT e.key, e.revision::int AS at, count(c.revision)::int AS rows, max(c.revision)::int AS top,
        count(DISTINCT c.revision)::int AS distinct_rows
      FROM environments e JOIN change_environments c ON c.environment_id = e.id AND c.epoch = e.epoch
      GROUP BY e.id`;
    await sql.end();
    expect(places).toHaveLength(ENVIRONMENTS.length);
    for (const place of places) {
      expect(place).toMatchObject({ rows: place.at, top: place.at, distinct_rows: place.at });
    }
  }, 60_000);

  it('dump, restore, verify', async ({ skip }) => {
    const bin = await postgresPrograms(address(names[0]));
    if (bin === undefined) {
      if (process.env.CI === 'true') throw new Error('In CI there must be a pg_dump as new as the server.');
      skip('no pg_dump here is as new as the tests’ Postgres');
      return;
    }
    const dump = execFileSync(join(bin, 'pg_dump'), [address(names[0])], { maxBuffer: 256 * 1024 * 1024 });
    execFileSync(join(bin, 'psql'), ['-q', '-v', 'ON_ERROR_STOP=1', address(names[1])], {
      input: dump,
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    const restored = await openDatabase({ url: address(names[1]) });
    try {
      const sql = postgres(address(names[1]), { max: 1 });
      const [project] = await sql`SELECT id::int AS id, chain_seq::int AS seq FROM projects WHERE key = 'p'`;
      await sql.end();
      expect(await verifyChain(restored.db, project?.id)).toMatchObject({ ok: true, entries: project?.seq });
    } finally {
      await restored.close();
    }
  }, 60_000);
});

/** Where Debian keeps pg_dump and psql, if they are at least as new as the server. */
async function postgresPrograms(url: string): Promise<string | undefined> {
  const sql = postgres(url, { max: 1 });
  const [row] = await sql`SELECT current_setting('server_version_num')::int / 10000 AS major`;
  await sql.end();
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian)
    ? readdirSync(debian)
        .map(Number)
        .sort((a, b) => b - a)
    : [];
  const newest = versions[0];
  return newest !== undefined && newest >= row?.major ? join(debian, String(newest), 'bin') : undefined;
}
