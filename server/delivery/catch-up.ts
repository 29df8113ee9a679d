import type { LockedEnvironment } from '../changes/door.ts';
import type { EpochOrder } from '../changes/new-epoch.ts';
import type { Db } from '../database/connect.ts';
import type { Clock } from '../platform/clock.ts';
import { withinDeadline } from '../platform/deadline.ts';
import type { Logger } from '../platform/logger.ts';
import { Problem } from '../platform/problem.ts';
import { type Base, type BaseReading, type BaseStep, followReading, standingOf } from './base.ts';
import { readBase, readSettledAmong } from './base-store.ts';
import { carriedKills } from './carried-kills.ts';
import type { JournalEntry } from './served.ts';

export interface CatchUpParts {
  db: Db;
  clock: Clock;
  log: Pick<Logger, 'warn' | 'error'>;
  /** Makes kills durable that this node made itself; resolves in bounded time, whether or not it succeeded. */
  keep(entries: readonly JournalEntry[]): Promise<void>;
  /** The door's way to begin another epoch. */
  beginEpoch(order: Omit<EpochOrder, 'principal'>): Promise<unknown>;
}

/** The environment whose base is to be brought up to the database's. */
export interface Ground {
  environmentId: number;
  /** What is held at this moment; rings may move it on while the database is read. */
  held(): Base | undefined;
  /** Ids of the unsettled entries. */
  asked(): string[];
  /** Takes over the next base with kills to lay over it, in one step. `askedAt` is when its read began. */
  take(step: BaseStep, carried: readonly JournalEntry[], askedAt: number): void;
}

const READ_MS = 10_000;
const MOST_TURNS = 5;

/**
 * Reads where the database is and brings the base there; when it resolves, the base is not older than the call. A base
 * is replaced only by a later one of its history, or by one of another epoch. Where the database lost what this node
 * has served, it begins a new epoch, and the kills that were in force in the lost history are laid over the new one.
 */
export async function catchUp(parts: CatchUpParts, ground: Ground, readMs = READ_MS): Promise<void> {
  let byPatches = true;
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    const held = ground.held();
    const askedAt = parts.clock.monotonic();
    const reading = await readInTime(parts, ground, byPatches ? held : undefined, readMs);
    if (ground.held() !== held) continue;
    const standing = held === undefined ? 'later' : standingOf(held, reading);
    if (standing === 'set-back') {
      await mendHistory(parts, ground, reading);
      continue;
    }
    const step = follow(parts, ground.environmentId, held, reading);
    if (step === undefined) {
      byPatches = false;
      continue;
    }
    const isLost = held !== undefined && standing === 'other-epoch' && !reading.knowsHeld;
    const carried = isLost ? await carryOver(parts, held, step) : [];
    if (ground.held() !== held) continue;
    ground.take(step, carried, askedAt);
    return;
  }
  throw new Problem('busy', 'The environment moves faster than it can be read; ask again.', { retryAfterSeconds: 1 });
}

/** Undefined where the patches do not fit what is held, which only a fault of ours can cause: then it is read whole. */
function follow(
  parts: CatchUpParts,
  environmentId: number,
  held: Base | undefined,
  reading: BaseReading,
): BaseStep | undefined {
  try {
    return followReading(environmentId, held, reading, parts.clock.now().getTime());
  } catch (error) {
    if (reading.patches === undefined) throw error;
    parts.log.error({ environmentId, error }, 'patches did not fit what is served: it is read whole');
    return undefined;
  }
}

async function readInTime(
  parts: CatchUpParts,
  ground: Ground,
  held: Base | undefined,
  readMs: number,
): Promise<BaseReading> {
  const { environmentId } = ground;
  const slow = () =>
    new Problem('database_unavailable', 'The database did not answer in time.', { retryAfterSeconds: 2 });
  const reading = await withinDeadline(readBase(parts.db, environmentId, held, ground.asked()), readMs, slow);
  if (reading === undefined) throw new Problem('not_found', 'The database has no such environment.');
  return reading;
}

/** Looks again under the row's lock, for the read may have been overtaken by a commit. */
async function mendHistory(parts: CatchUpParts, ground: Ground, reading: BaseReading): Promise<void> {
  const { environmentId } = ground;
  const seen = ground.held();
  parts.log.error(
    { environmentId, served: seen?.position, database: `${reading.epoch}.${reading.revision}` },
    'the database is not where this node has seen it: looking again under the lock',
  );
  await parts.beginEpoch({
    projectId: reading.projectId,
    environmentId,
    actor: 'node',
    reason: `This node has served ${seen?.position}, which the database no longer has.`,
    stillNeeded: (row: LockedEnvironment) => {
      const held = ground.held();
      if (held === undefined) return false;
      const knowsHeld = reading.knowsHeld || reading.epoch !== row.epoch;
      return standingOf(held, { ...row, knowsHeld }) === 'set-back';
    },
  });
}

async function carryOver(parts: CatchUpParts, lost: Base, step: BaseStep): Promise<JournalEntry[]> {
  const kills = carriedKills(lost, step.base.ruleset, parts.clock.now());
  if (kills.length === 0) return [];
  const ids = kills.map(({ id }) => id);
  const known = await readSettledAmong(parts.db, lost.environmentId, ids);
  const carried = kills.filter(({ id }) => !known?.ids.includes(id));
  parts.log.error(
    { environmentId: lost.environmentId, lost: lost.position, kills: carried.length },
    'the database lost a history that was served: its kills are carried over',
  );
  await parts.keep(carried);
  return carried;
}
