import type { Flag } from '@turnout/core';
import { and, eq, inArray } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { flagEnvironments, flags } from '../database/tables.ts';

export type FlagRow = typeof flags.$inferSelect;
export type ConfigRow = typeof flagEnvironments.$inferSelect;

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
    .select({ flag: flags, config: flagEnvironments })
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
  return rows.map(({ flag, config }) => servedFlag(flag, config));
}

/** What belongs to the flag of the project, and what to the flag in one environment, as one flag. */
export function servedFlag(flag: FlagRow, config: ConfigRow): Flag {
  return {
    key: flag.key,
    type: flag.type,
    variants: flag.variants,
    state: config.state,
    ...(config.killed ? { killed: true as const } : {}),
    offVariant: config.offVariant,
    prerequisites: config.prerequisites,
    rules: config.rules,
    fallthrough: config.fallthrough,
    ...(config.shedAt === null ? {} : { shedAt: config.shedAt }),
    clientVisible: flag.clientVisible,
    ...(config.maxStalenessMs === null ? {} : { maxStalenessMs: config.maxStalenessMs }),
    ...(config.whenStale === null ? {} : { whenStale: config.whenStale }),
    ...(flag.metadata === null ? {} : { metadata: flag.metadata }),
    ...(config.run === null ? {} : { run: config.run }),
  };
}
