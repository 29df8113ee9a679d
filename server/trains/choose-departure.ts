import type { Tx } from '../database/connect.ts';
import { Problem } from '../platform/problem.ts';
import { carsOf } from './car-store.ts';
import type { Boarding } from './contract.ts';
import type { Departure } from './departure.ts';
import { departuresAheadOf, lockDeparture } from './departure-store.ts';
import { addDeparture, nextDeparture, timesAfter } from './next-departure.ts';
import type { Train } from './train.ts';
import { requireDeparture, type TrainParts } from './train-parts.ts';

/** Where a change comes aboard, as the database's clock was under the lock. */
export interface Place {
  departure: Departure;
  boardedAt: Date;
  /** The cut-off is over: it needs an uplift. */
  isLate: boolean;
}

/** Finds the departure that was asked for, or the next that one can board, and says why not where one cannot. */
export async function choosePlace(
  parts: Pick<TrainParts, 'databaseNow'>,
  tx: Tx,
  train: Train,
  { departure: number, risk }: Boarding,
): Promise<Place> {
  const wanted = await seek(parts, tx, train, { number, risk });
  const departure = await lockDeparture(tx, wanted.id);
  if (!departure) throw new Error('a departure that was found is there');
  const { state, kind, opensAt, closesAt } = departure;
  // After the lock: whoever waited for it past the cut-off came too late.
  const now = await parts.databaseNow(tx);
  const called = `${train.key} ${departure.number}`;
  const isAhead = state === 'scheduled' || state === 'boarding' || state === 'closed';
  if (kind === 'chemspill' || !isAhead) {
    throw new Problem(
      'wrong_state',
      `${called} cannot be boarded any more.${await tellNext(tx, train, departure, now)}`,
    );
  }
  if (opensAt !== null && now < opensAt) {
    throw new Problem('wrong_state', `Nobody may board ${called} before ${opensAt.toISOString()}.`);
  }
  const isLate = state === 'closed' || (closesAt !== null && now >= closesAt);
  if (isLate && risk === undefined) {
    const closed = (departure.closedAt ?? closesAt ?? now).toISOString();
    throw new Problem(
      'wrong_state',
      `${called} closed at ${closed}.${await tellNext(tx, train, departure, now)} Or write down the risk, and ask for an ` +
        'uplift, which a release manager must approve.',
    );
  }
  await requireRoom(tx, train, departure, now);
  return { departure, boardedAt: now, isLate };
}

async function seek(
  parts: Pick<TrainParts, 'databaseNow'>,
  tx: Tx,
  train: Train,
  { number, risk }: { number: number | undefined; risk: string | undefined },
): Promise<Departure> {
  // The one after the last is made for whoever asks for it, such as when the last is full.
  if (number === train.departures + 1) {
    const made = await addDeparture(tx, train, await parts.databaseNow(tx));
    if (made) return made;
  }
  if (number !== undefined) return requireDeparture(tx, train, number);
  // Who has written down a risk means the next that leaves, closed or not.
  const [first] = risk === undefined ? [] : await departuresAheadOf(tx, train.id);
  const found = first ?? (await nextDeparture(tx, train, await parts.databaseNow(tx)));
  if (!found) throw new Problem('wrong_state', `${train.key} has no departure any more that one could board.`);
  return found;
}

async function requireRoom(tx: Tx, train: Train, departure: Departure, now: Date): Promise<void> {
  if (train.mostCars === null) return;
  const aboard = (await carsOf(tx, [departure.id])).filter(({ endedAt }) => endedAt === null);
  if (aboard.length < train.mostCars) return;
  throw new Problem(
    'wrong_state',
    `${train.key} ${departure.number} is full: ${train.mostCars} is the most that leaves at once.` +
      (await tellNext(tx, train, departure, now)),
  );
}

/** Which departure one can board instead; the one after the last is made when somebody asks for it. */
async function tellNext(tx: Tx, train: Train, { number }: Departure, now: Date): Promise<string> {
  const ahead = await departuresAheadOf(tx, train.id);
  const next = ahead.find((one) => one.number > number && (one.closesAt === null || one.closesAt > now));
  const leavesAt = next?.leavesAt ?? (await timesAfter(tx, train, ahead, now))?.leavesAt;
  if (next === undefined && leavesAt === undefined) return '';
  const when = leavesAt === undefined ? '' : `, which leaves at ${leavesAt.toISOString()}`;
  return ` The next is ${train.key} ${next?.number ?? train.departures + 1}${when}.`;
}
