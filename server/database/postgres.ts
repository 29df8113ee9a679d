import type { MigrationSession } from '@turnout/migrations';
import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import type { Database, Db } from './connect.ts';
import * as tables from './tables.ts';

/** What each driver gives; `connect.ts` adds the migrations. */
export type Opened = Omit<Database, 'migrate'> & {
  withSession<T>(work: (session: MigrationSession) => Promise<T>): Promise<T>;
};

const LOCK_MS = 2_000;
/**
 * A node that stops in the middle of a transaction, frozen or cut off, would keep its locks for as long as it is silent,
 * and with them every project and lease that it was at. The server ends its transaction well before a lease would end.
 */
const IDLE_MS = 5_000;

/**
 * Drizzle asks through `unsafe`, which lets the server describe each statement anew: two ways there and back for every
 * one of them. Prepared, a statement is described once a connection. Texts are few: they come from the stores alone.
 */
function preparing<S extends postgres.Sql | postgres.TransactionSql>(sql: S): S {
  return new Proxy(sql, {
    get(target, name) {
      if (name === 'unsafe') {
        return (text: string, values: never[] = []) => target.unsafe(text, values, { prepare: values.length > 0 });
      }
      if (name === 'begin' && 'begin' in target) {
        return (...args: [string, Work] | [Work]) => {
          const work = args[args.length - 1] as Work;
          const inner: Work = (session) => work(preparing(session));
          return args.length === 2 ? target.begin(args[0], inner) : target.begin(inner);
        };
      }
      return Reflect.get(target, name, target);
    },
  });
}

type Work = (session: postgres.TransactionSql) => unknown;

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
    // Nobody waits long for a row that another change holds, and what is acknowledged is on disk.
    connection: {
      ...{ application_name: 'turnout', lock_timeout: LOCK_MS, synchronous_commit: 'on' },
      idle_in_transaction_session_timeout: IDLE_MS,
    },
  });
  // The type of Drizzle's result differs by driver; stores only use what both share.
  const db = drizzle(preparing(sql), { schema: tables }) as unknown as Db;
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
        // A migration waits for the node that migrates, as long as that takes.
        await session.unsafe('SET lock_timeout = 0');
        return await work({
          script: async (text) => {
            await session.unsafe(text).simple();
          },
          rows: async (text) => [...(await session.unsafe(text))],
        });
      } finally {
        await session.unsafe('RESET lock_timeout').catch(() => undefined);
        session.release();
      }
    },
    async close() {
      await sql.end({ timeout: 5 });
    },
  };
}
