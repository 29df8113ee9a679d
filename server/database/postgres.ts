import type { MigrationSession } from '@turnout/migrations';
import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import type { Database, Db } from './connect.ts';
import * as tables from './tables.ts';

/** What each driver gives; `connect.ts` adds the migrations. */
export type Opened = Omit<Database, 'migrate'> & {
  withSession<T>(work: (session: MigrationSession) => Promise<T>): Promise<T>;
};

/** Postgres through postgres.js. Connections are made when needed, so a start does not wait for the database. */
export function openPostgres(url: string): Opened {
  const sql = postgres(url, {
    max: 10,
    connect_timeout: 5,
    idle_timeout: 60,
    // The driver's own pauses grow to 20 s: a database that is there again would be waited for by nobody.
    backoff: (tries) => (0.5 + Math.random() / 2) * Math.min(1, 3 ** tries / 100),
    // Notices are for people at a prompt.
    onnotice: () => undefined,
    connection: { application_name: 'turnout' },
  });
  // The type of Drizzle's result differs by driver; stores only use what both share.
  const db = drizzle(sql, { schema: tables }) as unknown as Db;
  return {
    kind: 'postgres',
    db,
    async listen(channel, onMessage, onListen) {
      const listening = await sql.listen(channel, onMessage, onListen);
      return () => listening.unlisten();
    },
    async notify(channel, payload) {
      await sql.notify(channel, payload);
    },
    async withSession(work) {
      const session = await sql.reserve();
      try {
        return await work({
          script: async (text) => {
            await session.unsafe(text).simple();
          },
          rows: async (text) => [...(await session.unsafe(text))],
        });
      } finally {
        session.release();
      }
    },
    async close() {
      await sql.end({ timeout: 5 });
    },
  };
}
