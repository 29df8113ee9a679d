import { pauseRuns } from '../rollouts/pause-runs.ts';
import { carsOf } from './car-store.ts';
import type { DepartParts } from './depart-parts.ts';
import type { Car, Departure } from './departure.ts';
import { goingWith } from './eject-cars.ts';
import { keepCar, withCarState } from './keep-car.ts';
import { type ActedBy, type Moved, moveDeparture, trainOf } from './move-departure.ts';
import { readNeeds } from './read-needs.ts';
import { recallOf } from './recall-departure.ts';
import { takeOff } from './take-off.ts';
import { atTrainPoints } from './train-crash.ts';

/**
 * One change of a departure failed: by what its train says, its other items and whatever needs it go back; or the others
 * stand still; or all of it is recalled. It is written down in the same change, so that it happens once.
 */
export async function failCar(
  parts: DepartParts,
  found: Departure,
  { car, because }: { car: Car; because: string },
  by: ActedBy,
): Promise<Moved> {
  const { onItemFail } = await trainOf(parts, found);
  return atTrainPoints(parts.crash, 'fail', () => {
    if (onItemFail === 'hold') return holdOthers(parts, found, { car, because }, by);
    const action = onItemFail === 'eject' ? 'train.eject' : 'train.recall';
    return takeOff(parts, found, { ...by, action, reason: because }, async (tx, { departure, train }, cars) => {
      const failed = { car: requireSame(cars, car), state: 'failed' as const, because };
      if (onItemFail === 'eject') {
        const [, ...others] = goingWith(car.id, cars, await readNeeds(tx, cars, train.environment), because);
        return { cars: [failed, ...others], departure: () => departure };
      }
      const all = recallOf(departure, cars, because);
      return { ...all, cars: all.cars.map((one) => (one.car.id === car.id ? failed : one)) };
    });
  });
}

function holdOthers(
  parts: DepartParts,
  found: Departure,
  { car, because }: { car: Car; because: string },
  by: ActedBy,
) {
  return moveDeparture(parts, found, { ...by, reason: because }, 'train.hold', async (tx, locked, now) => {
    const cars = await carsOf(tx, [found.id]);
    await keepCar(tx, withCarState(requireSame(cars, car), 'failed', because, now));
    const rollouts = cars.flatMap((one) => (one.id === car.id ? [] : one.rollouts));
    const reason = `${because} What left with it stands still, until somebody resumes it or takes it back.`;
    const actor = by.actor ?? `train:${locked.train.key}`;
    await pauseRuns(tx, { now }, { projectId: found.projectId, actor, reason }, { rollouts });
    return locked.departure;
  });
}

/** As it is under the locks. */
function requireSame(cars: readonly Car[], { id }: Car): Car {
  const car = cars.find((one) => one.id === id);
  if (car === undefined) throw new Error('a car that failed is aboard');
  return car;
}
