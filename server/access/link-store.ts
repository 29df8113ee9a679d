import { and, eq, gt, isNull, lt, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { oneTimeLinks } from '../database/tables.ts';

export type LinkRow = typeof oneTimeLinks.$inferSelect;

/** Adds a link, and forgets those that have been over for 90 days. */
export async function insertLink(db: Db | Tx, row: typeof oneTimeLinks.$inferInsert): Promise<void> {
  await db.delete(oneTimeLinks).where(lt(oneTimeLinks.expiresAt, sql`now() - interval '90 days'`));
  await db.insert(oneTimeLinks).values(row);
}

/** A link that would work now. */
export async function findLink(db: Db | Tx, id: string): Promise<LinkRow | undefined> {
  const [row] = await db.select().from(oneTimeLinks).where(works(id));
  return row;
}

/** Uses a link up; false where somebody else did, or its time is over. */
export async function useLink(tx: Tx, id: string, at: Date): Promise<boolean> {
  const rows = await tx.update(oneTimeLinks).set({ usedAt: at }).where(works(id)).returning({ id: oneTimeLinks.id });
  return rows.length > 0;
}

/** Ends the links of a person that were not used, for a newer one takes their place. */
export async function endLinks(tx: Tx, personId: string, at: Date): Promise<void> {
  await tx
    .update(oneTimeLinks)
    .set({ usedAt: at })
    .where(and(eq(oneTimeLinks.personId, personId), isNull(oneTimeLinks.usedAt)));
}

const works = (id: string) =>
  and(eq(oneTimeLinks.id, id), isNull(oneTimeLinks.usedAt), gt(oneTimeLinks.expiresAt, sql`now()`));
