import { and, eq, lt, ne, sql } from 'drizzle-orm';
import type { Db } from '../database/connect.ts';
import { nodePlaces } from '../database/tables.ts';

/** By environment: the position that a node serves. */
export type Places = Record<string, string>;

export interface PlacesRow {
  host: string;
  places: Places;
  /** How long ago it said so, by the database's clock. */
  ageMs: number;
}

const ageMs = sql<string>`extract(epoch from (now() - ${nodePlaces.seenAt})) * 1000`;

/** What other nodes said that they serve, where they said anything within so long. */
export async function readPlaces(db: Db, ownNode: string, withinMs: number): Promise<PlacesRow[]> {
  const { node, host, places, seenAt } = nodePlaces;
  const rows = await db
    .select({ host, places, ageMs })
    .from(nodePlaces)
    .where(and(ne(node, ownNode), sql`${seenAt} > now() - make_interval(secs => ${withinMs / 1_000})`));
  return rows.map((row) => ({ ...row, ageMs: Number(row.ageMs) }));
}

export async function writePlaces(db: Db, node: string, host: string, places: Places): Promise<void> {
  await db
    .insert(nodePlaces)
    .values({ node, host, places })
    .onConflictDoUpdate({ target: nodePlaces.node, set: { host, places, seenAt: sql`now()` } });
}

/** Says that a node is still there and serves what it did; false where that was forgotten. */
export async function touchPlaces(db: Db, node: string): Promise<boolean> {
  const rows = await db
    .update(nodePlaces)
    .set({ seenAt: sql`now()` })
    .where(eq(nodePlaces.node, node))
    .returning({ node: nodePlaces.node });
  return rows.length > 0;
}

/** A node that ends serves nothing any more. */
export async function dropPlaces(db: Db, node: string): Promise<void> {
  await db.delete(nodePlaces).where(eq(nodePlaces.node, node));
}

/** Lets go of what nodes said that ended without a word. */
export async function dropOldPlaces(db: Db): Promise<void> {
  await db.delete(nodePlaces).where(lt(nodePlaces.seenAt, sql`now() - interval '1 hour'`));
}
