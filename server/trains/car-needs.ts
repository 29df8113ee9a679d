import type { Flag } from '@turnout/core';
import type { EnvironmentDiff } from '../requests/request.ts';

/** A car, and what its request comes to where the train leaves for. */
export interface NeedingCar {
  id: string;
  flags: readonly string[];
  diff: EnvironmentDiff | undefined;
}

/** By the id of each car: those that must ride with it, for they bring, or change, a prerequisite of one of its flags. */
export function needsOfCars(cars: readonly NeedingCar[]): Map<string, string[]> {
  return new Map(cars.map((car) => [car.id, neededBy(car, cars)]));
}

function neededBy(car: NeedingCar, cars: readonly NeedingCar[]): string[] {
  const named = new Set(prerequisitesOf(car));
  return cars.filter((one) => one.id !== car.id && one.flags.some((flag) => named.has(flag))).map(({ id }) => id);
}

/** Flags on which the flags of a car will depend, its own ones left out. */
export function prerequisitesOf({ flags, diff }: NeedingCar): string[] {
  const after = (diff?.flags ?? []).map((one) => one.after).filter((flag): flag is Flag => flag !== null);
  const named = after.flatMap(({ prerequisites }) => prerequisites.map(({ flag }) => flag));
  return [...new Set(named)].filter((flag) => !flags.includes(flag));
}
