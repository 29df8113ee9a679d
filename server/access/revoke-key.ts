import { type AccessCommitted, NO_RULESET } from './commit.ts';
import { logKey } from './key.ts';
import { type Asking, type KeyParts, type KeyPlace, orderOf, readAgain, requireKey } from './key-place.ts';
import { type KeyRow, updateKey } from './key-store.ts';

/** Ends a key for good. On this node at once, open streams included; on the others when they are rung. */
export async function revokeKey(
  parts: KeyParts,
  asking: Asking,
  place: KeyPlace,
  id: string,
): Promise<AccessCommitted<KeyRow>> {
  const { projectId, environment } = place;
  const order = { ...orderOf(asking), projectId, environmentIds: [], action: 'key.revoke', subject: `key/${id}` };
  const committed = await parts.commit<KeyRow>(order, async (tx, { now }) => {
    const before = await requireKey(tx, place, id);
    if (before.revokedAt !== null) return { result: before, touched: NO_RULESET, unchanged: true };
    const row = await updateKey(tx, projectId, environment.id, id, { revokedAt: now });
    return {
      result: row,
      touched: NO_RULESET,
      before: logKey(before, environment.key, now),
      after: logKey(row, environment.key, now),
    };
  });
  parts.list.revokeHere(id);
  await readAgain(parts);
  if (!committed.replayed) return committed;
  return { ...committed, result: await requireKey(parts.db, place, id) };
}
