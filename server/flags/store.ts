import type { Flag } from '@turnout/core';
import { and, eq, inArray } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { flagEnvironments, flags } from '../database/tables.ts';
import { servedFlag } from './configuration.ts';

/**
 * The flags of an environment as it serves them, archived ones left out; with `keys` those among them alone. The order
 * of the fields never changes, so that equal flags are equal bytes.
 */
export async function flagsOfEnvironment(
  tx: Db | Tx,
  projectId: number,
  environmentId: number,
  keys?: readonly string[],
): Promise<Flag[]> {
  const rows = await tx
    .select({ flag: flags, configuration: flagEnvironments })
    .from(flags)
    .innerJoin(flagEnvironments, eq(flagEnvironments.flagId, flags.id))
    .where(
      and(
        eq(flags.projectId, projectId),
        eq(flagEnvironments.environmentId, environmentId),
        eq(flags.archived, false),
        keys === undefined ? undefined : inArray(flags.key, [...keys]),
      ),
    );
  return rows.map(({ flag, configuration }) => servedFlag(flag, configuration));
}
