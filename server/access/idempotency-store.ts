import { and, eq, sql } from 'drizzle-orm';
import type { Db } from '../database/connect.ts';
import { idempotentAnswers } from '../database/tables.ts';

export interface KeptRequest {
  bodyHash: string;
  /** Null while the request is being worked on. */
  status: number | null;
  body: string | null;
}

/** Claims a request; false when somebody has claimed it before. */
export async function claimRequest(db: Db, principal: string, request: string, bodyHash: string): Promise<boolean> {
  const rows = await db
    .insert(idempotentAnswers)
    .values({ principal, request, bodyHash })
    .onConflictDoNothing()
    .returning({ request: idempotentAnswers.request });
  return rows.length > 0;
}

export async function findRequest(db: Db, principal: string, request: string): Promise<KeptRequest | undefined> {
  const [row] = await db.select().from(idempotentAnswers).where(isRequest(principal, request));
  return row && { bodyHash: row.bodyHash, status: row.status, body: row.body };
}

/**
 * Claims a request again that was left unfinished by a crash, or is older than a day. By the database's clock, so that
 * nodes agree.
 */
export async function reclaimRequest(db: Db, principal: string, request: string, bodyHash: string): Promise<boolean> {
  const rows = await db
    .update(idempotentAnswers)
    .set({ bodyHash, status: null, body: null, at: sql`now()` })
    .where(
      and(
        isRequest(principal, request),
        sql`(${idempotentAnswers.at} < now() - interval '24 hours'
          OR (${idempotentAnswers.status} IS NULL AND ${idempotentAnswers.at} < now() - interval '5 seconds'))`,
      ),
    )
    .returning({ request: idempotentAnswers.request });
  return rows.length > 0;
}

export async function keepAnswer(
  db: Db,
  principal: string,
  request: string,
  status: number,
  body: string,
): Promise<void> {
  await db.update(idempotentAnswers).set({ status, body }).where(isRequest(principal, request));
}

export async function dropRequest(db: Db, principal: string, request: string): Promise<void> {
  await db.delete(idempotentAnswers).where(isRequest(principal, request));
}

export async function dropOldRequests(db: Db): Promise<void> {
  await db.delete(idempotentAnswers).where(sql`${idempotentAnswers.at} < now() - interval '24 hours'`);
}

const isRequest = (principal: string, request: string) =>
  and(eq(idempotentAnswers.principal, principal), eq(idempotentAnswers.request, request));
