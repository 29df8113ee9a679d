import { withResult } from '../platform/committed.ts';
import type { Asking, EnvironmentPlace } from './asking.ts';
import { NO_RULESET } from './commit.ts';
import { logKey } from './key.ts';
import { type KeyParts, keyOrderOf, requireKey } from './key-place.ts';
import { type KeyRow, revokeKeyRow } from './key-store.ts';
import { type Revoked, revoke } from './revoke.ts';

/** Ends a key for good. On this node at once, open streams included; on the others when they are rung. */
export async function revokeKey(
  parts: KeyParts,
  asking: Asking,
  place: EnvironmentPlace,
  id: string,
): Promise<Revoked<KeyRow>> {
  const { projectId, environment } = place;
  const order = { ...keyOrderOf(asking, place), action: 'key.revoke', subject: `key/${id}` };
  const target = { what: 'key', id, projectId, environmentId: environment.id } as const;
  return revoke(parts, asking, target, async () => {
    const committed = await parts.commit<KeyRow>(order, async (tx, { now }) => {
      const before = await requireKey(tx, place, id);
      const row = await revokeKeyRow(tx, projectId, id, now);
      if (!row) return { result: before, touched: NO_RULESET, unchanged: true };
      return {
        result: row,
        touched: NO_RULESET,
        before: logKey(before, environment.key, now),
        after: logKey(row, environment.key, now),
      };
    });
    return withResult(committed, () => requireKey(parts.db, place, id));
  });
}
