import { createHash } from 'node:crypto';
import { migrate, readMigrations } from '@turnout/migrations';
import postgres from 'postgres';
import { openPostgres } from './postgres.ts';

/** What tests lock on a server while one of them makes or copies the template; any number that is only ours. */
const LOCK = 7_463_201;

/**
 * Makes a migrated, empty database of this name. To migrate takes a second and to copy a tenth of one: what is copied is
 * kept on the server, named by its migrations, and made by whoever needs it first.
 */
export async function copyTemplate(server: string, name: string): Promise<void> {
  const admin = postgres(server, { max: 1, onnotice: () => undefined });
  try {
    await admin`SELECT pg_advisory_lock(${LOCK})`;
    const template = await templateName();
    const kept = await admin<{ name: string }[]>`
      SELECT datname AS name FROM pg_database WHERE starts_with(datname, 'turnout_template_')`;
    if (!kept.some((one) => one.name === template)) {
      // Of older migrations, or left by a run that was ended meanwhile.
      for (const older of kept) await admin.unsafe(`DROP DATABASE IF EXISTS ${older.name} WITH (FORCE)`);
      await makeTemplate(admin, server, template);
    }
    await admin.unsafe(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  } finally {
    // Its end gives the lock back.
    await admin.end();
  }
}

export function addressOf(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

async function makeTemplate(admin: postgres.Sql, server: string, template: string): Promise<void> {
  const draft = `${template}_draft`;
  await admin.unsafe(`CREATE DATABASE ${draft}`);
  const opened = openPostgres(addressOf(server, draft));
  try {
    await opened.withSession(async (session) => migrate(session, await readMigrations()));
  } finally {
    await opened.close();
  }
  await admin.unsafe(`ALTER DATABASE ${draft} RENAME TO ${template}`);
}

async function templateName(): Promise<string> {
  const schema = createHash('sha256');
  for (const { name, hash } of await readMigrations()) schema.update(`${name} ${hash}\n`);
  return `turnout_template_${schema.digest('hex').slice(0, 12)}`;
}
