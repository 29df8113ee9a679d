import { sql } from 'drizzle-orm';
import type { Db } from '../database/connect.ts';
import {
  codedDefaults,
  evaluationCounts,
  eventCounts,
  eventNames,
  measuredReports,
  reportBatches,
  uncountedEvaluations,
} from '../database/tables.ts';

/** How long minutes are told apart, and how long hours are kept. */
export const MINUTES_KEPT_HOURS = 48;
export const HOURS_KEPT_DAYS = 90;
/** A batch that came once is known for so long. */
const BATCHES_KEPT_HOURS = 24;
/** Units of a run are kept for so long after the last of them came in: none comes after the run's end. */
const UNITS_KEPT_DAYS = 30;

const hours = (count: number) => sql.raw(`interval '${count} hours'`);
const days = (count: number) => sql.raw(`interval '${count} days'`);
const most = (count: number) => sql.raw(String(count));

/** Each takes at most `limit` rows; true where that many were found, so there may be more. */
export type Sweep = (db: Db, limit: number) => Promise<boolean>;

/** What is never looked at again, in pieces that keep no row from anybody for long. */
export const SWEEPS: readonly Sweep[] = [
  foldMinutes,
  foldUncounted,
  foldEvents,
  dropHours,
  dropUncounted,
  dropBatches,
  dropDefaults,
  dropEvents,
  dropEventNames,
  dropUnits,
];

/** Minutes of hours that are long past become hours. What comes late is added to its hour the next time. */
async function foldMinutes(db: Db, limit: number): Promise<boolean> {
  const { environmentId, flagId, at, per, variant, count, source } = evaluationCounts;
  return db.transaction(async (tx) => {
    const taken = await tx
      .delete(evaluationCounts)
      .where(
        sql`ctid IN (SELECT ctid FROM ${evaluationCounts} WHERE ${per} = 'minute'
              AND ${at} < date_trunc('hour', now() - ${hours(MINUTES_KEPT_HOURS)}, 'UTC') LIMIT ${most(limit)} FOR UPDATE SKIP LOCKED)`,
      )
      .returning();
    if (taken.length === 0) return false;
    await tx
      .insert(evaluationCounts)
      .select(
        sql`SELECT e, f, date_trunc('hour', t, 'UTC'), 'hour', v, sum(n), s FROM json_to_recordset(${JSON.stringify(
          taken.map(({ environmentId: e, flagId: f, at: t, variant: v, count: n, source: s }) => ({
            e,
            f,
            t,
            v,
            n,
            s,
          })),
        )}::json) AS taken(e bigint, f bigint, t timestamptz, v text, n bigint, s text)
          GROUP BY 1, 2, 3, 5, 7 ORDER BY 1, 2, 3, 5, 7`,
      )
      .onConflictDoUpdate({
        target: [environmentId, flagId, at, per, variant, source],
        set: { count: sql`${count} + excluded.count` },
      });
    return taken.length === limit;
  });
}

async function foldUncounted(db: Db, limit: number): Promise<boolean> {
  const { environmentId, at, per, overflow, unknown, dropped, source } = uncountedEvaluations;
  return db.transaction(async (tx) => {
    const taken = await tx
      .delete(uncountedEvaluations)
      .where(
        sql`ctid IN (SELECT ctid FROM ${uncountedEvaluations} WHERE ${per} = 'minute'
              AND ${at} < date_trunc('hour', now() - ${hours(MINUTES_KEPT_HOURS)}, 'UTC') LIMIT ${most(limit)} FOR UPDATE SKIP LOCKED)`,
      )
      .returning();
    if (taken.length === 0) return false;
    await tx
      .insert(uncountedEvaluations)
      .select(
        sql`SELECT e, date_trunc('hour', t, 'UTC'), 'hour', sum(o), sum(u), sum(d), s FROM json_to_recordset(${JSON.stringify(
          taken.map(({ environmentId: e, at: t, source: s, ...row }) => ({
            ...{ e, t, s },
            ...{ o: row.overflow, u: row.unknown, d: row.dropped },
          })),
        )}::json) AS taken(e bigint, t timestamptz, o bigint, u bigint, d bigint, s text)
          GROUP BY 1, 2, 7 ORDER BY 1, 2, 7`,
      )
      .onConflictDoUpdate({
        target: [environmentId, at, per, source],
        set: {
          overflow: sql`${overflow} + excluded.overflow`,
          unknown: sql`${unknown} + excluded.unknown`,
          dropped: sql`${dropped} + excluded.dropped`,
        },
      });
    return taken.length === limit;
  });
}

