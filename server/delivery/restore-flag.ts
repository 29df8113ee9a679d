import type { JsonObject } from '@turnout/core';
import { type Asking, orderOf } from '../access/asking.ts';
import { commitChange } from '../changes/commit-change.ts';
import type { ChangeReceipt, Door, Ground, Work, Written } from '../changes/door.ts';
import type { Db, Tx } from '../database/connect.ts';
import type { ServedToUsers } from '../flags/contract.ts';
import { describeServe } from '../flags/describe-serve.ts';
import { withResult } from '../platform/committed.ts';
import { withinDeadline } from '../platform/deadline.ts';
import { Problem } from '../platform/problem.ts';
import type { FlagPlace } from './kill-right.ts';
import {
  findKill,
  findKillable,
  killsLiftedBy,
  liftKills,
  nameLifted,
  setKilled,
  unliftedKills,
} from './kill-store.ts';
import type { Overlays } from './overlay.ts';
import type { JournalEntry } from './served.ts';
import type { Settler } from './settle.ts';

export interface RestoreParts {
  door: Door;
  overlays: Overlays;
  settler: Pick<Settler, 'settle'>;
}

export interface Restored {
  before: ServedToUsers;
  after: ServedToUsers;
  /** The kills that this restore lifted. */
  lifted: string[];
  changed: boolean;
  change?: ChangeReceipt;
}

const SETTLE_MS = 2_000;

type Outcome = Pick<Restored, 'before' | 'after' | 'lifted'>;

/**
 * Lifts every kill of a flag in an environment, by naming their ids: those that are recorded, and those that this node
 * held when it was asked. A kill that comes while it works, or that only another node knows, is not among them and
 * stays. A growing change, so it passes the door's checks.
 */
export async function restoreFlag(parts: RestoreParts, asking: Asking, place: FlagPlace): Promise<Restored> {
  const { projectId, environment, flag } = place;
  const held = parts.overlays.of(environment.id).filter((entry) => entry.flag === flag);
  const committed = await commitChange<Outcome>(
    parts.door,
    {
      ...orderOf(asking),
      ...{ projectId, environmentIds: [environment.id], action: 'flag.restore', subject: `flag/${flag}` },
    },
    (tx, ground) => writeRestore(tx, place, held, ground),
  );
  // What it named and nothing has recorded yet lies over the flag until it is recorded, now without effect.
  if (parts.overlays.find(environment.id, flag) !== undefined) await settleInTime(parts, environment.id);
  const { result, change } = await withResult(committed, ({ id }) => restoredBefore(parts.door, place, id));
  return { ...result, changed: change !== undefined, ...(change === undefined ? {} : { change }) };
}

/**
 * The same inside of a change that may carry more. `newest` is the change of the newest kill that whoever asked for it
 * knew: a kill that came since is not lifted along.
 */
export function restoreWork(place: FlagPlace, newest: number | undefined): Work<Outcome> {
  return async (tx, ground) => {
    const now = await newestKill(tx, place);
    if (newest !== undefined && now !== newest) {
      throw new Problem('stale_version', `The kills of ${place.flag} are others than when this was written.`);
    }
    return writeRestore(tx, place, [], ground);
  };
}

/** The change that recorded the newest kill of a flag which nobody has lifted. */
export async function newestKill(tx: Db | Tx, { environment, flag }: FlagPlace): Promise<number | undefined> {
  const [kill] = await unliftedKills(tx, environment.id, flag);
  return kill?.changeId ?? undefined;
}

async function settleInTime(parts: RestoreParts, environmentId: number): Promise<void> {
  const late = () => new Problem('unavailable', 'It is not recorded yet.');
  // It is tried again every 2 s.
  await withinDeadline(parts.settler.settle(environmentId), SETTLE_MS, late).catch(() => undefined);
}

async function writeRestore(
  tx: Tx,
  place: FlagPlace,
  held: readonly JournalEntry[],
  { environments }: Ground,
): Promise<Written<Outcome>> {
  const { projectId, environment, flag } = place;
  const found = await findKillable(tx, projectId, environment.id, flag);
  if (found === undefined) throw new Problem('not_found', 'There is no such flag in this project.');
  const recorded = await unliftedKills(tx, environment.id, flag);
  const pending = await unrecorded(tx, held);
  const shedLevel = environments.get(environment.id)?.shedLevel ?? found.shedLevel;
  const { killed, ...unkilled } = found.flag;
  const isKilled = killed === true || pending.length > 0;
  const after = describeServe(unkilled, shedLevel);
  const before = isKilled ? describeServe({ ...unkilled, killed: true }, shedLevel) : after;
  if (!isKilled && recorded.length === 0) {
    return { result: { before, after, lifted: [] }, touched: { flags: [], segments: [] }, unchanged: true };
  }
  await setKilled(tx, environment.id, found.flagId, false);
  // Whoever lifts another's kill along takes back more than what they did: no grace for that.
  const [only] = recorded.length + pending.length === 1 ? recorded : [];
  const lifted = [...recorded, ...pending].map(({ id }) => id);
  const logged = (killedNow: boolean): JsonObject => ({ environments: { [environment.key]: { killed: killedNow } } });
  return {
    result: { before, after, lifted },
    touched: { flags: [flag], segments: [] },
    before: logged(isKilled),
    after: { ...logged(false), lifted },
    ...(only?.changeId == null ? {} : { takesBack: only.changeId }),
    afterEntry: async (inside, changeId) => {
      await liftKills(
        inside,
        environment.id,
        recorded.map(({ id }) => id),
        changeId,
      );
      await nameLifted(
        inside,
        pending.map(({ id }) => id),
        changeId,
      );
    },
  };
}

/** Entries that no commit has recorded yet. */
async function unrecorded(tx: Tx, held: readonly JournalEntry[]): Promise<JournalEntry[]> {
  const pending: JournalEntry[] = [];
  for (const entry of held) if ((await findKill(tx, entry.id)) === undefined) pending.push(entry);
  return pending;
}

/** The same request once more: what it did the first time, as far as it can still be told. */
async function restoredBefore(door: Door, place: FlagPlace, changeId: number): Promise<Outcome> {
  const { projectId, environment, flag } = place;
  const found = await findKillable(door.db, projectId, environment.id, flag);
  if (found === undefined) throw new Problem('not_found', 'There is no such flag in this project.');
  const { killed: _killed, ...unkilled } = found.flag;
  return {
    before: describeServe({ ...unkilled, killed: true }, found.shedLevel),
    after: describeServe(found.flag, found.shedLevel),
    lifted: await killsLiftedBy(door.db, environment.id, changeId),
  };
}
