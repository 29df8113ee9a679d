import { commitChange } from '../changes/commit-change.ts';
import type { Ground, Written } from '../changes/door.ts';
import { asFields } from '../changes/tell-change.ts';
import type { Tx } from '../database/connect.ts';
import { carsOf } from './car-store.ts';
import type { DepartParts } from './depart-parts.ts';
import type { Car, CarState, Departure } from './departure.ts';
import { keepCar, withCarState } from './keep-car.ts';
import {
  type ActedBy,
  keepDeparture,
  type LockedDeparture,
  lockBoth,
  type Moved,
  movedBy,
  orderOfTrain,
  trainOf,
} from './move-departure.ts';
import { orderCars } from './order-cars.ts';
import { readNeeds } from './read-needs.ts';
import { placesBeyond, type TakenBack, takeBack } from './take-back.ts';
import type { Train } from './train.ts';

/** A departure after something of it was taken back. */
export type TakenOff = Moved & Partial<Pick<TakenBack, 'restored' | 'kept'>>;

/** Which cars go, what each is to be, and what that makes of the departure. */
export interface Off {
  cars: { car: Car; state: CarState; because: string }[];
  departure(ground: Ground): Departure;
}

/**
 * Takes cars of a departure that has left back, dependents first, in one change: towards safe, so that nothing stands in
 * its way. Everything that has served anybody anything is in the environments of the change.
 */
export async function takeOff(
  parts: DepartParts,
  found: Departure,
  by: ActedBy & { action: string; reason: string },
  plan: (tx: Tx, locked: LockedDeparture, cars: Car[]) => Promise<Off>,
): Promise<TakenOff> {
  const train = await trainOf(parts, found);
  const beyond = await placesBeyond(parts.door.db, await carsOf(parts.door.db, [found.id]));
  const environmentIds = [...new Set([train.environmentId, ...beyond])].sort((a, b) => a - b);
  const order = { ...orderOfTrain(train, by, by.action, beyond), environmentIds, toAnchor: true as const };
  let taken: Pick<TakenBack, 'restored' | 'kept'> = { restored: [], kept: [] };
  const committed = await commitChange<Departure>(parts.door, order, async (tx, ground) => {
    const locked = await lockBoth(tx, found);
    await by.requireMay?.(tx, locked.train);
    const all = await carsOf(tx, [found.id]);
    const off = await plan(tx, locked, all);
    await requireMayBeyond(tx, ground, by, locked.train, off);
    const needs = await readNeeds(tx, all, locked.train.environment);
    const actor = by.actor ?? `train:${locked.train.key}`;
    const cars = orderCars(
      off.cars.map(({ car }) => car),
      needs,
    ).reverse();
    const back = await takeBack(parts, [tx, ground], { train: locked.train, cars, actor, reason: by.reason });
    taken = { restored: back.restored, kept: back.kept };
    for (const one of off.cars) await keepCar(tx, endCar(one, back, ground.now));
    const departure = await keepDeparture(tx, off.departure(ground));
    const { unchanged: _unchanged, ...written } = back.combined.written;
    return { ...written, ...sidesWith(departure.number, written), result: departure };
  });
  return { ...(await movedBy(parts, found, committed)), ...taken };
}

/** Rollouts may have come to environments in which whoever takes them back has no right. */
async function requireMayBeyond(
  tx: Tx,
  { environments }: Ground,
  by: ActedBy,
  train: Train,
  { cars }: Off,
): Promise<void> {
  const beyond = await placesBeyond(
    tx,
    cars.map(({ car }) => car),
  );
  for (const environmentId of beyond) {
    const environment = environments.get(environmentId)?.key ?? train.environment;
    await by.requireMay?.(tx, { ...train, environmentId, environment });
  }
}

/** Both sides for the log say of which departure they are. */
function sidesWith(number: number, { before, after }: Pick<Written<unknown>, 'before' | 'after'>) {
  return { before: { ...asFields(before), number }, after: { ...asFields(after), number } };
}

/** A car of which nothing went back, for somebody edited all of it, is kept. */
function endCar({ car, state, because }: Off['cars'][number], { kept }: TakenBack, now: Date): Car {
  const own = kept.filter((one) => one.car === car.id);
  if (own.length === 0) return withCarState(car, state, because, now);
  const told = `${because} Left as they are: ${own.map((one) => `${one.flag} (${one.because})`).join(', ')}`;
  const all = Object.keys(car.before?.flags ?? {}).length + Object.keys(car.before?.segments ?? {}).length;
  return withCarState(car, state === 'recalled' && own.length >= all ? 'kept' : state, told, now);
}
