import { closeAsk } from '../requests/ask-approval.ts';
import { carsOf } from './car-store.ts';
import type { Carrying } from './carry-cars.ts';
import type { DepartParts } from './depart-parts.ts';
import type { Departure } from './departure.ts';
import { isAboard } from './keep-car.ts';
import { type ActedBy, type Moved, moveDeparture, requireDepartureState } from './move-departure.ts';
import { moveOn } from './move-on.ts';
import { StaysBehind } from './stays-behind.ts';
import { atTrainPoints } from './train-crash.ts';

/** It does not leave: what is aboard takes the next one, but for what time does not help, as `behind` says. */
export async function missDeparture(
  parts: DepartParts,
  found: Departure,
  by: ActedBy,
  because: string,
  behind: Carrying['behind'] = [],
): Promise<Moved> {
  return atTrainPoints(parts.crash, 'miss', () =>
    moveDeparture(parts, found, { ...by, reason: because }, 'train.miss', async (tx, locked, now) => {
      requireDepartureState(locked, ['scheduled', 'boarding', 'closed'], 'it has left or is over');
      const known = new Map(behind.map(({ car, why }) => [car.id, why]));
      // Whoever wanted to leave at once does not wait for the time-table.
      const waits = locked.departure.kind === 'regular';
      const cars = (await carsOf(tx, [found.id])).filter(isAboard);
      const off = cars.map((car) => ({ car, why: known.get(car.id) ?? new StaysBehind(because, waits) }));
      const actor = by.actor ?? `train:${locked.train.key}`;
      const closed = await moveOn(tx, locked, off, { actor, now });
      await closeAsk(tx, { projectId: found.projectId, subject: `chemspill/${found.id}`, used: false, actor }, now);
      return { ...closed, state: 'missed', because, endedAt: now };
    }),
  );
}
