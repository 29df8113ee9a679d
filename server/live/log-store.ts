import { formatPosition } from '@turnout/core';
import { eq, inArray } from 'drizzle-orm';
import type { Db } from '../database/connect.ts';
import { environments, projects } from '../database/tables.ts';

/** The seq of the newest entry of each of these projects; those that are gone are left out. */
export async function readHeads(db: Db, projectIds: readonly number[]): Promise<Map<number, number>> {
  if (projectIds.length === 0) return new Map();
  const rows = await db
    .select({ id: projects.id, seq: projects.chainSeq })
    .from(projects)
    .where(inArray(projects.id, [...projectIds]));
  return new Map(rows.map(({ id, seq }) => [id, seq]));
}

/** Where the environments of a project are, by their ids. */
export async function readPositions(db: Db, projectId: number): Promise<Map<number, string>> {
  const rows = await db.select().from(environments).where(eq(environments.projectId, projectId));
  return new Map(rows.map((row) => [row.id, formatPosition(row)]));
}
