import type { Tx } from '../database/connect.ts';
import { type Done, withResult } from '../platform/committed.ts';
import { invalid, Problem } from '../platform/problem.ts';
import { requireExpected } from '../platform/version.ts';
import type { Asking, EnvironmentPlace } from './asking.ts';
import { type ContextPlace, checkTrust, type KeptContext, readContext } from './change-context.ts';
import { type AccessWritten, NO_RULESET } from './commit.ts';
import type { KeyPatch } from './contract.ts';
import { logKey, showKey } from './key.ts';
import { checkKillKey, type KeyParts, keyOrderOf, readAgain, readExpiry, requireKey } from './key-place.ts';
import { type KeyRow, updateKey } from './key-store.ts';

type Edit = Omit<KeyPatch, 'reason'>;

/** Changes a key's name, end, limits or contexts, by RFC 7396. Its kind and its environment never change. */
export async function editKey(
  parts: KeyParts,
  asking: Asking,
  place: EnvironmentPlace,
  id: string,
  patch: Edit,
): Promise<Done<KeyRow>> {
  const order = { ...keyOrderOf(asking, place), action: 'key.update', subject: `key/${id}` };
  const committed = await parts.commit<KeyRow>(order, editKeyWork(parts, asking, place, id, patch));
  await readAgain(parts);
  return withResult(committed, () => requireKey(parts.db, place, id));
}

/** The same inside of a change that a second admin may have agreed to. */
export function editKeyWork(
  { secrets }: { secrets: ContextPlace['secrets'] },
  { principal, expected, approved }: Pick<Asking, 'principal' | 'expected'> & { approved?: true },
  place: EnvironmentPlace,
  id: string,
  patch: Edit,
): (tx: Tx, ground: { now: Date }) => Promise<AccessWritten<KeyRow>> {
  const { projectId, environment } = place;
  return async (tx, { now }) => {
    const before = await requireKey(tx, place, id);
    requireExpected(expected, before.version, showKey(before, environment.key, now));
    if (before.revokedAt !== null) throw new Problem('wrong_state', 'A revoked key stays revoked. Make a new one.');
    refuseForeign(before, patch);
    const context = contextAfter({ secrets, keyId: id, now }, before, patch);
    if (!approved) {
      if (widens(before, patch)) await checkKillKey(tx, place, before.kind, principal);
      await checkTrust(tx, place, { before, after: { ...before, ...context } }, principal);
    }
    const { expiresAt, context: _wanted, ...rest } = patch;
    const end = typeof expiresAt === 'string' ? readExpiry(expiresAt, now) : expiresAt;
    const set = Object.fromEntries(
      Object.entries({ ...rest, ...context, expiresAt: end }).filter(([, value]) => value !== undefined),
    );
    const was = logKey(before, environment.key, now);
    const is = logKey({ ...before, ...set }, environment.key, now);
    if (JSON.stringify(was) === JSON.stringify(is)) return { result: before, touched: NO_RULESET, unchanged: true };
    const row = await updateKey(tx, projectId, environment.id, id, set);
    return { result: row, touched: NO_RULESET, before: was, after: is };
  };
}

function contextAfter(place: ContextPlace, before: KeyRow, { context }: Edit): KeptContext | undefined {
  return context === undefined ? undefined : readContext(place, context, before);
}

/** Origins and contexts are for client keys, flags and tags for kill keys. */
function refuseForeign(row: KeyRow, patch: Edit): void {
  const faults = [];
  if (row.kind !== 'client' && patch.origins) faults.push('origins');
  if (row.kind !== 'client' && patch.context) faults.push('context');
  if (row.kind !== 'kill' && patch.flags) faults.push('flags');
  if (row.kind !== 'kill' && patch.tags) faults.push('tags');
  if (faults.length === 0) return;
  throw invalid(
    faults.map((name) => ({ path: `/${name}`, code: 'not_for_kind', expected: `no ${name} for a ${row.kind} key` })),
  );
}

/** Anything but a new name or an earlier end lets a key do more, or for longer. */
function widens(row: KeyRow, patch: Edit): boolean {
  if (patch.flags !== undefined || patch.tags !== undefined) return true;
  if (patch.expiresAt === undefined) return false;
  return patch.expiresAt === null || row.expiresAt === null
    ? patch.expiresAt === null
    : new Date(patch.expiresAt) > row.expiresAt;
}
