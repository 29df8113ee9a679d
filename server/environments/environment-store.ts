import { and, eq, gt, inArray, sql } from 'drizzle-orm';
import { EMPTY_DIGEST } from '../changes/canonical.ts';
import { newEpochName } from '../changes/new-epoch.ts';
import type { Db, Tx } from '../database/connect.ts';
import { environments } from '../database/tables.ts';

export type EnvironmentRow = typeof environments.$inferSelect;

/** The environments of a project by key; with `only` those alone, for a caller who may see no other. */
export async function listEnvironments(
  db: Db,
  projectId: number,
  only: readonly number[] | undefined,
  page: { limit: number; after: string | undefined },
): Promise<EnvironmentRow[]> {
  return db
    .select()
    .from(environments)
    .where(
      and(
        eq(environments.projectId, projectId),
        only === undefined ? undefined : inArray(environments.id, [...only]),
        page.after === undefined ? undefined : gt(environments.key, page.after),
      ),
    )
    .orderBy(environments.key)
    .limit(page.limit + 1);
}

/** All environments of a project by id. */
export async function allEnvironments(db: Db | Tx, projectId: number): Promise<EnvironmentRow[]> {
  return db.select().from(environments).where(eq(environments.projectId, projectId)).orderBy(environments.id);
}

export async function findEnvironment(
  db: Db | Tx,
  projectId: number,
  environmentId: number,
): Promise<EnvironmentRow | undefined> {
  const [row] = await db
    .select()
    .from(environments)
    .where(and(eq(environments.projectId, projectId), eq(environments.id, environmentId)));
  return row;
}

export async function findEnvironmentByKey(
  db: Db | Tx,
  projectId: number,
  key: string,
): Promise<EnvironmentRow | undefined> {
  const [row] = await db
    .select()
    .from(environments)
    .where(and(eq(environments.projectId, projectId), eq(environments.key, key)));
  return row;
}

/** An environment at the beginning of its first epoch. */
export async function insertEnvironment(
  tx: Tx,
  projectId: number,
  row: { key: string; name: string; protected: boolean },
): Promise<EnvironmentRow> {
  const [made] = await tx
    .insert(environments)
    .values({ ...row, projectId, epoch: newEpochName(), digest: EMPTY_DIGEST })
    .returning();
  return made as EnvironmentRow;
}

export async function updateEnvironment(
  tx: Tx,
  projectId: number,
  environmentId: number,
  set: { name: string; protected: boolean; approvals: EnvironmentRow['approvals'] },
): Promise<EnvironmentRow> {
  const [row] = await tx
    .update(environments)
    .set({ ...set, version: sql`${environments.version} + 1` })
    .where(and(eq(environments.projectId, projectId), eq(environments.id, environmentId)))
    .returning();
  return row as EnvironmentRow;
}
