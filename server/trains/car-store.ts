import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { cars } from '../database/tables.ts';
import type { Car } from './departure.ts';

export async function insertCar(tx: Tx, car: Car): Promise<void> {
  await tx.insert(cars).values(car);
}

export async function findCar(db: Db | Tx, departureId: string, id: string): Promise<Car | undefined> {
  const [row] = await db
    .select()
    .from(cars)
    .where(and(eq(cars.departureId, departureId), eq(cars.id, id)));
  return row;
}

/** All that are, or were, aboard some departures, in the order in which they came. */
export async function carsOf(db: Db | Tx, departureIds: readonly string[]): Promise<Car[]> {
  if (departureIds.length === 0) return [];
  return db
    .select()
    .from(cars)
    .where(inArray(cars.departureId, [...departureIds]))
    .orderBy(cars.boardedAt, cars.id);
}

/** Where a request is aboard now; undefined where it is nowhere, or its journey is over. */
export async function carOfRequest(db: Db | Tx, requestId: string): Promise<Car | undefined> {
  const [row] = await db
    .select()
    .from(cars)
    .where(and(eq(cars.requestId, requestId), isNull(cars.endedAt)));
  return row;
}

/** Writes it where nobody has since the version that it was read at; undefined where somebody has. */
export async function saveCar(tx: Tx, car: Car): Promise<Car | undefined> {
  const { id, version, ...row } = car;
  const [saved] = await tx
    .update(cars)
    .set({ ...row, version: version + 1 })
    .where(and(eq(cars.id, id), eq(cars.version, version)))
    .returning();
  return saved;
}
