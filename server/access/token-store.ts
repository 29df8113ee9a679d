import { and, eq, gt, isNull, or, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { tokens } from '../database/tables.ts';

export type TokenRow = typeof tokens.$inferSelect;

export async function listTokens(
  db: Db,
  projectId: number,
  page: { limit: number; after: string | undefined },
): Promise<TokenRow[]> {
  return db
    .select()
    .from(tokens)
    .where(and(eq(tokens.projectId, projectId), page.after === undefined ? undefined : gt(tokens.id, page.after)))
    .orderBy(tokens.id)
    .limit(page.limit + 1);
}

export async function findToken(db: Db | Tx, projectId: number, id: string): Promise<TokenRow | undefined> {
  const [row] = await db
    .select()
    .from(tokens)
    .where(and(eq(tokens.projectId, projectId), eq(tokens.id, id)));
  return row;
}

export async function insertToken(tx: Tx, row: typeof tokens.$inferInsert): Promise<TokenRow> {
  const [made] = await tx.insert(tokens).values(row).returning();
  return made as TokenRow;
}

/** Ends a token; undefined where there is none, or it had ended before. */
export async function revokeTokenRow(tx: Tx, projectId: number, id: string, at: Date): Promise<TokenRow | undefined> {
  const [row] = await tx
    .update(tokens)
    .set({ revokedAt: at })
    .where(and(eq(tokens.projectId, projectId), eq(tokens.id, id), isNull(tokens.revokedAt)))
    .returning();
  return row;
}

/** True while a token may be used, by the database's own rows and clock. */
export async function isTokenLive(tx: Tx, id: string): Promise<boolean> {
  const rows = await tx
    .select({ id: tokens.id })
    .from(tokens)
    .where(
      and(eq(tokens.id, id), isNull(tokens.revokedAt), or(isNull(tokens.expiresAt), gt(tokens.expiresAt, sql`now()`))),
    );
  return rows.length > 0;
}
