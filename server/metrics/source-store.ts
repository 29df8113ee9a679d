import { and, eq, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { sources } from '../database/tables.ts';

export type SourceRow = typeof sources.$inferSelect;
/** What of a source is written by those who may. */
export type SourceContent = Pick<SourceRow, 'kind' | 'url' | 'auth' | 'authUser' | 'sealed' | 'sealedAt'>;

/** All sources of a project, by key. */
export async function listSources(db: Db | Tx, projectId: number): Promise<SourceRow[]> {
  return db.select().from(sources).where(eq(sources.projectId, projectId)).orderBy(sources.key);
}

export async function findSource(db: Db | Tx, projectId: number, key: string): Promise<SourceRow | undefined> {
  const [row] = await db.select().from(sources).where(inProject(projectId, key));
  return row;
}

export async function insertSource(
  tx: Tx,
  projectId: number,
  key: string,
  content: SourceContent,
  createdBy: string,
): Promise<SourceRow> {
  const [row] = await tx
    .insert(sources)
    .values({ projectId, key, ...content, createdBy })
    .returning();
  return row as SourceRow;
}

/** Replaces what was written, and counts the version up. */
export async function updateSource(tx: Tx, projectId: number, key: string, content: SourceContent): Promise<SourceRow> {
  const [row] = await tx
    .update(sources)
    .set({ ...content, version: sql`${sources.version} + 1` })
    .where(inProject(projectId, key))
    .returning();
  return row as SourceRow;
}

export async function removeSource(tx: Tx, projectId: number, key: string): Promise<void> {
  await tx.delete(sources).where(inProject(projectId, key));
}

const inProject = (projectId: number, key: string) => and(eq(sources.projectId, projectId), eq(sources.key, key));
