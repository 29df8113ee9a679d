import { and, asc, eq, gt, gte, inArray, lt, sql, sum } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { eventCounts, eventNames } from '../database/tables.ts';
import { type EventRow, UNNAMED } from './count-events.ts';
import { type Span, stepOf } from './evaluation-store.ts';

/** What finds no room among the names of an environment is counted without one. */
const MOST_NAMES = 500;

export interface EventStep {
  event: string;
  /** Which step, from 0. */
  step: number;
  count: number;
  valued: number;
  sum: number;
}

export async function addEvents(tx: Tx, rows: readonly EventRow[]): Promise<void> {
  const given = sql`json_to_recordset(${JSON.stringify(rows)}::json)
    AS given("environmentId" bigint, event text, at timestamptz, count bigint, valued bigint, sum double precision)`;
  await nameEvents(tx, rows);
  const { environmentId, event, at, per, count, valued, sum: total } = eventCounts;
  await tx
    .insert(eventCounts)
    .select(
      sql`SELECT "environmentId", coalesce(n.event, ${UNNAMED}), at, 'minute', sum(count), sum(valued), sum(sum)
          FROM ${given} LEFT JOIN ${eventNames} AS n ON n.environment_id = "environmentId" AND n.event = given.event
          GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
    )
    .onConflictDoUpdate({
      target: [environmentId, event, at, per],
      set: {
        count: sql`${count} + excluded.count`,
        valued: sql`${valued} + excluded.valued`,
        sum: sql`${total} + excluded.sum`,
      },
    });
}

/** A name that is known is noted again; a new one finds room or not. */
async function nameEvents(tx: Tx, rows: readonly EventRow[]): Promise<void> {
  const named = rows
    .filter(({ event }) => event !== UNNAMED)
    .map(({ environmentId: e, event: n, at: t }) => ({ e, n, t }));
  if (named.length === 0) return;
  const { environmentId, event, lastAt } = eventNames;
  const known = sql`EXISTS (SELECT 1 FROM ${eventNames} WHERE ${environmentId} = e AND ${event} = n)`;
  await tx
    .insert(eventNames)
    .select(
      sql`SELECT e, n, t FROM (
            SELECT e, n, t, known, row_number() OVER (PARTITION BY e, known ORDER BY n)
              + (SELECT count(*) FROM ${eventNames} WHERE ${environmentId} = e) AS place
            FROM (SELECT e, n, max(t) AS t, ${known} AS known
                  FROM json_to_recordset(${JSON.stringify(named)}::json) AS given(e bigint, n text, t timestamptz)
                  GROUP BY e, n) AS given
          ) AS placed WHERE known OR place <= ${sql.raw(String(MOST_NAMES))} ORDER BY e, n`,
    )
    .onConflictDoUpdate({
      target: [environmentId, event],
      set: { lastAt: sql`excluded.last_at` },
      setWhere: sql`excluded.last_at > ${lastAt}`,
    });
}

/** The names of an environment after `after`, one more than `limit`, and when each was tracked last. */
export async function listEventNames(
  db: Db,
  environmentId: number,
  { limit, after }: { limit: number; after: string | undefined },
): Promise<{ event: string; lastAt: Date }[]> {
  const { event, lastAt } = eventNames;
  return db
    .select({ event, lastAt })
    .from(eventNames)
    .where(and(eq(eventNames.environmentId, environmentId), after === undefined ? undefined : gt(event, after)))
    .orderBy(asc(event))
    .limit(limit + 1);
}

/** How many events of some names there were, by step. */
export async function eventsOf(db: Db, environmentId: number, events: string[], span: Span): Promise<EventStep[]> {
  const { event, at, count, valued } = eventCounts;
  const rows = await db
    .select({
      ...{ event, step: stepOf(at, span).as('step') },
      ...{ count: sum(count), valued: sum(valued), sum: sum(eventCounts.sum) },
    })
    .from(eventCounts)
    .where(
      and(eq(eventCounts.environmentId, environmentId), inArray(event, events), gte(at, span.from), lt(at, span.to)),
    )
    .groupBy(event, sql`step`);
  return rows.map((row) => ({
    ...{ event: row.event, step: row.step },
    ...{ count: Number(row.count), valued: Number(row.valued), sum: Number(row.sum) },
  }));
}
