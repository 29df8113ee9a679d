import { and, desc, eq, inArray, lt } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { checkResults } from '../database/tables.ts';

export type CheckRow = typeof checkResults.$inferSelect;

/** How a check stands for a commit: its newest result that did not come from a fork; undefined where there is none. */
export async function checkResult(
  db: Db | Tx,
  projectId: number,
  check: string,
  commit: string,
): Promise<CheckRow | undefined> {
  const [row] = await db
    .select()
    .from(checkResults)
    .where(
      and(
        ...[eq(checkResults.projectId, projectId), eq(checkResults.commit, commit)],
        ...[eq(checkResults.check, check), eq(checkResults.fork, false)],
      ),
    )
    .orderBy(desc(checkResults.id))
    .limit(1);
  return row;
}

/** Newest first; one more than `limit`, so that the caller sees whether there are more. */
export async function listCheckResults(
  db: Db,
  projectId: number,
  page: { limit: number; before: number | undefined; commit: string | undefined; check: string | undefined },
): Promise<CheckRow[]> {
  return db
    .select()
    .from(checkResults)
    .where(
      and(
        eq(checkResults.projectId, projectId),
        page.commit === undefined ? undefined : eq(checkResults.commit, page.commit),
        page.check === undefined ? undefined : eq(checkResults.check, page.check),
        page.before === undefined ? undefined : lt(checkResults.id, page.before),
      ),
    )
    .orderBy(desc(checkResults.id))
    .limit(page.limit + 1);
}

const KEPT_MS = 365 * 86_400_000;
const REMOVED_AT_ONCE = 20;

/** Adds a result, and takes some of those away that are a year old, so that there are never many of them. */
export async function insertCheckResult(db: Db, row: typeof checkResults.$inferInsert): Promise<CheckRow> {
  const [made] = await db.insert(checkResults).values(row).returning();
  const oldest = db.select({ id: checkResults.id }).from(checkResults).orderBy(checkResults.id).limit(REMOVED_AT_ONCE);
  const isOver = lt(checkResults.at, new Date(row.at.getTime() - KEPT_MS));
  await db.delete(checkResults).where(and(isOver, inArray(checkResults.id, oldest)));
  return made as CheckRow;
}
