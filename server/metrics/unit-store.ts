import { and, asc, eq, gt, sql } from 'drizzle-orm';
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

/** Rows of an entry after an id, the oldest first. */
export async function readUnitsAfter(
  db: Db | Tx,
  { environmentId, run, entry }: EntryPlace,
  after: number,
  limit: number,
): Promise<StoredUnits[]> {
  const of = measuredReports;
  const rows = await db
    .select({
      id: of.id,
      arrivedAt: of.arrivedAt,
      source: of.source,
      events: of.events,
      dropped: of.dropped,
      body: of.body,
    })
    .from(of)
    .where(and(eq(of.environmentId, environmentId), eq(of.run, run), eq(of.entry, entry), gt(of.id, after)))
    .orderBy(asc(of.id))
    .limit(limit);
  return rows.map(({ events, ...row }) => ({ ...row, events: JSON.parse(events) as string[] }));
}

export interface RecentEntry extends EntryPlace {
  firstAt: Date;
  lastAt: Date;
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
    })
    .from(of)
    .where(and(eq(of.environmentId, environmentId), sql`${of.arrivedAt} > now() - make_interval(days => ${days}::int)`))
    .groupBy(of.environmentId, of.run, of.entry)
    .orderBy(sql`max(${of.id}) DESC`)
    .limit(limit);
}
