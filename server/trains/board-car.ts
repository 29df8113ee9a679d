import { type Asking, orderOf } from '../access/asking.ts';
import { actorOf } from '../access/principal.ts';
import { commitChange } from '../changes/commit-change.ts';
import type { ChangeReceipt } from '../changes/door.ts';
import type { Tx } from '../database/connect.ts';
import { invalid, Problem } from '../platform/problem.ts';
import { authorsOf, requireRequest } from '../requests/request-parts.ts';
import { type RequestRow, updateRequest } from '../requests/store.ts';
import { type PreparedRequest, prepareRequest } from '../requests/write-request.ts';
import { flagsNamed, refusedItems } from './boarding-items.ts';
import { carOfRequest, carsOf, insertCar, saveCar } from './car-store.ts';
import { choosePlace } from './choose-departure.ts';
import type { Boarding } from './contract.ts';
import { newId } from './depart-parts.ts';
import type { Car, Departure } from './departure.ts';
import { findDepartures, openDeparturesOf } from './departure-store.ts';
import { keepUntilLeaving } from './keep-until-leaving.ts';
import type { Train } from './train.ts';
import { NO_RULESET, requireLive, requireTrain, type TrainParts, trainOrderOf } from './train-parts.ts';
import { findTrains, lockTrain } from './train-store.ts';
import { askUplift } from './uplift.ts';

/** Who came aboard, and of what. */
export interface Boarded {
  train: Train;
  departure: Departure;
  car: Car;
}

/**
 * Puts a change aboard: a request that is there, or one that is made of calls in the same transaction. Whether the cut-off
 * is over is asked of the database's clock, under the lock of the departure.
 */
export async function boardCar(
  parts: TrainParts,
  asking: Asking,
  projectId: number,
  key: string,
  wanted: Boarding,
): Promise<{ result: Boarded; change?: ChangeReceipt }> {
  const { door } = parts;
  const seen = await requireTrain(door.db, projectId, key, asking.principal);
  const prepared = await prepare(parts, asking, seen, wanted);
  const order = { ...orderOf(asking), ...trainOrderOf(seen), action: 'train.board' };
  const committed = await commitChange<Boarded>(door, order, async (tx, { now }) => {
    const train = await lockTrain(tx, seen.id);
    if (!train) throw new Problem('not_found', 'There is no such train.');
    requireLive(train);
    const request = await takeRequest(tx, asking, train, prepared ?? wanted.request ?? '', now);
    const again = await askAgain(tx, asking, { train, request, wanted });
    const { departure, car } = again ?? (await board(parts, tx, { asking, train, request, wanted }));
    const { number } = departure;
    if (car.state === 'uplift') await askUplift(tx, { train, number }, car, request, now);
    const risk = car.uplift === null ? {} : { risk: car.uplift.risk };
    const after = { departure: number, request: request.id, title: request.title, flags: car.flags, ...risk };
    return { result: { train, departure, car }, touched: NO_RULESET, before: null, after };
  });
  parts.wake();
  if (!committed.replayed) return committed;
  return { result: await aboardBefore(parts, seen, wanted, asking), change: committed.change };
}

/** Calls are tried before anything is locked. */
async function prepare(
  { door, list, kinds }: TrainParts,
  asking: Asking,
  train: Train,
  { request, items, title }: Boarding,
): Promise<PreparedRequest | undefined> {
  if ((request === undefined) === (items === undefined)) {
    throw invalid([{ path: '/request', code: 'required', expected: 'either a request, or items and a title' }]);
  }
  if (items === undefined) return undefined;
  const faults = refusedItems(items, train.environment);
  if (title === undefined) faults.push({ path: '/title', code: 'required', expected: 'what these changes are called' });
  if (!asking.reason) faults.push({ path: '/reason', code: 'required', expected: 'why, in a sentence' });
  if (faults.length > 0 || title === undefined || !asking.reason) throw invalid(faults);
  return prepareRequest({ door, list, kinds }, asking, train.projectId, { title, reason: asking.reason, items });
}

