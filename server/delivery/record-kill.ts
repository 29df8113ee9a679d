import type { JsonObject } from '@turnout/core';
import { findInstallationProject } from '../access/access-store.ts';
import { ROOT } from '../access/principal.ts';
import { readReceipt } from '../changes/change-store.ts';
import { commitChange } from '../changes/commit-change.ts';
import type { ChangeReceipt, Door, Written } from '../changes/door.ts';
import type { Tx } from '../database/connect.ts';
import {
  findKill,
  findKillable,
  findKillOfRequest,
  findLift,
  insertKill,
  isRevoked,
  type KillRow,
  projectOf,
  recordedAmong,
  setKilled,
} from './kill-store.ts';
import type { JournalEntry } from './served.ts';

/** How an entry ended: recorded, with effect or without. */
export interface Recorded {
  id: string;
  effect: boolean;
  /** True where a restore has lifted it, before or after it took effect. */
  lifted: boolean;
  /** The kill that the same request had made before. */
  sameAs?: string;
  change?: ChangeReceipt;
}

const REQUEST_MS = 24 * 3_600_000;

/**
 * Commits a kill that this node holds. Idempotent: whoever comes second reads back what the first recorded. Without
 * effect it is recorded where a restore has named it, where its request made another kill within 24 h, and where the
 * flag is gone; every other entry kills, however late it comes.
 */
export async function recordKill(door: Door, entry: JournalEntry): Promise<Recorded> {
  const { environmentId } = entry;
  const projectId = await projectOf(door.db, environmentId);
  if (projectId === undefined) return recordOrphan(door, entry);
  const order = {
    projectId,
    environmentIds: [environmentId],
    // It was authorised when it was taken; the node only records it.
    principal: ROOT,
    actor: entry.actor,
    action: 'flag.kill',
    subject: `flag/${entry.flag}`,
    reason: entry.reason,
    killId: entry.id,
    settling: true as const,
  };
  const committed = await commitChange(door, order, (tx, { environments, now }) =>
    writeKill(tx, entry, { projectId, key: environments.get(environmentId)?.key ?? '', now }),
  );
  // Without a request id nothing is ever replayed: the id of the kill is what is committed once.
  if (committed.replayed) throw new Error('The record of a kill was replayed.');
  const { row, sameAs } = committed.result;
  const own = sameAs === undefined ? committed.change : undefined;
  const changeId = sameAs?.changeId ?? row.changeId;
  const change = own ?? (changeId == null ? undefined : await readReceipt(door.db, projectId, changeId));
  return {
    id: row.id,
    effect: row.effect === true,
    lifted: (sameAs ?? row).liftedBy != null || committed.result.named,
    ...(sameAs === undefined ? {} : { sameAs: sameAs.id }),
    ...(change === undefined ? {} : { change }),
  };
}

interface WrittenKill {
  row: Pick<KillRow, 'id' | 'effect' | 'liftedBy' | 'changeId'>;
  /** A restore named the id before its record came. */
  named: boolean;
  sameAs: KillRow | undefined;
}

async function writeKill(
  tx: Tx,
  entry: JournalEntry,
  place: { projectId: number; key: string; now: Date },
): Promise<Written<WrittenKill>> {
  const { environmentId, id, flag } = entry;
  const done = await findKill(tx, id);
  if (done !== undefined) {
    const result = { row: done, named: false, sameAs: undefined };
    return { result, touched: { flags: [], segments: [] }, unchanged: true };
  }
  const lift = await findLift(tx, id);
  const named = lift !== undefined;
  const since = new Date(place.now.getTime() - REQUEST_MS);
  const sameAs =
    entry.request === undefined ? undefined : await findKillOfRequest(tx, environmentId, entry.request, since);
  const found = await findKillable(tx, place.projectId, environmentId, flag);
  const effect = !named && sameAs === undefined && found !== undefined;
  if (effect) await setKilled(tx, environmentId, found.flagId, true);
  const byRevoked = await isRevoked(tx, entry.actor);
  const was = found?.flag.killed === true;
  const why = effect ? undefined : named ? 'lifted' : sameAs !== undefined ? 'same request' : 'no such flag';
  return {
    result: { row: { id, effect, liftedBy: null, changeId: null }, named, sameAs },
    touched: { flags: effect ? [flag] : [], segments: [] },
    before: { environments: { [place.key]: { killed: was } } },
    after: { environments: { [place.key]: { killed: was || effect } }, kill: describeKill(entry, byRevoked, why) },
    settles: new Map([[environmentId, [id]]]),
    afterEntry: (inside, changeId) =>
      insertKill(inside, rowOf(entry, { effect, byRevoked, changeId, liftedBy: lift ?? null })),
  };
}

/** The row of an entry that a change records. */
function rowOf(
  entry: JournalEntry,
  over: { effect: boolean; byRevoked: boolean; changeId: number; liftedBy: number | null },
) {
  const { id, environmentId, epoch, actor, reason } = entry;
  return {
    ...{ id, environmentId, epoch, actor, reason, ...over },
    flagKey: entry.flag,
    incident: entry.incident ?? null,
    request: entry.request ?? null,
    at: new Date(entry.at),
  };
}

function describeKill(entry: JournalEntry, byRevoked: boolean, why: string | undefined): JsonObject {
  return {
    id: entry.id,
    at: entry.at,
    epoch: entry.epoch,
    ...(entry.incident === undefined ? {} : { incident: entry.incident }),
    ...(byRevoked ? { byRevoked } : {}),
    ...(why === undefined ? {} : { withoutEffect: why }),
  };
}

/** The environment is gone, so there is nothing to kill; that it was asked for is kept in the installation's chain. */
async function recordOrphan(door: Door, entry: JournalEntry): Promise<Recorded> {
  const recorded = { id: entry.id, effect: false, lifted: false };
  if ((await recordedAmong(door.db, [entry.id])).length > 0) return recorded;
  const projectId = await findInstallationProject(door.db);
  const order = {
    projectId,
    environmentIds: [],
    principal: ROOT,
    actor: entry.actor,
    action: 'flag.kill',
    subject: `flag/${entry.flag}`,
    reason: entry.reason,
    killId: entry.id,
    settling: true as const,
  };
  await commitChange(door, order, async () => ({
    result: undefined,
    touched: { flags: [], segments: [] },
    after: { kill: describeKill(entry, false, `environment ${entry.environmentId} is gone`) },
  }));
  return recorded;
}
