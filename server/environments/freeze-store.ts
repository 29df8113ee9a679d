import { and, desc, eq, gt, inArray, isNull, or, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { environments, flags, freezes } from '../database/tables.ts';
import { type Freeze, type Frozen, freezeAt } from './freeze.ts';

export type FreezeRow = typeof freezes.$inferSelect;

/** More than that a list does not show. */
const MOST_LISTED = 500;

export function asFreeze(row: FreezeRow): Freeze {
  const { id, name, environments: ids, tags, inFlight, overrideBy, rule, zone, lastsMs, endedAt } = row;
  return {
    ...{ id, name, environments: ids, tags, inFlight, overrideBy },
    ...{ from: row.fromAt, to: row.toAt, rule, zone, lastsMs, endedAt },
  };
}

/** All freezes of a project, those that are over too: the newest first. */
export async function listFreezes(db: Db | Tx, projectId: number): Promise<FreezeRow[]> {
  return db
    .select()
    .from(freezes)
    .where(eq(freezes.projectId, projectId))
    .orderBy(desc(freezes.createdAt), desc(freezes.id))
    .limit(MOST_LISTED);
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

/** The same for a flag by its key. */
export async function freezeOfFlag(
  db: Db | Tx,
  environmentId: number,
  flag: string,
  now: Date,
): Promise<Frozen | null> {
  const [row] = await db
    .select({ projectId: environments.projectId, tags: flags.tags })
    .from(environments)
    .leftJoin(flags, and(eq(flags.projectId, environments.projectId), eq(flags.key, flag)))
    .where(eq(environments.id, environmentId));
  if (row === undefined) return null;
  return freezeAt(await readFreezes(db, row.projectId, now), environmentId, now, row.tags ?? undefined);
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
