import { and, asc, eq, gt, gte, inArray, lt, max, sql, sum } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { eventCounts, eventNames } from '../database/tables.ts';
import { type EventRow, UNNAMED } from './count-events.ts';
import { isToldBy, type Span, stepOf, type ToldBy } from './evaluation-store.ts';

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
    AS given("environmentId" bigint, event text, at timestamptz, count bigint, valued bigint, sum double precision,
             source text)`;
  await nameEvents(tx, rows);
  const { environmentId, event, at, per, count, valued, sum: total, source } = eventCounts;
  await tx
    .insert(eventCounts)
    .select(
      sql`SELECT "environmentId", coalesce(n.event, ${UNNAMED}), at, 'minute', sum(count), sum(valued), sum(sum), given.source
          FROM ${given} LEFT JOIN ${eventNames} AS n
            ON n.environment_id = "environmentId" AND n.event = given.event AND n.source = given.source
          GROUP BY 1, 2, 3, given.source ORDER BY 1, 2, 3, given.source`,
    )
    .onConflictDoUpdate({
      target: [environmentId, event, at, per, source],
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
    .map(({ environmentId: e, event: n, at: t, source: s }) => ({ e, n, t, s }));
  if (named.length === 0) return;
  const { environmentId, event, lastAt, source } = eventNames;
  const known = sql`EXISTS (SELECT 1 FROM ${eventNames} WHERE ${environmentId} = e AND ${event} = n AND ${source} = s)`;
  await tx
    .insert(eventNames)
    .select(
      sql`SELECT e, n, t, s FROM (
            SELECT e, n, t, s, known, row_number() OVER (PARTITION BY e, s, known ORDER BY n)
              + (SELECT count(*) FROM ${eventNames} WHERE ${environmentId} = e AND ${source} = s) AS place
            FROM (SELECT e, n, s, max(t) AS t, ${known} AS known
                  FROM json_to_recordset(${JSON.stringify(named)}::json) AS given(e bigint, n text, t timestamptz, s text)
                  GROUP BY e, n, s) AS given
          ) AS placed WHERE known OR place <= ${sql.raw(String(MOST_NAMES))} ORDER BY e, n, s`,
    )
    .onConflictDoUpdate({
      target: [environmentId, event, source],
      set: { lastAt: sql`excluded.last_at` },
      setWhere: sql`excluded.last_at > ${lastAt}`,
    });
}

/** The names of an environment after `after`, one more than `limit`, and when each was tracked last. */
export async function listEventNames(
  db: Db,
  environmentId: number,
  { limit, after, by }: { limit: number; after: string | undefined; by: ToldBy },
): Promise<{ event: string; lastAt: Date }[]> {
  const { event, source } = eventNames;
  return (
    db
      .select({ event, lastAt: max(eventNames.lastAt).mapWith(eventNames.lastAt) })
      .from(eventNames)
      .where(
        and(
          ...[eq(eventNames.environmentId, environmentId), isToldBy(source, by)],
          after === undefined ? undefined : gt(event, after),
        ),
      )
      // Pages of signed and of open contexts may have told of the same.
      .groupBy(event)
      .orderBy(asc(event))
      .limit(limit + 1)
  );
}

/** How many events of some names there were, by step. */
export async function eventsOf(
  db: Db,
  environmentId: number,
  events: string[],
  span: Span,
  by: ToldBy,
): Promise<EventStep[]> {
  const { event, at, count, valued, source } = eventCounts;
  const rows = await db
    .select({
      ...{ event, step: stepOf(at, span).as('step') },
      ...{ count: sum(count), valued: sum(valued), sum: sum(eventCounts.sum) },
    })
    .from(eventCounts)
    .where(
      and(
        ...[eq(eventCounts.environmentId, environmentId), inArray(event, events), isToldBy(source, by)],
        ...[gte(at, span.from), lt(at, span.to)],
      ),
    )
    .groupBy(event, sql`step`);
  return rows.map((row) => ({
    ...{ event: row.event, step: row.step },
    ...{ count: Number(row.count), valued: Number(row.valued), sum: Number(row.sum) },
  }));
}
