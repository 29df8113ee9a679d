import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { environments, trains } from '../database/tables.ts';
import type { Train } from './train.ts';

type Row = typeof trains.$inferSelect;
export type NewTrainRow = Omit<Train, 'id' | 'environment' | 'departures' | 'archivedAt' | 'stopped' | 'version'>;

const wanted = { train: trains, environment: environments.key };
const here = eq(environments.id, trains.environmentId);

export async function insertTrain(tx: Tx, row: NewTrainRow): Promise<void> {
  await tx.insert(trains).values(row);
}

/** Inside of its project, archived ones too. */
export async function findTrain(db: Db | Tx, projectId: number, key: string): Promise<Train | undefined> {
  const [row] = await db
    .select(wanted)
    .from(trains)
    .innerJoin(environments, here)
    .where(and(eq(trains.projectId, projectId), eq(trains.key, key)));
  return row && fromRow(row);
}

/** By their ids, of whatever project: for whoever acts for all of them. */
export async function findTrains(db: Db | Tx, ids: readonly number[]): Promise<Train[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .select(wanted)
    .from(trains)
    .innerJoin(environments, here)
    .where(inArray(trains.id, [...ids]));
  return rows.map(fromRow);
}

/** One with its lock: whoever makes its next departure, stops or edits it holds this. */
export async function lockTrain(tx: Tx, id: number): Promise<Train | undefined> {
  const [row] = await tx
    .select(wanted)
    .from(trains)
    .innerJoin(environments, here)
    .where(eq(trains.id, id))
    .for('update', { of: trains });
  return row && fromRow(row);
}

/** All that are not archived, by key; of one project, or of all. */
export async function listTrains(db: Db | Tx, projectId?: number): Promise<Train[]> {
  const rows = await db
    .select(wanted)
    .from(trains)
    .innerJoin(environments, here)
    .where(and(isNull(trains.archivedAt), projectId === undefined ? undefined : eq(trains.projectId, projectId)))
    .orderBy(trains.key, trains.id);
  return rows.map(fromRow);
}

/** Writes it where nobody has since the version that it was read at; undefined where somebody has. */
export async function saveTrain(tx: Tx, train: Train): Promise<Train | undefined> {
  const { id, environment, version, ...row } = train;
  const [saved] = await tx
    .update(trains)
    .set({ ...row, version: version + 1 })
    .where(and(eq(trains.id, id), eq(trains.version, version)))
    .returning();
  return saved && fromRow({ train: saved, environment });
}

/** Counts one more departure, which is its number. Edits do not collide with it, so it is no new version. */
export async function countDeparture(tx: Tx, id: number): Promise<number> {
  const [row] = await tx
    .update(trains)
    .set({ departures: sql`${trains.departures} + 1` })
    .where(eq(trains.id, id))
    .returning({ number: trains.departures });
  if (!row) throw new Error('a train that leaves is there');
  return row.number;
}

function fromRow({ train, environment }: { train: Row; environment: string }): Train {
  return { ...train, environment };
}
