import { and, desc, eq, gt, isNull, lt, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { sessions } from '../database/tables.ts';

export type SessionRow = typeof sessions.$inferSelect;

/** Adds a session, and forgets those that have been over for 90 days. */
export async function insertSession(tx: Tx, row: typeof sessions.$inferInsert): Promise<SessionRow> {
  await tx.delete(sessions).where(lt(sessions.expiresAt, sql`now() - interval '90 days'`));
  const [made] = await tx.insert(sessions).values(row).returning();
  return made as SessionRow;
}

/** The sessions in which a person is signed in now, the newest first. */
export async function listSessions(db: Db, personId: string): Promise<SessionRow[]> {
  return db
    .select()
    .from(sessions)
    .where(and(eq(sessions.personId, personId), isLive()))
    .orderBy(desc(sessions.madeAt))
    .limit(200);
}

/** Ends one session of a person; undefined where there is none, or it had ended. */
export async function endSessionRow(tx: Tx, personId: string, id: string, at: Date): Promise<SessionRow | undefined> {
  const [row] = await tx
    .update(sessions)
    .set({ endedAt: at })
    .where(and(eq(sessions.id, id), eq(sessions.personId, personId), isLive()))
    .returning();
  return row;
}

/** Ends a session, whosever it is; undefined where there is none, or it had ended. */
export async function endAnySession(tx: Tx, id: string, at: Date): Promise<SessionRow | undefined> {
  const [row] = await tx
    .update(sessions)
    .set({ endedAt: at })
    .where(and(eq(sessions.id, id), isLive()))
    .returning();
  return row;
}

/** Ends all sessions of a person; answers their ids. */
export async function endSessionRows(tx: Tx, personId: string, at: Date): Promise<string[]> {
  const rows = await tx
    .update(sessions)
    .set({ endedAt: at })
    .where(and(eq(sessions.personId, personId), isLive()))
    .returning({ id: sessions.id });
  return rows.map(({ id }) => id);
}

const isLive = () => and(isNull(sessions.endedAt), gt(sessions.expiresAt, sql`now()`));

/** When somebody signed in, where that session goes on. */
export async function findSessionStart(tx: Tx, id: string): Promise<Date | undefined> {
  const [row] = await tx
    .select({ madeAt: sessions.madeAt })
    .from(sessions)
    .where(and(eq(sessions.id, id), isLive()));
  return row?.madeAt;
}
