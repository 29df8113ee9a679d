import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';

/**
 * A new embedded database takes seconds to make and a fraction of one to copy. So an empty one is kept beside the
 * package that made it, named by its version: made when the workspace is installed, and by the tests. Where there is
 * none, a new database is made from nothing.
 */
async function imagePath(): Promise<string> {
  const room = dirname(dirname(createRequire(import.meta.url).resolve('@electric-sql/pglite')));
  const { version } = JSON.parse(await readFile(join(room, 'package.json'), 'utf8')) as { version: string };
  return join(dirname(dirname(room)), '.cache', 'turnout', `embedded-${version}.tar`);
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
  const image = await client.dumpDataDir('none');
  await client.close();
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${randomBytes(4).toString('hex')}`;
  try {
    await writeFile(draft, Buffer.from(await image.arrayBuffer()));
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}
