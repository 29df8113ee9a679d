import { formatPosition } from '@turnout/core';
import { commitChange } from '../changes/commit-change.ts';
import type { Ground, Written } from '../changes/door.ts';
import type { Tx } from '../database/connect.ts';
import { Problem } from '../platform/problem.ts';
import { cutRelease } from '../releases/cut-release.ts';
import { findRelease } from '../releases/release-store.ts';
import { nameChange, updateRequest } from '../requests/store.ts';
import { requireSecond } from './ask-second.ts';
import { carsOf } from './car-store.ts';
import type { Carried } from './carry-car.ts';
import { type Carrying, carryCars, joinCarried } from './carry-cars.ts';
import type { DepartParts } from './depart-parts.ts';
import type { Departure } from './departure.ts';
import { isAboard, keepCar, withCarState } from './keep-car.ts';
import { missDeparture } from './miss-departure.ts';
import {
  type ActedBy,
  keepDeparture,
  type LockedDeparture,
  lockBoth,
  type Moved,
  movedBy,
  orderOfTrain,
  requireDepartureState,
  trainOf,
} from './move-departure.ts';
import { moveOn } from './move-on.ts';
import { readNeeds } from './read-needs.ts';
import { StaysBehind } from './stays-behind.ts';
import { atTrainPoints } from './train-crash.ts';
import { closeUplift } from './uplift.ts';

/** Thrown so that the database takes everything back: there is nothing to leave. */
class NobodyLeft extends Error {
  readonly behind: Carrying['behind'];
  constructor(behind: Carrying['behind']) {
    super('nobody left');
    this.behind = behind;
  }
}

/** What the log says a train did. */
const DEPART = 'train.depart';

/**
 * Lets a departure leave: everything that fits, in one change and one release. Flags, rollouts, requests, the manifest and
 * the departure are written together or not at all, so that a node which ends in the middle of it has done nothing. What
 * does not fit stays behind and says why. Where nobody fits it has missed.
 */
export async function leave(parts: DepartParts, found: Departure, by: ActedBy): Promise<Moved> {
  const train = await trainOf(parts, found);
  let gone: readonly string[] = [];
  const isChemspill = found.kind === 'chemspill';
  const order = {
    ...orderOfTrain(train, by, DEPART),
    ...{ environmentIds: [train.environmentId], approved: { requests: () => gone } },
    ...(isChemspill ? { pastFreeze: true as const } : {}),
  };
  try {
    const committed = await atTrainPoints(parts.crash, 'leave', () =>
      commitChange<Departure>(parts.door, order, async (tx, ground) => {
        const locked = await lockBoth(tx, found);
        await by.requireMay?.(tx, locked.train);
        requireMayLeave(locked);
        const all = await carsOf(tx, [found.id]);
        const aboard = { cars: all.filter(isAboard), needs: await readNeeds(tx, all, locked.train.environment) };
        const leaving = { train: locked.train, order, isChemspill };
        const carrying = await carryCars(parts, [tx, ground], leaving, aboard);
        if (carrying.carried.length === 0) throw new NobodyLeft(carrying.behind);
        const secondBy = await requireSecond(tx, locked, carrying, ground.now).catch((error: unknown) => {
          throw error instanceof StaysBehind ? new NobodyLeft(allBehind(carrying, error)) : error;
        });
        gone = isChemspill ? [] : carrying.carried.map(({ request }) => request.id);
        return writeLeft(tx, ground, { locked: withSecond(locked, secondBy), carrying, by });
      }),
    );
    return movedBy(parts, found, committed);
  } catch (error) {
    if (!(error instanceof NobodyLeft)) throw error;
    const because = error.behind.map(({ why }) => why.message)[0];
    if (by.lease === undefined) throw new Problem('wrong_state', `Nothing that is aboard can leave. ${because ?? ''}`);
    return missDeparture(parts, found, by, sayNobody(because), error.behind);
  }
}

