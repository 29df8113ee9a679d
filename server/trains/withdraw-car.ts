import { type Asking, orderOf } from '../access/asking.ts';
import { actorOf } from '../access/principal.ts';
import { commitChange } from '../changes/commit-change.ts';
import { type Done, withResult } from '../platform/committed.ts';
import { Problem } from '../platform/problem.ts';
import { findRequest } from '../requests/store.ts';
import type { Boarded } from './board-car.ts';
import { findCar, saveCar } from './car-store.ts';
import { lockDeparture } from './departure-store.ts';
import { NO_RULESET, requireDeparture, requireTrain, type TrainParts, trainOrderOf } from './train-parts.ts';
import { closeUplift } from './uplift.ts';

/** Takes a change off a departure that has not left. Its request stays open, and can board another. */
export async function withdrawCar(
  parts: TrainParts,
  asking: Asking,
  projectId: number,
  { train: key, number, car: id }: { train: string; number: number; car: string },
): Promise<Done<Boarded>> {
  const { db } = parts.door;
  const train = await requireTrain(db, projectId, key, asking.principal);
  const seen = await requireDeparture(db, train, number);
  const order = { ...orderOf(asking), ...trainOrderOf(train), action: 'train.withdraw' };
  const committed = await commitChange<Boarded>(parts.door, order, async (tx, { now }) => {
    const departure = await lockDeparture(tx, seen.id);
    const car = departure && (await findCar(tx, departure.id, id));
    if (!departure || !car) throw new Problem('not_found', `There is no such change aboard ${key} ${number}.`);
    if (car.state === 'withdrawn') return { result: { train, departure, car }, touched: NO_RULESET, unchanged: true };
    if (car.state !== 'aboard' && car.state !== 'uplift') {
      const how = car.state === 'under-way' || car.state === 'arrived' ? ' It has left: eject it, or recall all.' : '';
      throw new Problem('wrong_state', `This change is not waiting aboard any more.${how}`);
    }
    const because = asking.reason ?? null;
    const saved = await saveCar(tx, { ...car, state: 'withdrawn', because, endedAt: now });
    if (!saved) throw new Error('what is under the locks is saved');
    await closeUplift(tx, car, false, actorOf(asking.principal), now);
    const title = (await findRequest(tx, projectId, car.requestId))?.title ?? '';
    const side = { departure: number, request: car.requestId, title };
    return {
      result: { train, departure, car: saved },
      ...{ touched: NO_RULESET, before: { ...side, aboard: true }, after: { ...side, aboard: false } },
    };
  });
  parts.wake();
  return withResult(committed, async () => {
    const car = await findCar(db, seen.id, id);
    if (!car) throw new Problem('not_found', `There is no such change aboard ${key} ${number}.`);
    return { train, departure: seen, car };
  });
}
