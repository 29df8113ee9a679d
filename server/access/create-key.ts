import type { Tx } from '../database/connect.ts';
import type { ChangeReceipt } from '../platform/committed.ts';
import type { Asking, EnvironmentPlace } from './asking.ts';
import { type ContextPlace, OPEN, readContext } from './change-context.ts';
import { type AccessWritten, NO_RULESET } from './commit.ts';
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
import { type MintedSecret, mintSecret } from './mint-secret.ts';
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
  const minted = mintSecret(wanted.kind);
  const { secret } = minted;
  const committed = await parts.commit(
    { ...keyOrderOf(asking, place), action: 'key.create', subject: `key/${minted.id}` },
    createKeyWork(parts, asking, place, wanted, minted),
  );
  const change = receiptOf(committed);
  if (committed.replayed) {
    const row = await requireKey(parts.db, place, await madeBefore(parts, place.projectId, change.id));
    return { row, secret: undefined, change };
  }
  await readAgain(parts);
  return { row: committed.result, secret, change };
}

/** The same inside of a change that a second admin may have agreed to. */
export function createKeyWork(
  { secrets }: { secrets: ContextPlace['secrets'] },
  { principal, approved }: Pick<Asking, 'principal'> & { approved?: true },
  place: EnvironmentPlace,
  wanted: NewKey,
  { id, verifier }: Pick<MintedSecret, 'id' | 'verifier'>,
): (tx: Tx, ground: { now: Date }) => Promise<AccessWritten<KeyRow>> {
  const { projectId, environment } = place;
  return async (tx, { now }) => {
    if (!approved) await checkKillKey(tx, place, wanted.kind, principal);
    const row = await insertKey(tx, {
      ...{ id, projectId, environmentId: environment.id, kind: wanted.kind, name: wanted.name, verifier },
      ...{ origins: wanted.origins ?? [], flags: wanted.flags ?? null, tags: wanted.tags ?? null },
      ...(wanted.context === undefined ? OPEN : readContext({ secrets, keyId: id, now }, wanted.context)),
      createdBy: approved ? 'request' : actorOf(principal),
      expiresAt: wanted.expiresAt === undefined ? null : readExpiry(wanted.expiresAt, now),
    });
    return { result: row, touched: NO_RULESET, after: logKey(row, environment.key, now) };
  };
}
