import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { type MigrationSession, migrate, readMigrations } from '@turnout/migrations';

/** PGlite as the migrations see a database. */
export function migrationSession(client: PGlite): MigrationSession {
  return {
    script: async (text) => {
      await client.exec(text);
    },
    rows: async (text) => (await client.query<Record<string, unknown>>(text)).rows,
  };
}

/**
 * A new embedded database takes seconds to make and a fraction of one to copy. So an empty one, migrated, is kept beside
 * the package that made it, named by that package's version and by the migrations: made when the workspace is
 * installed, and by the tests. Where there is none, a new database is made from nothing.
 */
async function imagePath(): Promise<string> {
  const room = dirname(dirname(createRequire(import.meta.url).resolve('@electric-sql/pglite')));
  const { version } = JSON.parse(await readFile(join(room, 'package.json'), 'utf8')) as { version: string };
  const schema = createHash('sha256');
  for (const { name, hash } of await readMigrations()) schema.update(`${name} ${hash}\n`);
  const name = `embedded-${version}-${schema.digest('hex').slice(0, 12)}.tar`;
  return join(dirname(dirname(room)), '.cache', 'turnout', name);
}

/** What a new database may begin with; undefined where no image was made. */
export async function readImage(): Promise<Blob | undefined> {
  const path = await imagePath();
  return existsSync(path) ? new Blob([await readFile(path)]) : undefined;
}

/** Makes the image where it is missing. Another process sees the whole of it or none. */
export async function makeImage(): Promise<void> {
  const path = await imagePath();
  if (existsSync(path)) return;
  const client = await PGlite.create();
  await migrate(migrationSession(client), await readMigrations());
  const image = await client.dumpDataDir('none');
  await client.close();
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${randomBytes(4).toString('hex')}`;
  try {
    await writeFile(draft, Buffer.from(await image.arrayBuffer()));
    await rename(draft, path);
    await removeOlder(path);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Images of versions that are no more: each is as large as a database. */
async function removeOlder(path: string): Promise<void> {
  const folder = dirname(path);
  const older = (await readdir(folder)).filter((name) => /^embedded-.+\.tar$/.test(name) && name !== basename(path));
  await Promise.all(older.map((name) => rm(join(folder, name), { force: true })));
}
