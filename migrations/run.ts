import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The little that the runner needs of a database: a session that it has to itself. */
export interface MigrationSession {
  /** Runs any number of statements without parameters. */
  script(sql: string): Promise<void>;
  /** Runs one statement and gives its rows. */
  rows(sql: string): Promise<Record<string, unknown>[]>;
}

export interface Migration {
  name: string;
  sql: string;
  /** SHA-256 of the file, so that an edited migration is found. */
  hash: string;
}

/** All nodes that start at once take this lock; one migrates and the others find the work done. */
const LOCK = 8_420_001;

/** Reads the SQL files beside this module, in order. */
export async function readMigrations(): Promise<Migration[]> {
  const here = fileURLToPath(new URL('.', import.meta.url));
  // Compiled output lies one folder below the SQL files.
  const folder = here.endsWith('/dist/') ? fileURLToPath(new URL('..', import.meta.url)) : here;
  const names = (await readdir(folder)).filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(`${folder}${name}`, 'utf8');
      return { name, sql, hash: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/**
 * Brings a database up to date, under an advisory lock, each file in its own transaction. Answers the names that were
 * applied. Throws when an applied file was edited since, or when the database is newer than this program.
 */
export async function migrate(session: MigrationSession, migrations: Migration[]): Promise<string[]> {
  await session.script(`SELECT pg_advisory_lock(${LOCK})`);
  try {
    // A server whose role may not make tables starts all the same, where another role has migrated.
    const [table] = await session.rows("SELECT to_regclass('turnout_migrations') IS NULL AS missing");
    if (table?.missing) {
      await session.script(
        'CREATE TABLE turnout_migrations (name text PRIMARY KEY, hash text NOT NULL, at timestamptz(3) NOT NULL DEFAULT now())',
      );
    }
    const done = new Map<string, string>();
    for (const row of await session.rows('SELECT name, hash FROM turnout_migrations ORDER BY name')) {
      done.set(String(row.name), String(row.hash));
    }
    refuseStrangers(done, migrations);
    const applied: string[] = [];
    for (const migration of migrations) {
      if (done.has(migration.name)) continue;
      await session.script(
        `BEGIN;\n${migration.sql}\n;INSERT INTO turnout_migrations (name, hash) VALUES ('${migration.name}', '${migration.hash}');\nCOMMIT;`,
      );
      applied.push(migration.name);
    }
    return applied;
  } catch (error) {
    await session.script('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    await session.script(`SELECT pg_advisory_unlock(${LOCK})`).catch(() => undefined);
  }
}

function refuseStrangers(done: Map<string, string>, migrations: Migration[]): void {
  const known = new Map(migrations.map((migration) => [migration.name, migration.hash]));
  for (const [name, hash] of done) {
    const expected = known.get(name);
    if (expected === undefined) {
      throw new Error(
        `The database has migration ${name}, which this version of Turnout does not know. Start a newer version.`,
      );
    }
    if (expected !== hash) {
      throw new Error(
        `Migration ${name} was edited after it was applied. Put the file back; write a new one for the change.`,
      );
    }
  }
}
