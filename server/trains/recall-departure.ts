import { formatPosition } from '@turnout/core';
import type { Ground } from '../changes/door.ts';
import { attempt } from '../changes/rehearse.ts';
import type { DepartParts } from './depart-parts.ts';
import type { Car, CarState, Departure } from './departure.ts';
import { type ActedBy, requireDepartureState } from './move-departure.ts';
import { type Off, type TakenOff, takeOff } from './take-off.ts';

/** What took no part, or was taken off before, is none of a recall. */
const NOT_RECALLED: readonly CarState[] = ['aboard', 'uplift', 'left-behind', 'withdrawn', 'ejected', 'recalled'];

/**
 * Takes everything of a departure back, wherever its rollouts have been, live or finished, and nothing else. An item that
 * somebody edited since is left and listed. A dry run does all of it, and takes it back.
 */
export async function recallDeparture(
  parts: DepartParts,
  found: Departure,
  by: ActedBy & { reason: string },
  isDry = false,
): Promise<TakenOff> {
  const tried = attempt(parts, isDry);
  return takeOff(tried.parts, found, { ...by, action: 'train.recall' }, async (_tx, locked, cars) => {
    requireDepartureState(locked, ['departing', 'under-way', 'arrived'], 'there is nothing to recall');
    return recallOf(locked.departure, cars, by.reason);
  });
}

/** All that is left of it, and where it leads: it counts as recalled for good when it is in force everywhere. */
export function recallOf(departure: Departure, cars: readonly Car[], reason: string): Off {
  const own = cars.filter(({ state }) => !NOT_RECALLED.includes(state));
  return {
    cars: own.map((car) => ({ car, state: car.state === 'failed' ? 'failed' : 'recalled', because: reason })),
    departure: (ground) => ({
      ...{ ...departure, state: 'recalled', because: reason, effectiveAt: null, endedAt: null },
      position: positionAfter(ground, departure.environmentId),
    }),
  };
}

function positionAfter({ environments }: Ground, environmentId: number): string | null {
  const place = environments.get(environmentId);
  return place === undefined ? null : formatPosition({ epoch: place.epoch, revision: place.revision + 1 });
}
