import type { Segment } from '@turnout/core';
import { and, eq, gt, inArray, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { flagEnvironments, flags, segments } from '../database/tables.ts';
import { type SegmentUsers, segmentUsers } from './named-segments.ts';
import { servedSegment } from './segment.ts';

export type SegmentRow = typeof segments.$inferSelect;
/** What of a segment an author writes. */
export type SegmentContent = Pick<SegmentRow, 'name' | 'description' | 'by' | 'included' | 'excluded' | 'condition'>;

/** The segments of an environment as it serves them; with `keys` those among them alone. */
export async function segmentsOfEnvironment(
  tx: Db | Tx,
  environmentId: number,
  keys?: readonly string[],
): Promise<Segment[]> {
  const rows = await tx
    .select()
    .from(segments)
    .where(
      and(eq(segments.environmentId, environmentId), keys === undefined ? undefined : inArray(segments.key, [...keys])),
    );
  return rows.map((row) => servedSegment(row.key, row));
}

/** By key, after `after`; one more than `limit`, so that the caller sees whether there are more. */
export async function listSegments(
  db: Db,
  environmentId: number,
  page: { limit: number; after: string | undefined; q: string | undefined },
): Promise<SegmentRow[]> {
  const text = sql`lower(${segments.key} || ' ' || ${segments.name} || ' ' || ${segments.description})`;
  return db
    .select()
    .from(segments)
    .where(
      and(
        eq(segments.environmentId, environmentId),
        page.after === undefined ? undefined : gt(segments.key, page.after),
        page.q === undefined ? undefined : sql`position(lower(${page.q}) in ${text}) > 0`,
      ),
    )
    .orderBy(segments.key)
    .limit(page.limit + 1);
}

export async function findSegment(db: Db | Tx, environmentId: number, key: string): Promise<SegmentRow | undefined> {
  const [row] = await db.select().from(segments).where(inPlace(environmentId, key));
  return row;
}

/** Several at once, by their keys; without keys all of the environment. */
export async function findSegments(
  db: Db | Tx,
  environmentId: number,
  keys?: readonly string[],
): Promise<SegmentRow[]> {
  if (keys?.length === 0) return [];
  return db
    .select()
    .from(segments)
    .where(
      and(eq(segments.environmentId, environmentId), keys === undefined ? undefined : inArray(segments.key, [...keys])),
    )
    .orderBy(segments.key);
}

export async function insertSegment(
  tx: Tx,
  place: { projectId: number; environmentId: number; key: string },
  content: SegmentContent,
): Promise<SegmentRow> {
  const [row] = await tx
    .insert(segments)
    .values({ ...place, ...content })
    .returning();
  return row as SegmentRow;
}

/** Writes the content and counts the version up. */
export async function updateSegment(
  tx: Tx,
  environmentId: number,
  key: string,
  content: SegmentContent,
): Promise<SegmentRow> {
  const { name, description, by, included, excluded, condition } = content;
  const [row] = await tx
    .update(segments)
    .set({ name, description, by, included, excluded, condition, version: sql`${segments.version} + 1` })
    .where(inPlace(environmentId, key))
    .returning();
  return row as SegmentRow;
}

export async function removeSegment(tx: Tx, environmentId: number, key: string): Promise<void> {
  await tx.delete(segments).where(inPlace(environmentId, key));
}

/**
 * Who names a segment now, archived flags left out. The text of each condition is searched first: reading every flag of
 * an environment to show one segment would cost more than the page.
 */
export async function readSegmentUsers(db: Db, environmentId: number, key: string): Promise<SegmentUsers> {
  const wanted = `"segment":${JSON.stringify(key)}`;
  const holds = (column: typeof segments.condition | typeof flagEnvironments.rules) =>
    sql`position(${wanted} in ${column}::text) > 0`;
  const others = await db
    .select()
    .from(segments)
    .where(and(eq(segments.environmentId, environmentId), holds(segments.condition)));
  const users = await db
    .select({ key: flags.key, rules: flagEnvironments.rules })
    .from(flagEnvironments)
    .innerJoin(flags, eq(flags.id, flagEnvironments.flagId))
    .where(
      and(eq(flagEnvironments.environmentId, environmentId), eq(flags.archived, false), holds(flagEnvironments.rules)),
    );
  const found = segmentUsers(key, {
    flags: Object.fromEntries(users.map((flag) => [flag.key, flag])),
    segments: Object.fromEntries(others.map((row) => [row.key, servedSegment(row.key, row)])),
  });
  return { flags: found.flags.sort(), segments: found.segments.sort() };
}

const inPlace = (environmentId: number, key: string) =>
  and(eq(segments.environmentId, environmentId), eq(segments.key, key));
