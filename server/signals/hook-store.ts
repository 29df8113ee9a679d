import { and, eq, gt, isNull, max, or, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { environments, hookSecrets, hooks, projects, signals } from '../database/tables.ts';

export type HookRow = typeof hooks.$inferSelect;
export type HookSecretRow = typeof hookSecrets.$inferSelect;

/** The hooks of a project by id, after `after`; one more than `limit`, so that the caller sees whether there are more. */
export async function listHooks(
  db: Db,
  projectId: number,
  page: { limit: number; after: string | undefined },
): Promise<HookRow[]> {
  return db
    .select()
    .from(hooks)
    .where(and(isOf(projectId), page.after === undefined ? undefined : gt(hooks.id, page.after)))
    .orderBy(hooks.id)
    .limit(page.limit + 1);
}

export async function findHook(db: Db | Tx, projectId: number, id: string): Promise<HookRow | undefined> {
  const [row] = await db
    .select()
    .from(hooks)
    .where(and(isOf(projectId), eq(hooks.id, id)));
  return row;
}

/** The hook that a delivery names, of whatever project that is not archived: its secret says whether it is let in. */
export async function findHookOfDelivery(db: Db, id: string): Promise<HookRow | undefined> {
  const [row] = await db
    .select({ hook: hooks })
    .from(hooks)
    .innerJoin(projects, eq(projects.id, hooks.projectId))
    .where(and(eq(hooks.id, id), isNull(hooks.deletedAt), isNull(projects.archivedAt)));
  return row?.hook;
}

/** As it is under its lock; undefined where it was deleted meanwhile. */
export async function lockHook(tx: Tx, projectId: number, id: string): Promise<HookRow | undefined> {
  const [row] = await tx
    .select()
    .from(hooks)
    .where(and(isOf(projectId), eq(hooks.id, id)))
    .for('update');
  return row;
}

export async function insertHook(tx: Tx, row: typeof hooks.$inferInsert): Promise<HookRow> {
  const [made] = await tx.insert(hooks).values(row).returning();
  return made as HookRow;
}

/** Writes what changed and counts the version up. */
export async function updateHook(
  tx: Tx,
  projectId: number,
  id: string,
  set: Partial<typeof hooks.$inferInsert>,
): Promise<HookRow> {
  const [row] = await tx
    .update(hooks)
    .set({ ...set, version: sql`${hooks.version} + 1` })
    .where(and(isOf(projectId), eq(hooks.id, id)))
    .returning();
  return row as HookRow;
}

/** The secrets of a hook that are good at a moment, newest first. */
export async function liveSecrets(db: Db | Tx, hookId: string, now: Date): Promise<HookSecretRow[]> {
  return db
    .select()
    .from(hookSecrets)
    .where(and(eq(hookSecrets.hookId, hookId), or(isNull(hookSecrets.expiresAt), gt(hookSecrets.expiresAt, now))))
    .orderBy(sql`${hookSecrets.createdAt} DESC`);
}

/** Adds a secret; those that were good until now end at `expiresAt`, if not before. */
export async function addSecret(
  tx: Tx,
  row: typeof hookSecrets.$inferInsert,
  others: { expiresAt: Date },
): Promise<void> {
  await tx
    .update(hookSecrets)
    .set({
      expiresAt: sql`least(coalesce(${hookSecrets.expiresAt}, 'infinity'), ${others.expiresAt.toISOString()}::timestamptz)`,
    })
    .where(eq(hookSecrets.hookId, row.hookId));
  await tx.insert(hookSecrets).values(row);
}

/** When a signal of a hook came last. */
export async function lastSignalAt(db: Db | Tx, hookId: string): Promise<Date | undefined> {
  const [row] = await db
    .select({ at: max(signals.lastAt) })
    .from(signals)
    .where(eq(signals.hookId, hookId));
  return row?.at ?? undefined;
}

/** The environments of a project, by their keys. */
export async function environmentsOf(db: Db | Tx, projectId: number): Promise<Map<string, number>> {
  const rows = await db
    .select({ id: environments.id, key: environments.key })
    .from(environments)
    .where(eq(environments.projectId, projectId));
  return new Map(rows.map(({ id, key }) => [key, id]));
}

const isOf = (projectId: number) => and(eq(hooks.projectId, projectId), isNull(hooks.deletedAt));
