import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
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
  close(): Promise<void>;
}
