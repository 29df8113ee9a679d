import { eq } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { environments, segments } from '../database/tables.ts';
import type { GroundEnvironment } from './ground.ts';

/** The environments of a project with the keys of their segments. */
export async function readGroundEnvironments(
  db: Db | Tx,
  projectId: number,
): Promise<(GroundEnvironment & { id: number })[]> {
  const rows = await db
    .select({ id: environments.id, key: environments.key, protected: environments.protected })
    .from(environments)
    .where(eq(environments.projectId, projectId))
    .orderBy(environments.key);
  const named = await db
    .select({ environmentId: segments.environmentId, key: segments.key })
    .from(segments)
    .where(eq(segments.projectId, projectId))
    .orderBy(segments.key);
  return rows.map((row) => ({
    ...row,
    segments: named.filter(({ environmentId }) => environmentId === row.id).map(({ key }) => key),
  }));
}
