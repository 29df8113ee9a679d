import { and, asc, desc, eq, gt, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { departures, projects, releases } from '../database/tables.ts';
import type { Departure, DepartureState } from './departure.ts';

/** Those before it leaves: boarding, withdrawing and the cut-off are about these. */
const BEFORE: DepartureState[] = ['scheduled', 'boarding', 'closed'];

/**
 * What the database's clock shows at this moment, and not when the transaction began: cut-offs are held against it, so
 * that the clocks of nodes do not matter.
 */
export async function databaseNow(tx: Db | Tx): Promise<Date> {
  const [row] = await tx
    .select({ ms: sql<string>`extract(epoch FROM clock_timestamp()) * 1000` })
    .from(projects)
    .limit(1);
  if (!row) throw new Error('where something departs there is a project');
  return new Date(Math.floor(Number(row.ms)));
}

export async function insertDeparture(tx: Tx, departure: Departure): Promise<void> {
  await tx.insert(departures).values(departure);
}

export async function findDeparture(db: Db | Tx, trainId: number, number: number): Promise<Departure | undefined> {
  const [row] = await db
    .select()
    .from(departures)
    .where(and(eq(departures.trainId, trainId), eq(departures.number, number)));
  return row;
}

/** Several by their ids. */
export async function findDepartures(db: Db | Tx, ids: readonly string[]): Promise<Departure[]> {
  if (ids.length === 0) return [];
  return db
    .select()
    .from(departures)
    .where(inArray(departures.id, [...ids]));
}

/** One with its lock: whoever comes aboard, goes, closes it or lets it leave holds this. */
export async function lockDeparture(tx: Tx, id: string): Promise<Departure | undefined> {
  const [row] = await tx.select().from(departures).where(eq(departures.id, id)).for('update');
  return row;
}

/** All that are not over, of all projects: for the loop. The oldest first. */
export async function openDepartures(db: Db | Tx): Promise<Departure[]> {
  return db.select().from(departures).where(isNull(departures.endedAt)).orderBy(departures.trainId, departures.number);
}

/** Those of a train that are not over, the next to leave first. */
export async function openDeparturesOf(db: Db | Tx, trainId: number): Promise<Departure[]> {
  const open = and(eq(departures.trainId, trainId), isNull(departures.endedAt));
  return db.select().from(departures).where(open).orderBy(departures.number);
}

/** Those of a train that have not left yet, the next first; chemspills are none of them. */
export async function departuresAheadOf(db: Db | Tx, trainId: number): Promise<Departure[]> {
  const ahead = and(
    ...[eq(departures.trainId, trainId), eq(departures.kind, 'regular'), inArray(departures.state, BEFORE)],
  );
  return db.select().from(departures).where(ahead).orderBy(asc(departures.number));
}

/** Those of a train, the newest first, below a number; one more than `limit`. */
export async function departuresOf(
  db: Db | Tx,
  trainId: number,
  page: { limit: number; below: number | undefined },
): Promise<Departure[]> {
  return db
    .select()
    .from(departures)
    .where(
      and(eq(departures.trainId, trainId), page.below === undefined ? undefined : lt(departures.number, page.below)),
    )
    .orderBy(desc(departures.number))
    .limit(page.limit + 1);
}

/** Those of a project that are not over, and those that ended since. */
export async function departuresSince(db: Db | Tx, projectId: number, since: Date): Promise<Departure[]> {
  return db
    .select()
    .from(departures)
    .where(and(eq(departures.projectId, projectId), or(isNull(departures.endedAt), gt(departures.endedAt, since))))
    .orderBy(departures.createdAt, departures.id);
}

/**
 * For which moments ahead nothing leaves any more, by train: a departure that somebody pressed earlier, or that was
 * recalled before its time, has had its turn.
 */
export async function momentsTaken(db: Db | Tx, projectId: number, now: Date): Promise<Map<number, Set<number>>> {
  const left = and(
    ...[eq(departures.projectId, projectId), gt(departures.leavesAt, now), eq(departures.kind, 'regular')],
    sql`${departures.departedAt} IS NOT NULL`,
  );
  const taken = new Map<number, Set<number>>();
  for (const { trainId, leavesAt } of await db.select().from(departures).where(left)) {
    taken.set(trainId, (taken.get(trainId) ?? new Set()).add(leavesAt?.getTime() ?? 0));
  }
  return taken;
}

/** Chemspills of a project that left, and of which nobody has written yet. */
export async function owedPostmortems(db: Db | Tx, projectId: number): Promise<Departure[]> {
  const rows = await db
    .select()
    .from(departures)
    .where(
      and(
        eq(departures.projectId, projectId),
        eq(departures.kind, 'chemspill'),
        sql`${departures.departedAt} IS NOT NULL`,
      ),
    )
    .orderBy(departures.createdAt, departures.id);
  return rows.filter(({ chemspill }) => chemspill !== null && chemspill.postmortem === null);
}

/** By the id of a release: its tag. */
export async function tagsOfReleases(db: Db | Tx, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select({ id: releases.id, tag: releases.tag })
    .from(releases)
    .where(inArray(releases.id, [...ids]));
  return new Map(rows.map(({ id, tag }) => [id, tag]));
}

/** Writes it where nobody has since the version that it was read at; undefined where somebody has. */
export async function saveDeparture(tx: Tx, departure: Departure): Promise<Departure | undefined> {
  const { id, version, ...row } = departure;
  const [saved] = await tx
    .update(departures)
    .set({ ...row, version: version + 1 })
    .where(and(eq(departures.id, id), eq(departures.version, version)))
    .returning();
  return saved;
}