/** The request that comes aboard. Whoever puts it there is an author: their approval does not count. */
async function takeRequest(
  tx: Tx,
  asking: Asking,
  train: Train,
  from: PreparedRequest | string,
  now: Date,
): Promise<RequestRow> {
  const { projectId } = train;
  if (typeof from !== 'string') return from.insert(tx, now);
  const row = await requireRequest(tx, projectId, from, asking.principal);
  if (row.kind !== 'change')
    throw new Problem('wrong_state', 'What takes away protection, and stages, ride with no train.');
  if (row.state !== 'open') throw new Problem('wrong_state', `This request was ${row.state}: only an open one rides.`);
  const faults = refusedItems(row.items, train.environment);
  if (faults.length > 0) throw invalid(faults);
  const authors = [...new Set([...row.authors, ...authorsOf(asking.principal)])];
  return authors.length === row.authors.length ? row : updateRequest(tx, projectId, row.id, { authors });
}

interface Wish {
  train: Train;
  request: RequestRow;
  wanted: Boarding;
}

/** A late car whose uplift is asked for again, of what it is now. Anything else that is aboard already is refused. */
async function askAgain(
  tx: Tx,
  { principal }: Asking,
  { train, request, wanted: { risk } }: Wish,
): Promise<{ departure: Departure; car: Car } | undefined> {
  const car = await carOfRequest(tx, request.id);
  if (car === undefined) return undefined;
  const [departure] = await findDepartures(tx, [car.departureId]);
  if (departure === undefined) throw new Error('a car is of a departure');
  if (car.state !== 'uplift' || risk === undefined || departure.trainId !== train.id) {
    const [other] = await findTrains(tx, [departure.trainId]);
    const where = `${other?.key} ${departure.number}`;
    throw new Problem('wrong_state', `It is aboard ${where} already. Withdraw it there first.`);
  }
  const boarders = [...new Set([...car.boarders, ...authorsOf(principal)])];
  const saved = await saveCar(tx, { ...car, boarders, uplift: { risk, by: actorOf(principal) } });
  if (!saved) throw new Error('what is under the locks is saved');
  return { departure, car: saved };
}

async function board(
  parts: TrainParts,
  tx: Tx,
  { asking: { principal }, train, request, wanted }: Wish & { asking: Asking },
): Promise<{ departure: Departure; car: Car }> {
  const { departure, boardedAt, isLate } = await choosePlace(parts, tx, train, wanted);
  const by = actorOf(principal);
  const diffed = Object.values(request.diff).flatMap(({ flags }) => flags.map(({ key }) => key));
  const car: Car = {
    ...{ id: newId(), departureId: departure.id, projectId: departure.projectId, requestId: request.id },
    ...{ state: isLate ? 'uplift' : 'aboard', because: null, boardedBy: by, boardedAt },
    ...{ boarders: authorsOf(principal), movedTo: null, rollouts: [], before: null, departed: null },
    uplift: isLate ? { risk: wanted.risk ?? '', by } : null,
    flags: [...new Set([...flagsNamed(request.items), ...diffed])].sort(),
    ...{ endedAt: null, version: 1 },
  };
  await insertCar(tx, car);
  await keepUntilLeaving(tx, request, departure, boardedAt);
  return { departure, car };
}

/** What the first try of a repeated request did. */
async function aboardBefore(
  { door }: TrainParts,
  train: Train,
  { request }: Boarding,
  { principal }: Asking,
): Promise<Boarded> {
  const by = actorOf(principal);
  const own = request === undefined ? undefined : await carOfRequest(door.db, request);
  const ids = own ? [own.departureId] : (await openDeparturesOf(door.db, train.id)).map((one) => one.id);
  const cars = own ? [own] : (await carsOf(door.db, ids)).filter(({ boardedBy }) => boardedBy === by);
  const car = cars.at(-1);
  const [departure] = car ? await findDepartures(door.db, [car.departureId]) : [];
  if (!car || !departure) throw new Problem('wrong_state', 'It came aboard, and is not there any more.');
  return { train, departure, car };
}
