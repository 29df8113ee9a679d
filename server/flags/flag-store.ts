import type { Flag, MeasuredRun } from '@turnout/core';
import { and, eq, gt, inArray, type SQL, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { environments, flagEnvironments, flags } from '../database/tables.ts';
import {
  type Configuration,
  type ConfigurationRow,
  type FlagContent,
  type FlagRow,
  servedFlag,
} from './configuration.ts';
import type { FlagQuery } from './contract.ts';

/** What of an environment's row its flags are shown with. */
export interface ShownEnvironment {
  id: number;
  key: string;
  shedLevel: number;
}

export interface FlagInEnvironment {
  flag: FlagRow;
  configuration: ConfigurationRow;
  environment: ShownEnvironment;
}

/** Which flags of a project are asked for. */
export type FlagFilter = Pick<FlagQuery, 'q' | 'tag' | 'kind' | 'type' | 'archived'>;
type Page = { limit: number; after: string | undefined };

/** By key, after `after`; one more than `limit`, so that the caller sees whether there are more. */
export async function listFlags(db: Db, projectId: number, filter: FlagFilter, page: Page): Promise<FlagRow[]> {
  return db
    .select()
    .from(flags)
    .where(and(eq(flags.projectId, projectId), ...conditionsOf(filter, page.after)))
    .orderBy(flags.key)
    .limit(page.limit + 1);
}

/** The same for one environment, with what each flag is there. */
export async function listFlagsIn(
  db: Db,
  projectId: number,
  environmentId: number,
  filter: FlagFilter,
  page: Page,
): Promise<FlagInEnvironment[]> {
  return selectInEnvironments(db)
    .where(
      and(
        eq(flags.projectId, projectId),
        eq(flagEnvironments.environmentId, environmentId),
        ...conditionsOf(filter, page.after),
      ),
    )
    .orderBy(flags.key)
    .limit(page.limit + 1);
}

/** What these flags are in every environment, or in one. */
export async function flagsInEnvironments(
  db: Db | Tx,
  projectId: number,
  flagIds: readonly number[],
  environmentId?: number,
): Promise<FlagInEnvironment[]> {
  if (flagIds.length === 0) return [];
  return selectInEnvironments(db)
    .where(
      and(
        eq(flags.projectId, projectId),
        inArray(flags.id, [...flagIds]),
        environmentId === undefined ? undefined : eq(flagEnvironments.environmentId, environmentId),
      ),
    )
    .orderBy(flags.key, environments.key);
}

/** The same without the flags, for whoever has them: a page of many is read in half the time. */
export async function placesOfFlags(
  db: Db | Tx,
  flagIds: readonly number[],
  environmentIds?: readonly number[],
): Promise<Omit<FlagInEnvironment, 'flag'>[]> {
  if (flagIds.length === 0) return [];
  return db
    .select({
      configuration: flagEnvironments,
      environment: { id: environments.id, key: environments.key, shedLevel: environments.shedLevel },
    })
    .from(flagEnvironments)
    .innerJoin(environments, eq(environments.id, flagEnvironments.environmentId))
    .where(
      and(
        inArray(flagEnvironments.flagId, [...flagIds]),
        environmentIds && inArray(flagEnvironments.environmentId, [...environmentIds]),
      ),
    )
    .orderBy(environments.key);
}

export async function findFlag(db: Db | Tx, projectId: number, key: string): Promise<FlagRow | undefined> {
  const [row] = await db
    .select()
    .from(flags)
    .where(and(eq(flags.projectId, projectId), eq(flags.key, key)));
  return row;
}

export async function findFlagIn(
  db: Db | Tx,
  projectId: number,
  environmentId: number,
  key: string,
): Promise<FlagInEnvironment | undefined> {
  const [row] = await selectInEnvironments(db).where(
    and(eq(flags.projectId, projectId), eq(flags.key, key), eq(flagEnvironments.environmentId, environmentId)),
  );
  return row;
}

/** Several at once, by their keys; those that are not there are left out. */
export async function findFlags(db: Db | Tx, projectId: number, keys: readonly string[]): Promise<FlagRow[]> {
  if (keys.length === 0) return [];
  return db
    .select()
    .from(flags)
    .where(and(eq(flags.projectId, projectId), inArray(flags.key, [...keys])));
}

/** The flags of an environment by key, archived ones left out; with `keys` those among them alone. */
export async function liveFlagsIn(
  db: Db | Tx,
  projectId: number,
  environmentId: number,
  keys?: readonly string[],
): Promise<FlagInEnvironment[]> {
  if (keys?.length === 0) return [];
  return selectInEnvironments(db)
    .where(
      and(
        eq(flags.projectId, projectId),
        eq(flagEnvironments.environmentId, environmentId),
        eq(flags.archived, false),
        keys === undefined ? undefined : inArray(flags.key, [...keys]),
      ),
    )
    .orderBy(flags.key);
}

/** Several at once, in whatever order. */
export async function insertFlags(
  tx: Tx,
  projectId: number,
  contents: readonly (FlagContent & { key: string })[],
): Promise<FlagRow[]> {
  const made: FlagRow[] = [];
  for (let at = 0; at < contents.length; at += 1_000) {
    const rows = contents.slice(at, at + 1_000).map((content) => ({ ...content, projectId }));
    made.push(...(await tx.insert(flags).values(rows).returning()));
  }
  return made;
}

export async function insertFlag(tx: Tx, flag: FlagContent & { projectId: number; key: string }): Promise<FlagRow> {
  const [row] = await tx.insert(flags).values(flag).returning();
  return row as FlagRow;
}

/** Writes what changed and counts the version up. */
export async function updateFlag(
  tx: Tx,
  projectId: number,
  id: number,
  set: Partial<FlagContent> & { archived?: boolean },
): Promise<FlagRow> {
  const [row] = await tx
    .update(flags)
    .set({ ...set, version: sql`${flags.version} + 1` })
    .where(and(eq(flags.projectId, projectId), eq(flags.id, id)))
    .returning();
  return row as FlagRow;
}

export async function insertConfiguration(
  tx: Tx,
  place: { flagId: number; environmentId: number },
  configuration: Configuration,
  salts: Record<string, string>,
): Promise<void> {
  await tx.insert(flagEnvironments).values({ ...place, ...configuration, salts });
}

/** Writes what changed and counts the version up. `killed` is not among what can be written here. */
export async function updateConfiguration(
  tx: Tx,
  place: { flagId: number; environmentId: number },
  set: Partial<Configuration> & { salts?: Record<string, string>; run?: MeasuredRun | null },
): Promise<ConfigurationRow> {
  const [row] = await tx
    .update(flagEnvironments)
    .set({ ...set, version: sql`${flagEnvironments.version} + 1` })
    .where(and(eq(flagEnvironments.flagId, place.flagId), eq(flagEnvironments.environmentId, place.environmentId)))
    .returning();
  return row as ConfigurationRow;
}

/** All flags of a project, archived ones too: what a new environment must know. */
export async function allFlags(tx: Tx, projectId: number): Promise<FlagRow[]> {
  return tx.select().from(flags).where(eq(flags.projectId, projectId)).orderBy(flags.id);
}

export async function insertConfigurations(
  tx: Tx,
  rows: readonly (Configuration & { flagId: number; environmentId: number; salts?: Record<string, string> })[],
): Promise<void> {
  // In pieces: a statement has 65,535 parameters at most.
  for (let at = 0; at < rows.length; at += 1_000) {
    await tx.insert(flagEnvironments).values(rows.slice(at, at + 1_000).map((row) => ({ salts: {}, ...row })));
  }
}

/** The environments of a project by id. */
export async function environmentsOf(db: Db | Tx, projectId: number): Promise<ShownEnvironment[]> {
  return db
    .select({ id: environments.id, key: environments.key, shedLevel: environments.shedLevel })
    .from(environments)
    .where(eq(environments.projectId, projectId))
    .orderBy(environments.id);
}

function selectInEnvironments(db: Db | Tx) {
  return db
    .select({
      flag: flags,
      configuration: flagEnvironments,
      environment: { id: environments.id, key: environments.key, shedLevel: environments.shedLevel },
    })
    .from(flags)
    .innerJoin(flagEnvironments, eq(flagEnvironments.flagId, flags.id))
    .innerJoin(environments, eq(environments.id, flagEnvironments.environmentId))
    .$dynamic();
}

function conditionsOf(filter: FlagFilter, after: string | undefined): (SQL | undefined)[] {
  const text = sql`lower(${flags.key} || ' ' || ${flags.name} || ' ' || ${flags.description})`;
  return [
    after === undefined ? undefined : gt(flags.key, after),
    filter.q === undefined ? undefined : sql`position(lower(${filter.q}) in ${text}) > 0`,
    filter.tag === undefined ? undefined : sql`${flags.tags}::jsonb @> ${JSON.stringify([filter.tag])}::jsonb`,
    filter.kind === undefined ? undefined : eq(flags.kind, filter.kind),
    filter.type === undefined ? undefined : eq(flags.type, filter.type),
    filter.archived === 'any' ? undefined : eq(flags.archived, filter.archived === 'true'),
  ];
}

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
