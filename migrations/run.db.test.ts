import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MigrationSession, migrate, readMigrations } from './run.ts';

const server = process.env.TEST_DATABASE_URL;

describe.skipIf(!server)('the migration runner on a real Postgres', () => {
  const name = `turnout_migrations_${randomBytes(4).toString('hex')}`;
  let admin: postgres.Sql;
  let url: string;
  const open: postgres.Sql[] = [];

  beforeAll(async () => {
    admin = postgres(server ?? '', { max: 1, onnotice: () => undefined });
    await admin.unsafe(`CREATE DATABASE ${name}`);
    const address = new URL(server ?? '');
    address.pathname = `/${name}`;
    url = address.href;
  });
  afterAll(async () => {
    for (const sql of open) await sql.end();
    await admin.unsafe(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.end();
  });

  function session(): MigrationSession {
    const sql = postgres(url, { max: 1, onnotice: () => undefined });
    open.push(sql);
    return {
      script: async (text) => {
        await sql.unsafe(text).simple();
      },
      rows: async (text) => [...(await sql.unsafe(text))],
    };
  }

  it('lets one of several nodes that start at once do the work', async () => {
    const migrations = await readMigrations();
    const applied = await Promise.all([session(), session(), session()].map((one) => migrate(one, migrations)));
    expect(applied.flat().sort()).toEqual(migrations.map((migration) => migration.name));
  });

  it('refuses a file that was edited after it was applied', async () => {
    const migrations = (await readMigrations()).map((migration) => ({ ...migration, hash: 'another' }));
    await expect(migrate(session(), migrations)).rejects.toThrow('was edited after it was applied');
  });

  it('refuses a database that is newer than the program', async () => {
    await expect(migrate(session(), [])).rejects.toThrow('Start a newer version');
  });

  it('leaves nothing of a migration that fails, and lets go of the lock', async () => {
    const migrations = await readMigrations();
    const broken = { name: '9999_broken.sql', sql: 'CREATE TABLE half (id int); SELECT 1/0;', hash: 'x' };
    await expect(migrate(session(), [...migrations, broken])).rejects.toThrow();
    const check = session();
    expect(await check.rows(`SELECT to_regclass('half') AS half`)).toEqual([{ half: null }]);
    expect(await migrate(check, migrations)).toEqual([]);
  });
});
