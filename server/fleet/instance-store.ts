import { and, eq, lt, ne, sql } from 'drizzle-orm';
import type { Db } from '../database/connect.ts';
import { nodeInstances } from '../database/tables.ts';

/** What a node wrote of the apps of an environment. */
export interface InstanceRow {
  node: string;
  body: string;
  /** How long ago, by the database's clock. */
  ageMs: number;
}

/** That a node wrote something of an environment, and how long ago. */
export interface NodeSighting {
  node: string;
  environmentId: number;
  ageMs: number;
}

/** Computed there, so that the clocks of nodes do not matter. */
const ageMs = sql<string>`extract(epoch from (now() - ${nodeInstances.seenAt})) * 1000`;
/** Rows that nobody writes to any more say nothing after this. */
const KEPT = sql`now() - interval '1 hour'`;

/** What other nodes wrote within the last hour, newest first. */
export async function readInstanceRows(db: Db, environmentId: number, ownNode: string): Promise<InstanceRow[]> {
  const { node, body, seenAt } = nodeInstances;
  const rows = await db
    .select({ node, body, ageMs })
    .from(nodeInstances)
    .where(and(eq(nodeInstances.environmentId, environmentId), ne(node, ownNode), sql`${seenAt} > ${KEPT}`))
    .orderBy(sql`${seenAt} DESC`);
  return rows.map((row) => ({ ...row, ageMs: Number(row.ageMs) }));
}

/** Which other nodes wrote within the last hour, and when. */
export async function readSightings(db: Db, ownNode: string): Promise<NodeSighting[]> {
  const { node, environmentId, seenAt } = nodeInstances;
  const rows = await db
    .select({ node, environmentId, ageMs })
    .from(nodeInstances)
    .where(and(ne(node, ownNode), sql`${seenAt} > ${KEPT}`));
  return rows.map((row) => ({ ...row, ageMs: Number(row.ageMs) }));
}

/** Writes what this node knows of an environment's apps. */
export async function writeInstances(db: Db, node: string, environmentId: number, body: string): Promise<void> {
  await db
    .insert(nodeInstances)
    .values({ node, environmentId, body })
    .onConflictDoUpdate({
      target: [nodeInstances.node, nodeInstances.environmentId],
      set: { body, seenAt: sql`now()` },
    });
}

/** Says that this node is still there, and that what it wrote last has not changed; false where that was dropped. */
export async function touchInstances(db: Db, node: string, environmentId: number): Promise<boolean> {
  const rows = await db
    .update(nodeInstances)
    .set({ seenAt: sql`now()` })
    .where(and(eq(nodeInstances.node, node), eq(nodeInstances.environmentId, environmentId)))
    .returning({ node: nodeInstances.node });
  return rows.length > 0;
}

/** Lets go of what nodes wrote that are no more. */
export async function dropOldInstances(db: Db): Promise<void> {
  await db.delete(nodeInstances).where(lt(nodeInstances.seenAt, KEPT));
}
