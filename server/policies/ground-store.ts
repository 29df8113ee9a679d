import { and, eq, isNull } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { environments, hooks, segments } from '../database/tables.ts';
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

/** Keys of the environments in which some hook lists a flag or a tag: nowhere else a signal trips a guard. */
export async function readHeardEnvironments(db: Db | Tx, projectId: number): Promise<string[]> {
  const rows = await db
    .select({ environments: hooks.environments, flags: hooks.flags, tags: hooks.tags })
    .from(hooks)
    .where(and(eq(hooks.projectId, projectId), isNull(hooks.deletedAt)));
  const listing = rows.filter(({ flags, tags }) => flags.length + tags.length > 0);
  return [...new Set(listing.flatMap((hook) => hook.environments))];
}
