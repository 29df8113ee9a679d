import { and, desc, eq, gt, isNull, or, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { environments, freezes } from '../database/tables.ts';
import { type Freeze, type Frozen, freezeAt } from './freeze.ts';

export type FreezeRow = typeof freezes.$inferSelect;

/** More than that a list does not show. */
const MOST_LISTED = 500;

export function asFreeze(row: FreezeRow): Freeze {
  const { id, name, rule, zone, lastsMs, endedAt } = row;
  return { id, name, environments: row.environments, from: row.fromAt, to: row.toAt, rule, zone, lastsMs, endedAt };
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

/** The freeze in which an environment is; null where it is in none. */
export async function freezeOf(db: Db | Tx, environmentId: number, now: Date): Promise<Frozen | null> {
  const [row] = await db
    .select({ projectId: environments.projectId })
    .from(environments)
    .where(eq(environments.id, environmentId));
  return row ? freezeAt(await readFreezes(db, row.projectId, now), environmentId, now) : null;
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
