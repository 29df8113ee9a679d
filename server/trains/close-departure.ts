import type { DepartParts } from './depart-parts.ts';
import type { Departure } from './departure.ts';
import { type ActedBy, keepDeparture, type Moved, moveDeparture, requireDepartureState } from './move-departure.ts';
import { nextDeparture } from './next-departure.ts';
import { atTrainPoints } from './train-crash.ts';

/** From now on one may come aboard. */
export async function openDeparture(parts: DepartParts, found: Departure, by: ActedBy): Promise<Moved> {
  return atTrainPoints(parts.crash, 'open', () =>
    moveDeparture(parts, found, by, 'train.open', async (_tx, locked) => {
      requireDepartureState(locked, ['scheduled'], 'it is opened once');
      return { ...locked.departure, state: 'boarding' };
    }),
  );
}

/** The cut-off: the manifest is frozen, and whoever comes now takes the next one, which is there at once. */
export async function closeDeparture(parts: DepartParts, found: Departure, by: ActedBy): Promise<Moved> {
  return atTrainPoints(parts.crash, 'close', () =>
    moveDeparture(parts, found, by, 'train.close', async (tx, locked, now) => {
      requireDepartureState(locked, ['scheduled', 'boarding'], 'its manifest closes once');
      const closed = await keepDeparture(tx, { ...locked.departure, state: 'closed', closedAt: now });
      await nextDeparture(tx, locked.train, now);
      return closed;
    }),
  );
}
