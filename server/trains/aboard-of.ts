import type { Tx } from '../database/connect.ts';
import { carOfRequest } from './car-store.ts';
import { findDepartures } from './departure-store.ts';
import { findTrains } from './train-store.ts';

/** The departure with which a request leaves, as people call it: `weekly 12`. Undefined where it is aboard none. */
export async function aboardOf(tx: Tx, requestId: string): Promise<string | undefined> {
  const car = await carOfRequest(tx, requestId);
  const [departure] = car ? await findDepartures(tx, [car.departureId]) : [];
  const [train] = departure ? await findTrains(tx, [departure.trainId]) : [];
  return departure && train && `${train.key} ${departure.number}`;
}
