import type { JsonValue } from '@turnout/core';
import { invalid, Problem } from '../platform/problem.ts';
import { type AccessCommitted, NO_RULESET } from './commit.ts';
import type { KeyPatch } from './contract.ts';
import { logKey } from './key.ts';
import {
  type Asking,
  checkKillKey,
  type KeyParts,
  type KeyPlace,
  orderOf,
  readAgain,
  readExpiry,
  requireKey,
} from './key-place.ts';
import { type KeyRow, updateKey } from './key-store.ts';

/** Changes a key's name, end or limits, by RFC 7396. Its kind and its environment never change. */
export async function editKey(
  parts: KeyParts,
  asking: Asking,
  place: KeyPlace,
  id: string,
  patch: Omit<KeyPatch, 'reason'>,
): Promise<AccessCommitted<KeyRow>> {
  const { projectId, environment } = place;
  const order = { ...orderOf(asking), projectId, environmentIds: [], action: 'key.update', subject: `key/${id}` };
  const committed = await parts.commit<KeyRow>(order, async (tx, { now }) => {
    const before = await requireKey(tx, place, id);
    if (before.revokedAt !== null) throw new Problem('wrong_state', 'A revoked key stays revoked. Make a new one.');
    refuseForeign(before, patch);
    if (widens(before, patch)) await checkKillKey(tx, place, before.kind, asking.principal);
    const { expiresAt, ...rest } = patch;
    const end = typeof expiresAt === 'string' ? readExpiry(expiresAt, now) : expiresAt;
    const set = Object.fromEntries(
      Object.entries({ ...rest, expiresAt: end }).filter(([, value]) => value !== undefined),
    );
    if (Object.keys(set).length === 0) return { result: before, touched: NO_RULESET, unchanged: true };
    const row = await updateKey(tx, projectId, environment.id, id, set);
    const [was, is]: JsonValue[] = [logKey(before, environment.key, now), logKey(row, environment.key, now)];
    if (JSON.stringify(was) === JSON.stringify(is)) return { result: row, touched: NO_RULESET, unchanged: true };
    return { result: row, touched: NO_RULESET, before: was as JsonValue, after: is as JsonValue };
  });
  await readAgain(parts);
  return committed;
}

/** Origins are for client keys, flags and tags for kill keys. */
function refuseForeign(row: KeyRow, patch: Omit<KeyPatch, 'reason'>): void {
  const faults = [];
  if (row.kind !== 'client' && patch.origins) faults.push('origins');
  if (row.kind !== 'kill' && patch.flags) faults.push('flags');
  if (row.kind !== 'kill' && patch.tags) faults.push('tags');
  if (faults.length === 0) return;
  throw invalid(
    faults.map((name) => ({ path: `/${name}`, code: 'not_for_kind', expected: `no ${name} for a ${row.kind} key` })),
  );
}

/** Anything but a new name or an earlier end lets a key do more, or for longer. */
function widens(row: KeyRow, patch: Omit<KeyPatch, 'reason'>): boolean {
  if (patch.flags !== undefined || patch.tags !== undefined) return true;
  if (patch.expiresAt === undefined) return false;
  return patch.expiresAt === null || row.expiresAt === null
    ? patch.expiresAt === null
    : new Date(patch.expiresAt) > row.expiresAt;
}
