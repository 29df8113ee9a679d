import { sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { evaluationCounts, eventCounts, eventNames, flags, lastEvaluations } from '../database/tables.ts';
import type { ReportPlace } from './report.ts';

/** How often a variant of a flag was served in a minute or an hour that is over. */
export interface PastCount {
  flag: string;
  /** Empty for the coded default. */
  variant: string;
  /** RFC 3339, at a whole minute or hour. */
  at: string;
  per: 'minute' | 'hour';
  count: number;
}

/** How many events there were in a minute or an hour that is over, and what they were worth. */
export interface PastEvents {
  event: string;
  at: string;
  per: 'minute' | 'hour';
  count: number;
  valued: number;
  sum: number;
}

/** So many rows at once: on the embedded database everybody waits for a statement. */
const TOGETHER = 400;

/**
 * Writes a past that nobody reported, for a project that is to be tried out. What was reported of the same minute or
 * hour is left as it is, and so is what this has written before. Flags that the project does not have are left out.
 */
export async function storePast(
  db: Db,
  place: ReportPlace,
  { counts, events }: { counts: readonly PastCount[]; events: readonly PastEvents[] },
): Promise<void> {
  for (let from = 0; from < counts.length; from += TOGETHER) {
    const rows = counts.slice(from, from + TOGETHER);
    await db.transaction((tx) => addCounts(tx, place, rows));
  }
  await db.transaction((tx) => addEvents(tx, place, events));
}

async function addCounts(tx: Tx, { projectId, environmentId }: ReportPlace, rows: readonly PastCount[]): Promise<void> {
  const given = sql`json_to_recordset(${JSON.stringify(rows)}::json)
    AS given(flag text, variant text, at timestamptz, per text, count bigint)`;
  const named = sql`${given} JOIN ${flags} AS f ON f.project_id = ${projectId} AND f.key = given.flag`;
  await tx
    .insert(evaluationCounts)
    .select(
      sql`SELECT ${environmentId}::bigint, f.id, at, per, variant, count, 'server' FROM ${named} ORDER BY 2, 3, 4, 5`,
    )
    .onConflictDoNothing();
  const { firstAt, askedAt } = lastEvaluations;
  await tx
    .insert(lastEvaluations)
    .select(
      sql`SELECT ${environmentId}::bigint, f.id, variant, min(at), max(at), NULL::timestamptz, NULL::text, NULL::bigint, 'server'
          FROM ${named} GROUP BY 2, 3 ORDER BY 2, 3`,
    )
    .onConflictDoUpdate({
      target: [
        ...[lastEvaluations.environmentId, lastEvaluations.flagId, lastEvaluations.variant, lastEvaluations.source],
      ],
      set: {
        firstAt: sql`least(${firstAt}, excluded.first_at)`,
        askedAt: sql`greatest(${askedAt}, excluded.asked_at)`,
      },
    });
}

async function addEvents(tx: Tx, { environmentId }: ReportPlace, rows: readonly PastEvents[]): Promise<void> {
  if (rows.length === 0) return;
  const given = sql`json_to_recordset(${JSON.stringify(rows)}::json)
    AS given(event text, at timestamptz, per text, count bigint, valued bigint, sum double precision)`;
  await tx
    .insert(eventNames)
    .select(sql`SELECT ${environmentId}::bigint, event, max(at), 'server' FROM ${given} GROUP BY event ORDER BY event`)
    .onConflictDoNothing();
  await tx
    .insert(eventCounts)
    .select(
      sql`SELECT ${environmentId}::bigint, event, at, per, count, valued, sum, 'server'
          FROM ${given} ORDER BY event, at, per`,
    )
    .onConflictDoNothing();
}
