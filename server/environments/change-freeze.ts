import { randomBytes } from 'node:crypto';
import type { Asking } from '../access/asking.ts';
import { accessOrderOf, madeBefore } from '../access/key-place.ts';
import { actorOf } from '../access/principal.ts';
import { commitChange } from '../changes/commit-change.ts';
import type { Door, Work } from '../changes/door.ts';
import type { Db, Tx } from '../database/connect.ts';
import { type Done, withResult } from '../platform/committed.ts';
import { Problem } from '../platform/problem.ts';
import { requireExpected } from '../platform/version.ts';
import { allEnvironments } from './environment-store.ts';
import type { FreezePatch, NewFreeze } from './freeze-contract.ts';
import { type FreezeRow, findFreeze, insertFreeze, updateFreeze } from './freeze-store.ts';
import { NO_RULESET } from './place.ts';
import { isOver, logFreeze, loosensFreeze, readFreeze, showFreeze } from './read-freeze.ts';
import { requireSecondAdmin } from './second-admin.ts';

export interface FreezeParts {
  door: Door;
}

/** Who asks and why; `approved` where a second admin agreed, which the door has looked at. */
export type FreezeAsking = Pick<Asking, 'principal' | 'reason' | 'expected'> & { approved?: true };

/** Makes a freeze. Any admin may: it holds what grows, and nothing else. */
export async function createFreeze(
  parts: FreezeParts,
  asking: Asking,
  projectId: number,
  wanted: NewFreeze,
): Promise<Done<FreezeRow>> {
  const id = randomBytes(6).toString('hex');
  const order = { ...accessOrderOf(asking), projectId, environmentIds: [], subject: `freeze/${id}` };
  const committed = await commitChange<FreezeRow>(
    parts.door,
    { ...order, action: 'freeze.create' },
    async (tx, { now }) => {
      const known = await allEnvironments(tx, projectId);
      const blank = {
        ...{ environments: null, tags: null, inFlight: 'hold' as const, overrideBy: null },
        ...{ fromAt: now, toAt: null, rule: null, zone: 'UTC', lastsMs: null },
      };
      const content = readFreeze(wanted, blank, known);
      const row = await insertFreeze(tx, {
        ...{ ...content, id, projectId, createdBy: actorOf(asking.principal), createdAt: now },
      });
      return { result: row, touched: NO_RULESET, before: null, after: logFreeze(row, known) };
    },
  );
  return withResult(committed, async (change) =>
    requireFreeze(parts.door.db, projectId, await madeBefore(parts.door, projectId, change.id)),
  );
}

/** Changes a freeze by RFC 7396. What lets it hold less takes a second admin. */
export async function editFreeze(
  parts: FreezeParts,
  asking: Asking,
  projectId: number,
  id: string,
  patch: FreezePatch,
): Promise<Done<FreezeRow>> {
  const order = { ...accessOrderOf(asking), projectId, environmentIds: [], subject: `freeze/${id}` };
  const work = editFreezeWork(projectId, id, patch, asking);
  const committed = await commitChange(parts.door, { ...order, action: 'freeze.update' }, work);
  return withResult(committed, () => requireFreeze(parts.door.db, projectId, id));
}

/** Ends a freeze before it is over, which takes a second admin. */
export async function endFreeze(
  parts: FreezeParts,
  asking: Asking,
  projectId: number,
  id: string,
): Promise<Done<FreezeRow>> {
  const order = { ...accessOrderOf(asking), projectId, environmentIds: [], subject: `freeze/${id}` };
  const committed = await commitChange(
    parts.door,
    { ...order, action: 'freeze.end' },
    endFreezeWork(projectId, id, asking),
  );
  return withResult(committed, () => requireFreeze(parts.door.db, projectId, id));
}

export function editFreezeWork(
  projectId: number,
  id: string,
  patch: FreezePatch,
  asking: FreezeAsking,
): Work<FreezeRow> {
  return async (tx, { now }) => {
    const row = await requireFreeze(tx, projectId, id);
    const known = await allEnvironments(tx, projectId);
    requireExpected(asking.expected, row.version, showFreeze(row, known, undefined, now));
    requireNotOver(row, now);
    const content = readFreeze(patch, row, known);
    const [before, after] = [logFreeze(row, known), logFreeze({ ...content, endedAt: row.endedAt }, known)];
    if (JSON.stringify(before) === JSON.stringify(after)) return { result: row, touched: NO_RULESET, unchanged: true };
    if (loosensFreeze(row, content)) requireSecondAdmin(`Loosening the freeze ${row.name}`, asking, !!asking.approved);
    return { result: await updateFreeze(tx, projectId, id, content), touched: NO_RULESET, before, after };
  };
}

export function endFreezeWork(projectId: number, id: string, asking: FreezeAsking): Work<FreezeRow> {
  return async (tx, { now }) => {
    const row = await requireFreeze(tx, projectId, id);
    const known = await allEnvironments(tx, projectId);
    requireExpected(asking.expected, row.version, showFreeze(row, known, undefined, now));
    if (isOver(row, now)) return { result: row, touched: NO_RULESET, unchanged: true };
    requireSecondAdmin(`Ending the freeze ${row.name} early`, asking, !!asking.approved);
    const ended = await updateFreeze(tx, projectId, id, { endedAt: now });
    return { result: ended, touched: NO_RULESET, before: logFreeze(row, known), after: logFreeze(ended, known) };
  };
}

export async function requireFreeze(db: Db | Tx, projectId: number, id: string): Promise<FreezeRow> {
  const row = await findFreeze(db, projectId, id);
  if (!row) throw new Problem('not_found', 'There is no such freeze in this project.');
  return row;
}

function requireNotOver(row: FreezeRow, now: Date): void {
  if (!isOver(row, now)) return;
  throw new Problem('wrong_state', `The freeze ${row.name} is over and stays as it was. Make a new one.`);
}
