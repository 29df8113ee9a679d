import { and, eq, gt, ne, sql } from 'drizzle-orm';
import { INSTALLATION_PROJECT } from '../access/access-store.ts';
import { EMPTY_DIGEST } from '../changes/canonical.ts';
import type { Db, Tx } from '../database/connect.ts';
import { projects } from '../database/tables.ts';

export type ProjectRow = typeof projects.$inferSelect;

/** Projects by key; with `only` that one alone, for a caller who may see no other. */
export async function listProjects(
  db: Db,
  only: number | undefined,
  page: { limit: number; after: string | undefined },
): Promise<ProjectRow[]> {
  return db
    .select()
    .from(projects)
    .where(
      and(
        ne(projects.key, INSTALLATION_PROJECT),
        only === undefined ? undefined : eq(projects.id, only),
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
export async function insertProject(tx: Tx, row: { key: string; name: string }): Promise<ProjectRow> {
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
