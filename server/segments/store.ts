import type { Segment } from '@turnout/core';
import { and, eq, inArray } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { segments } from '../database/tables.ts';

export type SegmentRow = typeof segments.$inferSelect;

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
  return rows.map(servedSegment);
}

/** A segment as an evaluator sees it; the order of the fields never changes. */
export function servedSegment(row: SegmentRow): Segment {
  return {
    key: row.key,
    by: row.by,
    included: row.included,
    excluded: row.excluded,
    ...(row.condition === null ? {} : { if: row.condition }),
  };
}
