import { Problem } from '../platform/problem.ts';
import { carsOf } from './car-store.ts';
import type { DepartParts } from './depart-parts.ts';
import type { Car, CarState, Departure } from './departure.ts';
import { isAboard, keepCar, withCarState } from './keep-car.ts';
import { type ActedBy, moveDeparture, requireDepartureState } from './move-departure.ts';
import { type CarNeeds, dependentsOf } from './order-cars.ts';
import { readNeeds } from './read-needs.ts';
import { type TakenOff, takeOff } from './take-off.ts';
import { closeUplift } from './uplift.ts';

/** What a departure still has of its own. */
export const TAKES_PART: readonly CarState[] = ['aboard', 'uplift', 'under-way', 'arrived'];

/**
 * Takes one car off, and with it every other that needs it. Before it left they are off the manifest; after it, what they
 * changed goes back too, dependents first, in one change.
 */
export async function ejectCar(
  parts: DepartParts,
  found: Departure,
  car: string,
  by: ActedBy & { reason: string },
): Promise<TakenOff> {
  if (found.departedAt === null) return ejectBefore(parts, found, car, by);
  return takeOff(parts, found, { ...by, action: 'train.eject' }, async (tx, locked, cars) => {
    requireDepartureState(locked, ['departing', 'under-way', 'arrived'], 'nothing of it can be ejected');
    return {
      cars: goingWith(car, cars, await readNeeds(tx, cars, locked.train.environment), by.reason),
      departure: () => locked.departure,
    };
  });
}

function ejectBefore(parts: DepartParts, found: Departure, car: string, by: ActedBy & { reason: string }) {
  return moveDeparture(parts, found, by, 'train.eject', async (tx, locked, now) => {
    requireDepartureState(locked, ['scheduled', 'boarding', 'closed'], 'it left at this very moment. Try again');
    const cars = (await carsOf(tx, [found.id])).filter(isAboard);
    for (const one of goingWith(car, cars, await readNeeds(tx, cars, locked.train.environment), by.reason)) {
      await keepCar(tx, withCarState(one.car, one.state, one.because, now));
      await closeUplift(tx, one.car, false, by.actor ?? `train:${locked.train.key}`, now);
    }
    return locked.departure;
  });
}

/** The car that is named, and those that need it. */
export function goingWith(id: string, cars: readonly Car[], needs: CarNeeds, reason: string) {
  const own = cars.find((one) => one.id === id);
  if (own === undefined) throw new Problem('not_found', 'There is no such change aboard.');
  if (!TAKES_PART.includes(own.state)) {
    throw new Problem('wrong_state', `It is ${own.state} already: there is nothing to eject.`);
  }
  const dependents = dependentsOf([id], needs);
  const others = cars.filter((one) => dependents.includes(one.id) && TAKES_PART.includes(one.state));
  return [
    { car: own, state: 'ejected' as const, because: reason },
    ...others.map((car) => ({
      car,
      state: 'ejected' as const,
      because: `It needs ${own.flags.join(', ')}. ${reason}`,
    })),
  ];
}
