import { and, desc, eq, gt, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { environments, flagEnvironments, flags, freezes } from '../database/tables.ts';
import { spread } from './flags-reached.ts';
import { type Freeze, type FreezeTurn, type Frozen, freezeAt, freezeTurns } from './freeze.ts';

export type FreezeRow = typeof freezes.$inferSelect;

export function asFreeze(row: FreezeRow): Freeze {
  const { id, name, environments: ids, tags, inFlight, overrideBy, rule, zone, lastsMs, endedAt } = row;
  return {
    ...{ id, name, environments: ids, tags, inFlight, overrideBy },
    ...{ from: row.fromAt, to: row.toAt, rule, zone, lastsMs, endedAt },
  };
}

export interface FreezeFilter {
  /** Those that are not over then; undefined for all of them. */
  notOverAt: Date | undefined;
  /** Those of one of these environments, or of all; undefined where all may be seen. */
  environmentIds: readonly number[] | undefined;
}

/** The newest first, before one of them; one more than `limit`, so that the caller sees whether there are more. */
export async function listFreezes(
  db: Db | Tx,
  projectId: number,
  { notOverAt, environmentIds }: FreezeFilter,
  { limit, before }: { limit: number; before: Pick<FreezeRow, 'createdAt' | 'id'> | undefined },
): Promise<FreezeRow[]> {
  const here = sql`EXISTS (SELECT 1 FROM json_array_elements_text(${freezes.environments}) AS one
    WHERE one.value::bigint = ANY(${sql.param(environmentIds && [...environmentIds])}::bigint[]))`;
  return db
    .select()
    .from(freezes)
    .where(
      and(
        eq(freezes.projectId, projectId),
        notOverAt && mayBeAhead(notOverAt),
        environmentIds && or(isNull(freezes.environments), here),
        before &&
          or(
            lt(freezes.createdAt, before.createdAt),
            and(eq(freezes.createdAt, before.createdAt), lt(freezes.id, before.id)),
          ),
      ),
    )
    .orderBy(desc(freezes.createdAt), desc(freezes.id))
    .limit(limit + 1);
}

/** Of those that are over some pass for a day: on the clock of a zone a window may end later than the sum says. */
function mayBeAhead(now: Date) {
  const yesterday = new Date(now.getTime() - 86_400_000);
  return and(
    or(isNull(freezes.endedAt), gt(freezes.endedAt, now)),
    or(
      isNull(freezes.toAt),
      sql`${freezes.toAt} + coalesce(${freezes.lastsMs}, 0) * interval '1 millisecond' > ${yesterday.toISOString()}::timestamptz`,
    ),
  );
}

/** The freezes that held at some time since then, as they are computed with. */
export async function readFreezes(db: Db | Tx, projectId: number, since: Date): Promise<Freeze[]> {
  const rows = await db
    .select()
    .from(freezes)
    .where(
      and(
        eq(freezes.projectId, projectId),
        or(isNull(freezes.endedAt), gt(freezes.endedAt, since)),
        or(isNull(freezes.toAt), sql`${freezes.rule} IS NOT NULL`, gt(freezes.toAt, since)),
      ),
    );
  return rows.map(asFreeze);
}

/** The freeze in which a flag with these tags is in an environment; null where it is in none. */
export async function freezeOf(
  db: Db | Tx,
  environmentId: number,
  now: Date,
  tags?: readonly string[],
): Promise<Frozen | null> {
  const [row] = await db
    .select({ projectId: environments.projectId })
    .from(environments)
    .where(eq(environments.id, environmentId));
  return row ? freezeAt(await readFreezes(db, row.projectId, now), environmentId, now, tags) : null;
}

/** A freeze that holds a flag, and which flag it is for where that is another one, which needs this one. */
export type FrozenFlag = Frozen & { through?: string };

/**
 * The freeze in which a flag is by its key: one for it, or one for a flag that has it as a prerequisite, for whoever
 * changes the one changes what the other gives.
 */
export async function freezeOfFlag(
  db: Db | Tx,
  environmentId: number,
  flag: string,
  now: Date,
): Promise<FrozenFlag | null> {
  const held = await readFlagFreezes(db, environmentId, flag, now);
  if (held === undefined) return null;
  const { freezes, tags, needing } = held;
  const found = freezeAt(freezes, environmentId, now, tagsWith(held));
  if (found === null || freezeAt(freezes, environmentId, now, tags) !== null) return found;
  const through = needing.find((other) => freezeAt(freezes, environmentId, now, other.tags) !== null)?.key;
  return through === undefined ? found : { ...found, through };
}

/** The same over a time in which nobody looked: what held at its beginning, and each turn since. */
export async function freezeTurnsOfFlag(
  db: Db | Tx,
  environmentId: number,
  flag: string,
  from: Date,
  to: Date,
): Promise<FreezeTurn[]> {
  const held = await readFlagFreezes(db, environmentId, flag, from);
  return held === undefined ? [] : freezeTurns(held.freezes, environmentId, from, to, tagsWith(held));
}

interface FlagFreezes {
  freezes: Freeze[];
  tags: readonly string[];
  /** The flags that have it as a prerequisite, or that have one of those. */
  needing: { key: string; tags: readonly string[] }[];
}

const tagsWith = ({ tags, needing }: FlagFreezes) => [...tags, ...needing.flatMap((flag) => flag.tags)];

/** Undefined where no freeze of the project held since then. */
async function readFlagFreezes(
  db: Db | Tx,
  environmentId: number,
  flag: string,
  since: Date,
): Promise<FlagFreezes | undefined> {
  const [place] = await db
    .select({ projectId: environments.projectId })
    .from(environments)
    .where(eq(environments.id, environmentId));
  if (place === undefined) return undefined;
  const freezes = await readFreezes(db, place.projectId, since);
  if (freezes.length === 0) return undefined;
  if (freezes.every(({ tags }) => tags === null)) return { freezes, tags: [], needing: [] };
  const rows = await readNeeds(db, place.projectId, [flag], environmentId);
  const reached = reachedFrom(flag, rows);
  return {
    freezes,
    tags: rows.find(({ key }) => key === flag)?.tags ?? [],
    needing: reached.filter(({ key }) => key !== flag),
  };
}

/**
 * These flags, and all that have a prerequisite, as they are in each environment, or in one: among them is whatever needs
 * one of them. What is archived gives nobody anything else by it.
 */
function readNeeds(db: Db | Tx, projectId: number, keys: readonly string[], only?: number) {
  const { environmentId, prerequisites } = flagEnvironments;
  return db
    .select({ environmentId, key: flags.key, tags: flags.tags, needs: prerequisites })
    .from(flags)
    .innerJoin(flagEnvironments, eq(flagEnvironments.flagId, flags.id))
    .where(
      and(
        eq(flags.projectId, projectId),
        only === undefined ? undefined : eq(environmentId, only),
        or(inArray(flags.key, [...keys]), and(eq(flags.archived, false), sql`json_array_length(${prerequisites}) > 0`)),
      ),
    );
}

type Needs = Awaited<ReturnType<typeof readNeeds>>[number];

/** Of the flags of one environment: one, and those that need it, or need one of those. */
function reachedFrom(flag: string, rows: readonly Needs[]): Needs[] {
  const reached = new Set([flag]);
  const depends = rows.map(({ key, needs }) => ({ key, on: needs.map((one) => one.flag) }));
  spread(reached, depends);
  return rows.filter(({ key }) => reached.has(key));
}

/** The tags of some flags of a project, by their keys: flags are kept in a later room, and freezes go by these alone. */
export async function tagsOfFlags(
  db: Db | Tx,
  projectId: number,
  keys: readonly string[],
): Promise<Map<string, readonly string[]>> {
  if (keys.length === 0) return new Map();
  const rows = await db
    .select({ key: flags.key, tags: flags.tags })
    .from(flags)
    .where(and(eq(flags.projectId, projectId), inArray(flags.key, [...keys])));
  return new Map(rows.map(({ key, tags }) => [key, tags]));
}

/** By environment, and in it by the key of a flag: what that flag is held by there. */
export type TagsHolding = ReadonlyMap<number, ReadonlyMap<string, readonly string[]>>;

/**
 * The tags by which freezes hold a change of each of these flags in each environment: its own, and those of flags that
 * have it as a prerequisite there, for whoever changes the one changes what the other gives. What needs it elsewhere, or
 * is archived, gives nothing else by it.
 */
export async function tagsHolding(db: Db | Tx, projectId: number, keys: readonly string[]): Promise<TagsHolding> {
  if (keys.length === 0) return new Map();
  const rows = await readNeeds(db, projectId, keys);
  return new Map(
    [...new Set(rows.map((row) => row.environmentId))].map((environment) => {
      const here = rows.filter((row) => row.environmentId === environment);
      const held = [...new Set(keys)].map((key): [string, string[]] => {
        return [key, [...new Set(reachedFrom(key, here).flatMap(({ tags }) => tags))]];
      });
      return [environment, new Map(held)];
    }),
  );
}

export async function findFreeze(db: Db | Tx, projectId: number, id: string): Promise<FreezeRow | undefined> {
  const [row] = await db
    .select()
    .from(freezes)
    .where(and(eq(freezes.projectId, projectId), eq(freezes.id, id)));
  return row;
}

export async function insertFreeze(tx: Tx, row: typeof freezes.$inferInsert): Promise<FreezeRow> {
  const [made] = await tx.insert(freezes).values(row).returning();
  return made as FreezeRow;
}

/** Writes what changed and counts the version up. */
export async function updateFreeze(
  tx: Tx,
  projectId: number,
  id: string,
  set: Partial<typeof freezes.$inferInsert>,
): Promise<FreezeRow> {
  const [row] = await tx
    .update(freezes)
    .set({ ...set, version: sql`${freezes.version} + 1` })
    .where(and(eq(freezes.projectId, projectId), eq(freezes.id, id)))
    .returning();
  return row as FreezeRow;
}
