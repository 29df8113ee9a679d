import { and, eq, gt, isNull, lt, or, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { changes, keys } from '../database/tables.ts';
import type { KeyUse } from './last-used.ts';

export type KeyRow = typeof keys.$inferSelect;

/** The keys of an environment by id, after `after`; one more than `limit`, so that the caller sees whether there are more. */
export async function listKeys(
  db: Db,
  projectId: number,
  environmentId: number,
  page: { limit: number; after: string | undefined },
): Promise<KeyRow[]> {
  return db
    .select()
    .from(keys)
    .where(and(inScope(projectId, environmentId), page.after === undefined ? undefined : gt(keys.id, page.after)))
    .orderBy(keys.id)
    .limit(page.limit + 1);
}

export async function findKey(
  db: Db | Tx,
  projectId: number,
  environmentId: number,
  id: string,
): Promise<KeyRow | undefined> {
  const [row] = await db
    .select()
    .from(keys)
    .where(and(inScope(projectId, environmentId), eq(keys.id, id)));
  return row;
}

export async function insertKey(tx: Tx, row: typeof keys.$inferInsert): Promise<KeyRow> {
  const [made] = await tx.insert(keys).values(row).returning();
  return made as KeyRow;
}

/** Writes what changed and counts the version up. */
export async function updateKey(
  tx: Tx,
  projectId: number,
  environmentId: number,
  id: string,
  set: Partial<typeof keys.$inferInsert>,
): Promise<KeyRow> {
  const [row] = await tx
    .update(keys)
    .set({ ...set, version: sql`${keys.version} + 1` })
    .where(and(inScope(projectId, environmentId), eq(keys.id, id)))
    .returning();
  return row as KeyRow;
}

/** Ends a key; undefined where there is none, or it had ended before. */
export async function revokeKeyRow(tx: Tx, projectId: number, id: string, at: Date): Promise<KeyRow | undefined> {
  const [row] = await tx
    .update(keys)
    .set({ revokedAt: at, version: sql`${keys.version} + 1` })
    .where(and(eq(keys.projectId, projectId), eq(keys.id, id), isNull(keys.revokedAt)))
    .returning();
  return row;
}

/** What a committed change was about (`key/<id>`): how a retried request finds what its first try made. */
export async function subjectOfChange(db: Db, projectId: number, changeId: number): Promise<string | undefined> {
  const [row] = await db
    .select({ subject: changes.subject })
    .from(changes)
    .where(and(eq(changes.projectId, projectId), eq(changes.id, changeId)));
  return row?.subject;
}

/** Writes last uses; an older one never replaces a newer one of another node. */
export async function saveKeyUses(db: Db, uses: readonly KeyUse[]): Promise<void> {
  for (const { id, at, address, sdk } of uses) {
    await db
      .update(keys)
      .set({ lastUsedAt: at, lastUsedAddress: address, lastUsedSdk: sdk })
      .where(and(eq(keys.id, id), or(isNull(keys.lastUsedAt), lt(keys.lastUsedAt, at))));
  }
}

const inScope = (projectId: number, environmentId: number) =>
  and(eq(keys.projectId, projectId), eq(keys.environmentId, environmentId));