async function foldEvents(db: Db, limit: number): Promise<boolean> {
  const { environmentId, event, at, per, count, valued, sum, source } = eventCounts;
  return db.transaction(async (tx) => {
    const taken = await tx
      .delete(eventCounts)
      .where(
        sql`ctid IN (SELECT ctid FROM ${eventCounts} WHERE ${per} = 'minute'
              AND ${at} < date_trunc('hour', now() - ${hours(MINUTES_KEPT_HOURS)}, 'UTC') LIMIT ${most(limit)} FOR UPDATE SKIP LOCKED)`,
      )
      .returning();
    if (taken.length === 0) return false;
    const rows = taken.map((row) => ({
      e: row.environmentId,
      n: row.event,
      t: row.at,
      c: row.count,
      v: row.valued,
      s: row.sum,
      o: row.source,
    }));
    await tx
      .insert(eventCounts)
      .select(
        sql`SELECT e, n, date_trunc('hour', t, 'UTC'), 'hour', sum(c), sum(v), sum(s), o FROM json_to_recordset(${JSON.stringify(rows)}::json)
              AS taken(e bigint, n text, t timestamptz, c bigint, v bigint, s double precision, o text)
            GROUP BY 1, 2, 3, 8 ORDER BY 1, 2, 3, 8`,
      )
      .onConflictDoUpdate({
        target: [environmentId, event, at, per, source],
        set: {
          count: sql`${count} + excluded.count`,
          valued: sql`${valued} + excluded.valued`,
          sum: sql`${sum} + excluded.sum`,
        },
      });
    return taken.length === limit;
  });
}

async function dropHours(db: Db, limit: number): Promise<boolean> {
  const { at, per } = evaluationCounts;
  const gone = await db
    .delete(evaluationCounts)
    .where(
      sql`ctid IN (SELECT ctid FROM ${evaluationCounts} WHERE ${per} = 'hour' AND ${at} < now() - ${days(HOURS_KEPT_DAYS)}
            LIMIT ${most(limit)})`,
    )
    .returning({ at });
  return gone.length === limit;
}

async function dropUncounted(db: Db, limit: number): Promise<boolean> {
  const { at, per } = uncountedEvaluations;
  const gone = await db
    .delete(uncountedEvaluations)
    .where(
      sql`ctid IN (SELECT ctid FROM ${uncountedEvaluations} WHERE ${per} = 'hour'
            AND ${at} < now() - ${days(HOURS_KEPT_DAYS)} LIMIT ${most(limit)})`,
    )
    .returning({ at });
  return gone.length === limit;
}

async function dropBatches(db: Db, limit: number): Promise<boolean> {
  const { at } = reportBatches;
  const gone = await db
    .delete(reportBatches)
    .where(
      sql`ctid IN (SELECT ctid FROM ${reportBatches} WHERE ${at} < now() - ${hours(BATCHES_KEPT_HOURS)} LIMIT ${most(limit)})`,
    )
    .returning({ at });
  return gone.length === limit;
}

/** A default that nobody has brought for so long stands in no code any more, and makes room. */
async function dropDefaults(db: Db, limit: number): Promise<boolean> {
  const { lastAt } = codedDefaults;
  const gone = await db
    .delete(codedDefaults)
    .where(
      sql`ctid IN (SELECT ctid FROM ${codedDefaults} WHERE ${lastAt} < now() - ${days(HOURS_KEPT_DAYS)} LIMIT ${most(limit)})`,
    )
    .returning({ at: lastAt });
  return gone.length === limit;
}

async function dropEvents(db: Db, limit: number): Promise<boolean> {
  const { at, per } = eventCounts;
  const gone = await db
    .delete(eventCounts)
    .where(
      sql`ctid IN (SELECT ctid FROM ${eventCounts} WHERE ${per} = 'hour' AND ${at} < now() - ${days(HOURS_KEPT_DAYS)}
            LIMIT ${most(limit)})`,
    )
    .returning({ at });
  return gone.length === limit;
}

/** A name that nobody tracks any more makes room, once all that was counted under it is forgotten. */
async function dropEventNames(db: Db, limit: number): Promise<boolean> {
  const { lastAt } = eventNames;
  const gone = await db
    .delete(eventNames)
    .where(
      sql`ctid IN (SELECT ctid FROM ${eventNames} WHERE ${lastAt} < now() - ${days(HOURS_KEPT_DAYS)} LIMIT ${most(limit)})`,
    )
    .returning({ at: lastAt });
  return gone.length === limit;
}

/**
 * What was measured of whom, once the run is over for so long. Which runs are is found once: asked of each old row, a run
 * that goes on for months would have all its old rows read for each of them.
 */
async function dropUnits(db: Db, limit: number): Promise<boolean> {
  const { environmentId, run, id, arrivedAt } = measuredReports;
  const long = sql`now() - ${days(UNITS_KEPT_DAYS)}`;
  const gone = await db
    .delete(measuredReports)
    .where(
      sql`ctid IN (SELECT ctid FROM ${measuredReports} WHERE ${arrivedAt} < ${long}
            AND (${environmentId}, ${run}) IN (SELECT ${environmentId}, ${run} FROM ${measuredReports}
              GROUP BY 1, 2 HAVING max(${arrivedAt}) < ${long})
            LIMIT ${most(limit)})`,
    )
    .returning({ id });
  return gone.length === limit;
}
