import { randomBytes } from 'node:crypto';
import type { Tx } from '../database/connect.ts';
import { readFreezes } from '../environments/freeze-store.ts';
import type { Departure } from './departure.ts';
import { departuresAheadOf, insertDeparture } from './departure-store.ts';
import type { Train } from './train.ts';
import { countDeparture } from './train-store.ts';
import { departuresAhead, type Times } from './velocity.ts';

/**
 * The departure that one can board next, made where there is none: whoever asks holds the train's lock, so there are never
 * two. Undefined where the train leaves no more: its date is over, it is archived, or its rule names nothing within years.
 */
export async function nextDeparture(tx: Tx, train: Train, now: Date): Promise<Departure | undefined> {
  const ahead = await departuresAheadOf(tx, train.id);
  const open = ahead.find(({ state, closesAt }) => state !== 'closed' && (closesAt === null || closesAt > now));
  if (open || train.archivedAt !== null) return open;
  const times = await timesAfter(tx, train, ahead, now);
  return times === undefined ? undefined : insertNext(tx, train, times, now);
}

/** One more after those that are ahead, where the train goes by times; under the train's lock. */
export async function addDeparture(tx: Tx, train: Train, now: Date): Promise<Departure | undefined> {
  const times = await timesAfter(tx, train, await departuresAheadOf(tx, train.id), now);
  return times ? insertNext(tx, train, times, now) : undefined;
}

/** The times of the departure after those that are ahead; null where it has none, undefined where there is none. */
export async function timesAfter(
  tx: Tx,
  train: Train,
  ahead: readonly Departure[],
  now: Date,
): Promise<Times | null | undefined> {
  const last = ahead.at(-1)?.leavesAt ?? null;
  return nextTimes(tx, train, last !== null && last > now ? last : now, now);
}

/** When the first departure of a train after a moment is whose cut-off is not over; null for those without times. */
export async function nextTimes(tx: Tx, train: Train, after: Date, now: Date): Promise<Times | null | undefined> {
  const { velocity, environmentId, cutOffMs, opensMs, createdAt } = train;
  if (velocity.kind === 'critical-mass' || velocity.kind === 'continuous') return null;
  const freezes = await readFreezes(tx, train.projectId, now);
  const timing = { cutOffMs, opensMs, since: createdAt };
  // One that leaves before its cut-off would be over is none that anybody could board.
  const from = velocity.kind === 'train' ? new Date(Math.max(after.getTime(), now.getTime() + cutOffMs)) : after;
  return departuresAhead(velocity, timing, { freezes, environmentId }, from, 1).ahead[0];
}

async function insertNext(tx: Tx, train: Train, times: Times | null, now: Date): Promise<Departure> {
  const departure = newDeparture(train, await countDeparture(tx, train.id), now, { ...times });
  await insertDeparture(tx, departure);
  return departure;
}

/** A departure that nobody has boarded yet; without times it leaves when something is ready. */
export function newDeparture(train: Train, number: number, now: Date, over: Partial<Departure> = {}): Departure {
  const { projectId, environmentId } = train;
  const opensAt = over.opensAt ?? null;
  return {
    ...{ id: randomBytes(8).toString('hex'), projectId, trainId: train.id, environmentId, number, kind: 'regular' },
    ...{ opensAt, closesAt: null, leavesAt: null, closedAt: null, departedAt: null, effectiveAt: null, endedAt: null },
    ...{ because: null, pressedBy: null, releaseId: null, changeId: null, position: null, chemspill: null },
    ...{ state: opensAt !== null && opensAt > now ? 'scheduled' : 'boarding', createdAt: now, version: 1 },
    ...over,
  };
}
