import { randomBytes } from 'node:crypto';
import { PGlite } from '@electric-sql/pglite';
import { migrate, readMigrations } from '@turnout/migrations';
import { sql } from 'drizzle-orm';
import postgres from 'postgres';
import type { Database } from './connect.ts';
import { wrapEmbedded } from './embedded.ts';
import { makeImage, readImage } from './embedded-image.ts';
import { openPostgres } from './postgres.ts';
import { addressOf, copyTemplate } from './template-database.ts';

/** A migrated, empty database for one test file. */
export interface TestDatabase extends Database {
  /** Its address; undefined for the embedded one. */
  url: string | undefined;
  /** Empties every table, the chain included, as if it had just been migrated. */
  reset(): Promise<void>;
}

/** True where the tests have a real Postgres (see postgres.fixture.ts). */
export const hasPostgres = Boolean(process.env.TEST_DATABASE_URL);

/**
 * The kinds to run a database test on: both, where both are there. TEST_DATABASES=postgres leaves the embedded one to the
 * tests that ask for it by name, and to every journey and page, whose servers run on it.
 */
export const databaseKinds: ('postgres' | 'embedded')[] = kindsToTest();

function kindsToTest(): ('postgres' | 'embedded')[] {
  if (!hasPostgres) return ['embedded'];
  return process.env.TEST_DATABASES === 'postgres' ? ['postgres'] : ['postgres', 'embedded'];
}

/** Opens a database of its own; on Postgres where there is one, unless `kind` says otherwise. */
export async function openTestDatabase(kind?: 'postgres' | 'embedded'): Promise<TestDatabase> {
  const wanted = kind ?? (hasPostgres ? 'postgres' : 'embedded');
  const base = wanted === 'postgres' ? await newPostgresDatabase() : await newEmbeddedDatabase();
  return {
    ...base,
    reset: async () => {
      await base.db.transaction((tx) => tx.execute(sql.raw(EMPTY_ALL)));
    },
  };
}

/** Children before parents. */
const TABLES = [
  'hook_flips',
  'signals',
  'hook_secrets',
  'hooks',
  'incident_kills',
  'incident_signals',
  'incident_people',
  'incident_places',
  'incidents',
  'approvals',
  'change_requests',
  'freezes',
  'guard_points',
  'decisions',
  'runs',
  'rollouts',
  'leases',
  'measured_reports',
  'metrics',
  'policy_attachments',
  'policy_versions',
  'policies',
  'policy_floors',
  'report_batches',
  'evaluation_counts',
  'uncounted_evaluations',
  'last_evaluations',
  'coded_defaults',
  'event_counts',
  'event_names',
  'lifted_kills',
  'kills',
  'followers',
  'change_environments',
  'change_payloads',
  'changes',
  'flag_environments',
  'flags',
  'segments',
  'idempotent_answers',
  'tokens',
  'one_time_links',
  'sessions',
  'memberships',
  'people',
  'keys',
  'environments',
];

/** In one statement: fifty of them took longer than most tests between them. */
const EMPTY_ALL = `DO $$ BEGIN
  PERFORM set_config('session_replication_role', 'replica', true);
  ${TABLES.map((table) => `DELETE FROM ${table};`).join('\n  ')}
  DELETE FROM projects WHERE key <> '.installation';
  UPDATE projects SET chain_seq = 0, chain_head = repeat('0', 64);
  UPDATE installation SET access_revision = 0, secret_fingerprints = '[]';
END $$`;

type Base = Database & { url: string | undefined };

async function newPostgresDatabase(): Promise<Base> {
  const server = process.env.TEST_DATABASE_URL;
  if (!server) throw new Error('TEST_DATABASE_URL is not set: run the tests through vitest, or set it.');
  const name = `turnout_test_${randomBytes(6).toString('hex')}`;
  await copyTemplate(server, name);
  const url = addressOf(server, name);
  const opened = openPostgres(url);
  return {
    ...opened,
    url,
    migrate: async () => [],
    close: async () => {
      await opened.close();
      await onServer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

async function onServer(server: string, statement: string): Promise<void> {
  const client = postgres(server, { max: 1, onnotice: () => undefined });
  try {
    await client.unsafe(statement);
  } finally {
    await client.end();
  }
}

async function newEmbeddedDatabase(): Promise<Base> {
  await makeImage();
  const image = await readImage();
  const client = await PGlite.create(image === undefined ? {} : { loadDataDir: image });
  const opened = wrapEmbedded(client, async () => undefined);
  await opened.withSession(async (session) => migrate(session, await readMigrations()));
  return { ...opened, url: undefined, migrate: async () => [] };
}
