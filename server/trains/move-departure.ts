import { commitChange } from '../changes/commit-change.ts';
import type { ChangeOrder, ChangeReceipt } from '../changes/door.ts';
import type { Tx } from '../database/connect.ts';
import type { HeldLease } from '../platform/lease.ts';
import { Problem } from '../platform/problem.ts';
import { NO_RULESET } from '../requests/request-parts.ts';
import { type DepartParts, principalOfTrain } from './depart-parts.ts';
import type { Departure } from './departure.ts';
import { findDepartures, lockDeparture, saveDeparture } from './departure-store.ts';
import type { Train } from './train.ts';
import { findTrains, lockTrain } from './train-store.ts';

/** Who lets a train do something: the loop under its lease, or somebody, whose rights are asked for inside. */
export interface ActedBy {
  lease?: HeldLease;
  actor?: string;
  reason?: string | undefined;
  requestId?: string | undefined;
  /** What the database's clock showed when the loop looked: what goes by the time-table goes by that, on every node. */
  at?: Date;
  /** Throws where whoever asks may not; under the locks. */
  requireMay?(tx: Tx, train: Train): Promise<void>;
}

/** A departure with its train, under the locks. */
export interface LockedDeparture {
  departure: Departure;
  train: Train;
}

export interface Moved {
  departure: Departure;
  change?: ChangeReceipt;
}

/** The parts of an order by which a train acts. */
export function orderOfTrain(train: Train, by: ActedBy, action: string, beyond: readonly number[] = []): ChangeOrder {
  const { lease, actor, reason, requestId } = by;
  return {
    ...{ projectId: train.projectId, environmentIds: [], principal: principalOfTrain(train, beyond), action },
    ...{ subject: `train/${train.key}` },
    ...(lease === undefined ? {} : { lease }),
    ...(actor === undefined ? {} : { actor }),
    ...(reason === undefined ? {} : { reason }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

/** Moves a departure by a change that alters no ruleset: it is in the log, and whoever looks on sees it at once. */
export async function moveDeparture(
  parts: Pick<DepartParts, 'door'>,
  found: Departure,
  by: ActedBy,
  action: string,
  move: (tx: Tx, locked: LockedDeparture, now: Date) => Promise<Departure>,
): Promise<Moved> {
  const { door } = parts;
  const train = await trainOf(parts, found);
  const order = orderOfTrain(train, by, action);
  const committed = await commitChange<Departure>(door, order, async (tx, { now }) => {
    const locked = await lockBoth(tx, found);
    await by.requireMay?.(tx, locked.train);
    const departure = await keepDeparture(tx, await move(tx, locked, by.at ?? now));
    return { result: departure, touched: NO_RULESET, ...sidesOf(locked.departure, departure) };
  });
  return movedBy(parts, found, committed);
}

/** What came of it; of a call that is repeated, how it stands now. */
export async function movedBy(
  { door }: Pick<DepartParts, 'door'>,
  { id }: Departure,
  { result, change }: { result?: Departure; change?: ChangeReceipt },
): Promise<Moved> {
  const departure = result ?? (await findDepartures(door.db, [id]))[0];
  if (departure === undefined) throw new Problem('not_found', 'There is no such departure.');
  return { departure, ...(change === undefined ? {} : { change }) };
}

export async function trainOf({ door }: Pick<DepartParts, 'door'>, { trainId }: Departure): Promise<Train> {
  const [train] = await findTrains(door.db, [trainId]);
  if (train === undefined) throw new Problem('not_found', 'There is no such train.');
  return train;
}

/** The train first, as everybody locks them. */
export async function lockBoth(tx: Tx, { id, trainId }: Departure): Promise<LockedDeparture> {
  const train = await lockTrain(tx, trainId);
  const departure = await lockDeparture(tx, id);
  if (train === undefined || departure === undefined) throw new Problem('not_found', 'There is no such departure.');
  return { departure, train };
}

/** Under its lock nobody else writes it. */
export async function keepDeparture(tx: Tx, departure: Departure): Promise<Departure> {
  const saved = await saveDeparture(tx, departure);
  if (saved === undefined) throw new Problem('changed_since', 'The departure moved at this very moment. Look at it.');
  return saved;
}

/** A departure as the log keeps it on both sides. */
export function sidesOf(before: Departure, after: Departure) {
  const side = ({ number, state, because }: Departure) => ({ number, state, because });
  return { before: side(before), after: side(after) };
}

/** Throws 409 that says how it stands. */
export function requireDepartureState(
  { departure, train }: LockedDeparture,
  states: readonly Departure['state'][],
  what: string,
): void {
  if (states.includes(departure.state)) return;
  const told = departure.state === 'under-way' ? 'under way' : departure.state;
  throw new Problem('wrong_state', `${train.key} ${departure.number} is ${told}: ${what}.`);
}
