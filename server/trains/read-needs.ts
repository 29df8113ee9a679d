import type { Tx } from '../database/connect.ts';
import { findRequests } from '../requests/store.ts';
import { flagsOfCar } from './car-forms.ts';
import { needsOfCars } from './car-needs.ts';
import type { Car } from './departure.ts';
import type { CarNeeds } from './order-cars.ts';

/** Which of these cars need which others: what one comes to waits for a flag that another changes. */
export async function readNeeds(tx: Tx, cars: readonly Car[], environment: string): Promise<CarNeeds> {
  const [first] = cars;
  if (first === undefined) return new Map();
  const ids = cars.map(({ requestId }) => requestId);
  const requests = new Map((await findRequests(tx, first.projectId, ids)).map((row) => [row.id, row]));
  return needsOfCars(
    cars.map((car) => {
      const request = requests.get(car.requestId);
      const flags = request === undefined ? car.flags : flagsOfCar(car, request);
      return { id: car.id, flags, diff: request?.diff[environment] };
    }),
  );
}
