import type { ChangeReceipt } from '../platform/committed.ts';
import type { Asking, EnvironmentPlace } from './asking.ts';
import { NO_RULESET } from './commit.ts';
import type { NewKey } from './contract.ts';
import { logKey } from './key.ts';
import {
  checkKillKey,
  type KeyParts,
  keyOrderOf,
  madeBefore,
  readAgain,
  readExpiry,
  receiptOf,
  requireKey,
} from './key-place.ts';
import { insertKey, type KeyRow } from './key-store.ts';
import { mintSecret } from './mint-secret.ts';
import { actorOf } from './principal.ts';

export interface MadeKey {
  row: KeyRow;
  /** Undefined for a repeated request: a secret is shown once. */
  secret: string | undefined;
  change: ChangeReceipt;
}

/** Makes a key of an environment. Its secret is in the answer and nowhere else. */
export async function createKey(
  parts: KeyParts,
  asking: Asking,
  place: EnvironmentPlace,
  wanted: NewKey,
): Promise<MadeKey> {
  const { id, secret, verifier } = mintSecret(wanted.kind);
  const { projectId, environment } = place;
  const committed = await parts.commit(
    { ...keyOrderOf(asking, place), action: 'key.create', subject: `key/${id}` },
    async (tx, { now }) => {
      await checkKillKey(tx, place, wanted.kind, asking.principal);
      const row = await insertKey(tx, {
        id,
        projectId,
        environmentId: environment.id,
        kind: wanted.kind,
        name: wanted.name,
        verifier,
        origins: wanted.origins ?? [],
        flags: wanted.flags ?? null,
        tags: wanted.tags ?? null,
        createdBy: actorOf(asking.principal),
        expiresAt: wanted.expiresAt === undefined ? null : readExpiry(wanted.expiresAt, now),
      });
      return { result: row, touched: NO_RULESET, after: logKey(row, environment.key, now) };
    },
  );
  const change = receiptOf(committed);
  if (committed.replayed) {
    const row = await requireKey(parts.db, place, await madeBefore(parts, projectId, change.id));
    return { row, secret: undefined, change };
  }
  await readAgain(parts);
  return { row: committed.result, secret, change };
}
