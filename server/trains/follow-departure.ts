import type { Logger } from '../platform/logger.ts';
import { REACH_MS } from '../rollouts/reach.ts';
import { findRollouts } from '../rollouts/rollout-store.ts';
import { carsOf } from './car-store.ts';
import type { DepartParts } from './depart-parts.ts';
import type { Car, Departure } from './departure.ts';
import { failCar } from './fail-car.ts';
import { judgeCar, sayLaggards } from './judge-car.ts';
import { keepCar, withCarState } from './keep-car.ts';
import { type ActedBy, type Moved, moveDeparture, requireDepartureState } from './move-departure.ts';
import { atTrainPoints } from './train-crash.ts';

/** What following asks of the world, and whom it tells. */
export interface FollowParts extends DepartParts {
  seeReach(written: {
    projectId: number;
    environmentId: number;
    position: string;
    flag: string;
  }): Promise<{ effective: boolean; laggards: string[] }>;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Counts that somebody is needed. */
  paged?(about: 'recall' | 'departure'): void;
}

/** Follows a departure that has left: until all have it in force, until each change is at its end. Answers how it stands. */
export async function followDeparture(parts: FollowParts, found: Departure, by: ActedBy): Promise<Departure> {
  const reached = found.effectiveAt !== null ? found : await seeInForce(parts, found, by);
  return reached.state === 'recalled' ? reached : followCars(parts, reached, by);
}

async function seeInForce(parts: FollowParts, found: Departure, by: ActedBy): Promise<Departure> {
  const { projectId, environmentId, position } = found;
  if (position === null) return found;
  const seen = await parts.seeReach({ projectId, environmentId, position, flag: '' });
  const now = by.at ?? parts.door.clock.now();
  if (!seen.effective) return tellLate(parts, found, by, { laggards: seen.laggards, now });
  const { departure } = await atTrainPoints(parts.crash, 'reach', () =>
    moveDeparture(parts, found, by, 'train.reach', async (_tx, locked, at) => {
      requireDepartureState(locked, [found.state], 'it moved on');
      const because = sayLaggards(locked.departure.because, []);
      const reached = { ...locked.departure, effectiveAt: at, because };
      if (found.state === 'recalled') return { ...reached, endedAt: at };
      return { ...reached, state: 'under-way' };
    }),
  );
  return departure;
}

/** Said once, loudly: for a recall somebody is woken. It goes on being followed. */
async function tellLate(
  parts: FollowParts,
  found: Departure,
  by: ActedBy,
  { laggards, now }: { laggards: string[]; now: Date },
): Promise<Departure> {
  const said = sayLaggards(found.because, laggards);
  const since = await writtenAt(parts, found);
  if (now.getTime() - since.getTime() < REACH_MS || said === found.because) return found;
  const isNew = found.because === sayLaggards(found.because, []);
  const { departure } = await moveDeparture(parts, found, by, 'train.late', async (_tx, locked) => ({
    ...locked.departure,
    because: said,
  }));
  if (!isNew) return departure;
  const about = found.state === 'recalled' ? ('recall' as const) : ('departure' as const);
  const told = { page: about, departure: found.id, number: found.number, laggards };
  if (about === 'recall') {
    parts.paged?.(about);
    parts.log.error(told, 'a recall is not effective');
  } else parts.log.warn(told, 'a departure is not in force everywhere');
  return departure;
}

/** When what is followed was written: of a recall that is when its cars were taken back. */
async function writtenAt({ door }: FollowParts, found: Departure): Promise<Date> {
  if (found.state !== 'recalled') return found.departedAt ?? found.createdAt;
  const ends = (await carsOf(door.db, [found.id])).flatMap(({ state, endedAt }) =>
    (state === 'recalled' || state === 'kept') && endedAt !== null ? [endedAt.getTime()] : [],
  );
  return ends.length === 0 ? (found.departedAt ?? found.createdAt) : new Date(Math.max(...ends));
}

async function followCars(parts: FollowParts, found: Departure, by: ActedBy): Promise<Departure> {
  const { db } = parts.door;
  const cars = await carsOf(db, [found.id]);
  const going = cars.filter(({ state }) => state === 'under-way');
  const rollouts = await findRollouts(
    db,
    going.flatMap((car) => car.rollouts),
  );
  const judged = going.map((car) => ({ car, ...judgeCar(rollouts.filter(({ id }) => car.rollouts.includes(id))) }));
  const failed = judged.find(({ state }) => state === 'failed');
  // One after the other: what the first leads to may be the end of the next.
  if (failed?.because != null) {
    return (await failCar(parts, found, { car: failed.car, because: failed.because }, by)).departure;
  }
  const ended = judged.filter(({ state }) => state !== 'under-way');
  const isOver = found.state === 'under-way' && ended.length === going.length;
  if (ended.length === 0 && !isOver) return found;
  return (await atTrainPoints(parts.crash, 'settle', () => settle(parts, found, by, ended, isOver))).departure;
}

function settle(
  parts: FollowParts,
  found: Departure,
  by: ActedBy,
  ended: { car: Car; state: Car['state']; because: string | null }[],
  isOver: boolean,
): Promise<Moved> {
  return moveDeparture(parts, found, by, 'train.arrive', async (tx, locked, now) => {
    requireDepartureState(locked, [found.state], 'it moved on');
    for (const { car, state, because } of ended) await keepCar(tx, withCarState(car, state, because, now));
    return isOver ? { ...locked.departure, state: 'arrived', endedAt: now } : locked.departure;
  });
}
