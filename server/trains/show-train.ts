import type { Freeze } from '../environments/freeze.ts';
import type { TrainAnswer } from './contract.ts';
import { writeLasting } from './lasting.ts';
import { sayVelocity } from './say-velocity.ts';
import type { Train, Velocity } from './train.ts';
import { departuresAhead } from './velocity.ts';

/** What trains are shown with. */
export interface ShowGround {
  /** Of the project, with those that are ahead. */
  freezes: readonly Freeze[];
  now: Date;
  /** Moments ahead at which nothing leaves any more, by train: what was to leave then has left already. */
  taken: ReadonlyMap<number, ReadonlySet<number>>;
  nameOf(actor: string): string | undefined;
}

const MOST_AHEAD = 5;

/** A train as its readers see it, with when it leaves next. */
export function showTrain(train: Train, { freezes, now, taken, nameOf }: ShowGround): TrainAnswer {
  const { key, environment, name, velocity, cutOffMs, opensMs, mode, onItemFail, mostCars, stopped } = train;
  const timing = { cutOffMs, opensMs, since: train.createdAt };
  const frost = { freezes, environmentId: train.environmentId };
  const isLive = train.archivedAt === null;
  const gone = taken.get(train.id) ?? new Set();
  const { ahead, skipped } = isLive
    ? departuresAhead(velocity, timing, frost, now, MOST_AHEAD + gone.size)
    : { ahead: [], skipped: [] };
  const left = ahead.filter(({ leavesAt }) => !gone.has(leavesAt.getTime())).slice(0, MOST_AHEAD);
  return {
    ...{ key, environment, name, mode, onItemFail, mostCars, archived: !isLive, version: train.version },
    ...{ velocity: showVelocity(velocity), says: sayVelocity(velocity) },
    cutOff: cutOffMs === 0 ? null : writeLasting(cutOffMs),
    opens: opensMs === null ? null : writeLasting(opensMs),
    stopped: stopped && { ...stopped, byName: nameOf(stopped.by) ?? null },
    ahead: left.map(({ leavesAt, closesAt }) => ({
      ...{ leavesAt: leavesAt.toISOString(), closesAt: closesAt.toISOString() },
    })),
    skipped: skipped.map(({ at, freeze }) => ({ at: at.toISOString(), freeze })),
    createdBy: train.createdBy,
    createdAt: train.createdAt.toISOString(),
  };
}

function showVelocity(velocity: Velocity): TrainAnswer['velocity'] {
  if (velocity.kind !== 'critical-mass') return velocity;
  const { kind, changes, longestWaitMs } = velocity;
  return { kind, changes, longestWait: longestWaitMs === null ? null : writeLasting(longestWaitMs) };
}
