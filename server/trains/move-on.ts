import type { Tx } from '../database/connect.ts';
import { findRequest } from '../requests/store.ts';
import { insertCar } from './car-store.ts';
import { newId } from './depart-parts.ts';
import type { Car, Departure } from './departure.ts';
import { keepCar, withCarState } from './keep-car.ts';
import { keepUntilLeaving } from './keep-until-leaving.ts';
import { keepDeparture, type LockedDeparture } from './move-departure.ts';
import { nextDeparture } from './next-departure.ts';
import type { StaysBehind } from './stays-behind.ts';
import { closeUplift } from './uplift.ts';

/**
 * Takes cars off a departure that leaves, or has missed: those that time may help wait for the next one, with their
 * request as it is; of the others somebody is told what to do. Nobody is asked for an uplift of them any more. Answers the
 * departure, which nobody can board any more.
 */
export async function moveOn(
  tx: Tx,
  { departure, train }: LockedDeparture,
  behind: readonly { car: Car; why: StaysBehind }[],
  { actor = `train:${train.key}`, now }: { actor?: string | undefined; now: Date },
): Promise<Departure> {
  // Before the next one is looked for, for this one is none of those that can be boarded.
  const closed = await keepDeparture(tx, { ...departure, state: 'closed', closedAt: departure.closedAt ?? now });
  const next = await nextDeparture(tx, train, now);
  for (const { car, why } of behind) {
    const movedTo = why.waits ? (next?.id ?? null) : null;
    const over = why.waits && next === undefined ? ' This train does not leave again: board another one.' : '';
    const ended = withCarState(car, 'left-behind', `${why.message}${over}`, now);
    await keepCar(tx, { ...ended, movedTo });
    await closeUplift(tx, car, false, actor, now);
    if (movedTo === null || next === undefined) continue;
    const fresh = { before: null, departed: null, rollouts: [], uplift: null, movedTo: null, endedAt: null };
    await insertCar(tx, {
      ...{ ...car, ...fresh, id: newId(), departureId: movedTo, state: 'aboard', because: null, version: 1 },
    });
    const request = await findRequest(tx, train.projectId, car.requestId);
    if (request !== undefined) await keepUntilLeaving(tx, request, next, now);
  }
  return closed;
}
