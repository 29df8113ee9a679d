import { and, eq, or, sql } from 'drizzle-orm';
import type { Db } from '../database/connect.ts';
import { flagEnvironments, flags, segments } from '../database/tables.ts';
import type { Naming } from './dependents.ts';

/**
 * What of an environment names something else, archived flags left out, and without the members of segments: those may
 * be thousands.
 */
export async function readNaming(db: Db, environmentId: number): Promise<Naming> {
  const { prerequisites, rules } = flagEnvironments;
  const naming = await db
    .select({ key: flags.key, prerequisites, rules })
    .from(flagEnvironments)
    .innerJoin(flags, eq(flags.id, flagEnvironments.flagId))
    .where(
      and(
        eq(flagEnvironments.environmentId, environmentId),
        eq(flags.archived, false),
        or(sql`${prerequisites}::text <> '[]'`, sql`position('"segment"' in ${rules}::text) > 0`),
      ),
    );
  const named = await db
    .select({ key: segments.key, condition: segments.condition })
    .from(segments)
    .where(eq(segments.environmentId, environmentId));
  return { flags: naming, segments: named.map(({ key, condition }) => ({ key, if: condition ?? undefined })) };
}
