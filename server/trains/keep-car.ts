import type { Tx } from '../database/connect.ts';
import { Problem } from '../platform/problem.ts';
import { saveCar } from './car-store.ts';
import type { Car, CarState } from './departure.ts';

/** Under the lock of its departure nobody else writes it. */
export async function keepCar(tx: Tx, car: Car): Promise<Car> {
  const saved = await saveCar(tx, car);
  if (saved === undefined) throw new Problem('changed_since', 'A change that is aboard moved at this very moment.');
  return saved;
}

const GOING: readonly CarState[] = ['aboard', 'uplift', 'under-way'];

/** A car in its next state; when it is at an end, since when. */
export function withCarState(car: Car, state: CarState, because: string | null, now: Date): Car {
  return { ...car, state, because, endedAt: GOING.includes(state) ? null : (car.endedAt ?? now) };
}

export const isAboard = ({ state }: Car): boolean => state === 'aboard' || state === 'uplift';