const allBehind = ({ carried, behind }: Carrying, why: StaysBehind) => [
  ...carried.map(({ car }) => ({ car, why })),
  ...behind,
];

function withSecond({ train, departure }: LockedDeparture, secondBy: string[]): LockedDeparture {
  const { chemspill } = departure;
  return { train, departure: chemspill === null ? departure : { ...departure, chemspill: { ...chemspill, secondBy } } };
}

const sayNobody = (because: string | undefined) =>
  because === undefined ? 'Nothing was aboard.' : `Nothing that was aboard could leave. ${because}`;

function requireMayLeave(locked: LockedDeparture): void {
  requireDepartureState(locked, ['scheduled', 'boarding', 'closed'], 'it leaves once');
  const { train, departure } = locked;
  if (train.stopped === null || departure.kind === 'chemspill') return;
  const why = `The line of ${train.key} is stopped: “${train.stopped.reason}”.`;
  throw new Problem('wrong_state', `${why} A release manager starts it again; what cannot wait is a chemspill.`);
}

async function writeLeft(
  tx: Tx,
  ground: Ground,
  { locked, carrying, by }: { locked: LockedDeparture; carrying: Carrying; by: ActedBy },
): Promise<Written<Departure>> {
  const { departure, train } = locked;
  const now = by.at ?? ground.now;
  const { carried, behind } = carrying;
  const closed = await moveOn(tx, locked, behind, { actor: by.actor, now });
  for (const one of carried) await writeCarried(tx, one, now, by.actor ?? `train:${train.key}`);
  const place = ground.environments.get(train.environmentId);
  if (place === undefined) throw new Error('a train leaves for an environment that its change alters');
  const position = formatPosition({ epoch: place.epoch, revision: place.revision + 1 });
  const joined = joinCarried(departure.number, carried);
  const left = {
    ...{ ...closed, state: 'departing' as const, departedAt: now, position },
    because: behind.length === 0 ? null : sayBehind(behind.length),
  };
  return {
    ...joined,
    result: left,
    afterEntry: async (inside, changeId) => {
      await joined.afterEntry?.(inside, changeId);
      for (const { request } of carried) await nameChange(inside, train.projectId, request.id, changeId);
      const release = await cutRelease(inside, ground, {
        ...{
          environment: place,
          tag: await freeTag(inside, place.id, `${train.key.slice(0, LONGEST_IN_TAG)}-${departure.number}`),
          commit: null,
          origin: 'departure' as const,
        },
        ...{ originId: departure.id, note: null, by: by.actor ?? `train:${train.key}`, position, changeId },
      });
      const saved = await keepDeparture(inside, { ...left, changeId, releaseId: release.id });
      Object.assign(left, saved);
    },
  };
}

/** A tag is as long as a key at most, and the number follows this. */
const LONGEST_IN_TAG = 110;

/** Somebody may have called a release so by hand: that keeps nothing from leaving. */
async function freeTag(tx: Tx, environmentId: number, tag: string): Promise<string> {
  for (let count = 2, free = tag; ; count++) {
    if ((await findRelease(tx, environmentId, free)) === undefined) return free;
    free = `${tag}.${count}`;
  }
}

const sayBehind = (count: number) => `${count === 1 ? 'One change' : `${count} changes`} stayed behind.`;

/** A car that starts no rollout is where it was to come to. */
async function writeCarried(tx: Tx, carried: Carried, now: Date, actor: string): Promise<void> {
  const { car, request, before, departed, rollouts } = carried;
  const state = rollouts.length === 0 ? 'arrived' : 'under-way';
  await keepCar(tx, { ...withCarState(car, state, null, now), before, departed, rollouts });
  const closed = { state: 'applied' as const, closedAt: now, closedBy: actor };
  await updateRequest(tx, car.projectId, request.id, closed);
  await closeUplift(tx, car, true, actor, now);
}
