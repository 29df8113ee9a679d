import { migrate, readMigrations } from '@turnout/migrations';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import { openEmbedded } from './embedded.ts';
import { openPostgres } from './postgres.ts';
import type * as tables from './tables.ts';

/** Drizzle over either driver. Everything a store does works on both. */
export type Db = PgDatabase<PgQueryResultHKT, typeof tables>;
/** Inside `db.transaction`. The embedded database has one connection: never use the outer `db` in there. */
export type Tx = Parameters<Parameters<Db['transaction']>[0]>[0];

/** An open database, Postgres or embedded. */
export interface Database {
  kind: 'postgres' | 'embedded';
  db: Db;
  /** LISTEN/NOTIFY. `onListen` runs at each (re)connection, so that the caller catches up on what it missed. */
  listen(channel: string, onMessage: (payload: string) => void, onListen: () => void): Promise<() => Promise<void>>;
  notify(channel: string, payload: string): Promise<void>;
  /** Brings the schema up to date; answers the migrations that were applied. */
  migrate(): Promise<string[]>;
  close(): Promise<void>;
}

/** Where the data is: a Postgres by its address, or a folder for the embedded database. */
export type DatabaseAddress = { url: string } | { folder: string };

/** Opens a database; nothing is migrated yet. Throws when it cannot be reached or its folder is in use. */
export async function openDatabase(address: DatabaseAddress): Promise<Database> {
  const opened = 'url' in address ? openPostgres(address.url) : await openEmbedded(address.folder);
  return {
    ...opened,
    migrate: async () => opened.withSession(async (session) => migrate(session, await readMigrations())),
  };
}
