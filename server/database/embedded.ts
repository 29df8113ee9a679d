import { existsSync } from 'node:fs';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { syncFolder } from '../platform/durable-file.ts';
import type { Db } from './connect.ts';
import { migrationSession, readImage } from './embedded-image.ts';
import { lockFolder } from './lock-folder.ts';
import type { Opened } from './postgres.ts';
import * as tables from './tables.ts';

/**
 * The embedded database: Postgres in this process, its files in `folder`. Two processes would silently spoil the
 * folder for each other, so it is locked; a second process is told who holds it.
 */
export async function openEmbedded(folder: string): Promise<Opened> {
  await closeToOthers(folder);
  const unlock = await lockFolder(folder);
  let client: PGlite;
  try {
    client = await openFiles(folder);
  } catch (error) {
    await unlock();
    throw error;
  }
  return wrapEmbedded(client, unlock);
}

/**
 * The files inside may be read and written by every user of the machine, for that is how they come out of the image: so
 * nobody else may enter their folder. A volume that knows no modes keeps no node from starting.
 */
async function closeToOthers(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700).catch(() => undefined);
}

/**
 * Opens the files, or makes them. A start that was broken off while it made them leaves its mark, and the next one
 * begins anew: nothing had been written for anybody yet. Files without that mark are never touched.
 */
async function openFiles(folder: string): Promise<PGlite> {
  const dataDir = `${folder}/files`;
  const mark = `${folder}/making-files`;
  if (existsSync(mark)) await rm(dataDir, { recursive: true, force: true });
  if (existsSync(dataDir)) return PGlite.create({ dataDir });
  await writeFile(mark, '', { flush: true });
  const image = await readImage();
  const client = await PGlite.create({ dataDir, ...(image === undefined ? {} : { loadDataDir: image }) });
  await rm(mark);
  // Were the mark to come back after a power cut, the next start would take what was written since for unfinished.
  await syncFolder(folder);
  return client;
}

/** Wraps an open PGlite; tests make theirs from a snapshot in memory. */
export function wrapEmbedded(client: PGlite, afterClose: () => Promise<void>): Opened {
  const db = drizzle(client, { schema: tables }) as unknown as Db;
  return {
    kind: 'embedded',
    db,
    async listen(channel, onMessage, onListen) {
      const stop = await client.listen(channel, onMessage);
      onListen();
      return () => stop();
    },
    async notify(channel, payload) {
      await client.query('SELECT pg_notify($1, $2)', [channel, payload]);
    },
    withSession: (work) => work(migrationSession(client)),
    async close() {
      await client.close();
      await afterClose();
    },
  };
}
