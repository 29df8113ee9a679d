import { sql } from 'drizzle-orm';
import type { Db } from './connect.ts';

/** A session that has said nothing for so long in the middle of its work is taken for one whose process stands still. */
const SILENT_S = 5;

/**
 * Ends sessions of this role that hold a transaction open and wait for a process which has fallen silent; answers how
 * many. Postgres does it by itself where a transaction is idle (`idle_in_transaction_session_timeout`). Where a process
 * was stopped between the halves of a statement its session counts as active, no time-out of Postgres 15 ends it, and
 * whatever it has locked stays locked: a project nobody can change, and a lease nobody can take over.
 */
export async function endSilentSessions(db: Db): Promise<number> {
  const [found] = await db.select({ ended: sql<string>`count(*) FILTER (WHERE pg_terminate_backend(pid))` }).from(
    sql`pg_stat_activity
          WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
            AND state = 'active' AND wait_event = 'ClientRead' AND xact_start IS NOT NULL
            AND state_change < now() - make_interval(secs => ${SILENT_S})`,
  );
  return Number(found?.ended ?? 0);
}
