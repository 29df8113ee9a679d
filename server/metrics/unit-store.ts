import { and, asc, eq, gt, lt, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { measuredReports } from '../database/tables.ts';
import type { UnitRow } from './unit-row.ts';

/** Half of the advisory lock under which rows of an environment get their ids; the other half is the environment's id. */
const LOCK = 7_308_001;

/** Which rows are read of an entry. */
export interface EntryPlace {
  environmentId: number;
  run: string;
  entry: number;
}

export type StoredUnits = Pick<UnitRow, 'arrivedAt' | 'source' | 'events' | 'dropped' | 'body'> & { id: number };

/**
 * Stores rows. Ids of an environment are given out under a lock that holds until the commit, so that whoever has read up to
 * an id has missed none before it. Called last in a transaction: nobody waits for this lock and holds what its owner needs.
 */
export async function insertUnits(tx: Tx, rows: readonly UnitRow[]): Promise<void> {
  const environments = [...new Set(rows.map(({ environmentId }) => environmentId))].sort((a, b) => a - b);
  for (const id of environments) await tx.execute(sql`SELECT pg_advisory_xact_lock(${LOCK}, ${id})`);
  for (const { events, ...row } of rows) {
    await tx.insert(measuredReports).values({ ...row, events: JSON.stringify(events) });
  }
}

/** A page has so many rows at most, and ends with the row that brings it to so many bytes. */
const ROWS_AT_ONCE = 5_000;
const BYTES_AT_ONCE = 1_000_000;

/**
 * Rows of an entry after an id, the oldest first, and whether these are the last. Most rows are small, so a page is cut by
 * bytes: by rows of the largest size it would be a query for each twenty of the hundred thousand that a day can bring.
 */
export async function readUnitsAfter(
  db: Db | Tx,
  { environmentId, run, entry }: EntryPlace,
  after: number,
): Promise<{ rows: StoredUnits[]; isLast: boolean }> {
  const of = measuredReports;
  const length = sql<number>`octet_length(${of.body})`;
  const next = db
    .select({
      id: of.id,
      arrivedAt: of.arrivedAt,
      source: of.source,
      events: of.events,
      dropped: of.dropped,
      body: of.body,
      before: sql<number>`sum(${length}) OVER (ORDER BY ${of.id} ROWS UNBOUNDED PRECEDING) - ${length}`.as('before'),
    })
    .from(of)
    .where(and(eq(of.environmentId, environmentId), eq(of.run, run), eq(of.entry, entry), gt(of.id, after)))
    .orderBy(asc(of.id))
    .limit(ROWS_AT_ONCE)
    .as('next');
  const found = await db.select().from(next).where(lt(next.before, BYTES_AT_ONCE)).orderBy(asc(next.id));
  const rows = found.map(({ events, before: _, ...row }) => ({ ...row, events: JSON.parse(events) as string[] }));
  const bytes = rows.reduce((sum, { body }) => sum + body.length, 0);
  return { rows, isLast: rows.length < ROWS_AT_ONCE && bytes < BYTES_AT_ONCE };
}

export interface RecentEntry extends EntryPlace {
  /** The first of its rows that came in within these days; the rest is of those, too. */
  firstId: number;
  firstAt: Date;
  lastAt: Date;
  /** Of its records, in all. */
  bytes: number;
}

/** Entries of an environment of which something came in within so many days, the newest first. */
export async function recentEntries(
  db: Db | Tx,
  environmentId: number,
  days: number,
  limit: number,
): Promise<RecentEntry[]> {
  const of = measuredReports;
  const moment = (of: typeof measuredReports.arrivedAt, which: 'min' | 'max') =>
    sql<Date>`${sql.raw(which)}(${of})`.mapWith(of);
  return db
    .select({
      ...{ environmentId: of.environmentId, run: of.run, entry: of.entry },
      ...{ firstAt: moment(of.arrivedAt, 'min'), lastAt: moment(of.arrivedAt, 'max') },
      firstId: sql<number>`min(${of.id})`.mapWith(Number),
      bytes: sql<number>`sum(octet_length(${of.body}))`.mapWith(Number),
    })
    .from(of)
    .where(and(eq(of.environmentId, environmentId), sql`${of.arrivedAt} > now() - make_interval(days => ${days}::int)`))
    .groupBy(of.environmentId, of.run, of.entry)
    .orderBy(sql`max(${of.id}) DESC`)
    .limit(limit);
}
