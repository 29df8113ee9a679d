import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endSilentSessions } from './end-silent-sessions.ts';
import { hasPostgres, openTestDatabase, type TestDatabase } from './test-database.ts';

const text = (value: string) => Buffer.concat([Buffer.from(value), Buffer.from([0])]);
/** A message of Postgres's protocol: its kind, its length, and what it says. */
function message(kind: string, ...parts: Buffer[]): Buffer {
  const said = Buffer.concat(parts);
  const length = Buffer.alloc(4);
  length.writeInt32BE(said.length + 4);
  return Buffer.concat([Buffer.from(kind), length, said]);
}
const VERSION_3 = Buffer.from([0, 3, 0, 0]);

describe.runIf(hasPostgres)('a process that is stopped between the halves of a statement', () => {
  let database: TestDatabase;
  let silent: Socket;
  beforeAll(async () => {
    database = await openTestDatabase('postgres');
    await database.db.execute('CREATE TABLE held (id integer PRIMARY KEY); INSERT INTO held VALUES (1)');
  });
  afterAll(async () => {
    silent?.destroy();
    await database?.close();
  });

  it('keeps its locks for five seconds, and no longer', async () => {
    const { hostname, port, username, pathname } = new URL(database.url ?? '');
    silent = connect(Number(port), hostname);
    const hears = (said: string) =>
      new Promise<void>((resolve) => {
        const hear = (bytes: Buffer) => {
          if (!bytes.includes(said)) return;
          silent.off('data', hear);
          resolve();
        };
        silent.on('data', hear);
      });
    const ready = hears('server_version');
    silent.write(
      message('', VERSION_3, text('user'), text(username), text('database'), text(pathname.slice(1)), Buffer.from([0])),
    );
    await ready;
    const locked = hears('SELECT 1');
    silent.write(message('Q', text('BEGIN; SELECT * FROM held WHERE id = 1 FOR UPDATE')));
    await locked;
    // It has asked for the first half of a statement, and says nothing more.
    silent.write(Buffer.concat([message('P', text('s'), text('SELECT 1'), Buffer.from([0, 0])), message('H')]));
    const take = () =>
      database.db.execute('SET lock_timeout = 100; SELECT * FROM held FOR UPDATE').then(
        () => 'taken',
        () => 'locked',
      );
    expect(await take()).toBe('locked');
    expect(await endSilentSessions(database.db)).toBe(0);
    await expect.poll(() => endSilentSessions(database.db), { timeout: 15_000, interval: 500 }).toBe(1);
    await expect.poll(take, { timeout: 5_000 }).toBe('taken');
  }, 30_000);
});
