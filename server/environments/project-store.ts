import { and, eq, gt, inArray, isNotNull, isNull, ne, sql } from 'drizzle-orm';
import { INSTALLATION_PROJECT } from '../access/access-store.ts';
import { EMPTY_DIGEST } from '../changes/canonical.ts';
import type { Db, Tx } from '../database/connect.ts';
import { projects } from '../database/tables.ts';
import type { WhichProjects } from './contract.ts';

export type ProjectRow = typeof projects.$inferSelect;

/** Projects by key; with `only` those alone, for a caller who may see no other. */
export async function listProjects(
  db: Db,
  only: readonly number[] | undefined,
  page: { limit: number; after: string | undefined; archived: WhichProjects },
): Promise<ProjectRow[]> {
  return db
    .select()
    .from(projects)
    .where(
      and(
        ne(projects.key, INSTALLATION_PROJECT),
        only === undefined ? undefined : inArray(projects.id, [...only]),
        page.archived === 'any'
          ? undefined
          : page.archived === 'true'
            ? isNotNull(projects.archivedAt)
            : isNull(projects.archivedAt),
        page.after === undefined ? undefined : gt(projects.key, page.after),
      ),
    )
    .orderBy(projects.key)
    .limit(page.limit + 1);
}

export async function findProject(db: Db | Tx, projectId: number): Promise<ProjectRow | undefined> {
  const [row] = await db.select().from(projects).where(eq(projects.id, projectId));
  return row;
}

export async function findProjectByKey(db: Db | Tx, key: string): Promise<ProjectRow | undefined> {
  const [row] = await db.select().from(projects).where(eq(projects.key, key));
  return row;
}

/** A project with a chain that has no entry yet. */
export async function insertProject(tx: Tx, row: { key: string; name: string; demo: boolean }): Promise<ProjectRow> {
  const [made] = await tx
    .insert(projects)
    .values({ ...row, chainHead: EMPTY_DIGEST })
    .returning();
  return made as ProjectRow;
}

export async function renameProject(tx: Tx, projectId: number, name: string): Promise<ProjectRow> {
  const [row] = await tx
    .update(projects)
    .set({ name, version: sql`${projects.version} + 1` })
    .where(eq(projects.id, projectId))
    .returning();
  return row as ProjectRow;
}

/** With a moment it is archived since then, with null it is back. */
export async function setProjectArchived(tx: Tx, projectId: number, archivedAt: Date | null): Promise<ProjectRow> {
  const [row] = await tx
    .update(projects)
    .set({ archivedAt, version: sql`${projects.version} + 1` })
    .where(eq(projects.id, projectId))
    .returning();
  return row as ProjectRow;
}
