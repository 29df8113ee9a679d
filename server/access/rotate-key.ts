import { Problem } from '../platform/problem.ts';
import type { Asking, EnvironmentPlace } from './asking.ts';
import type { KeptContext } from './change-context.ts';
import { NO_RULESET } from './commit.ts';
import { placeOfContextSecret } from './context-rule.ts';
import type { MadeKey } from './create-key.ts';
import { logKey } from './key.ts';
import { checkKillKey, type KeyParts, keyOrderOf, readAgain, receiptOf, requireKey } from './key-place.ts';
import { insertKey, type KeyRow, updateKey } from './key-store.ts';
import { mintSecret } from './mint-secret.ts';
import { actorOf } from './principal.ts';

/** Makes a second key like the first, and lets the first expire after the overlap. */
export async function rotateKey(
  parts: KeyParts,
  asking: Asking,
  place: EnvironmentPlace,
  id: string,
  overlapMs: number,
): Promise<MadeKey & { old: KeyRow }> {
  const { projectId, environment } = place;
  const order = { ...keyOrderOf(asking, place), action: 'key.rotate', subject: `key/${id}` };
  const committed = await parts.commit(order, async (tx, { now }) => {
    const before = await requireKey(tx, place, id);
    refuseDead(before, now);
    await checkKillKey(tx, place, before.kind, asking.principal);
    const minted = mintSecret(before.kind);
    const { kind, name, origins, flags, tags, expiresAt } = before;
    const row = await insertKey(tx, {
      ...{ id: minted.id, verifier: minted.verifier, projectId, environmentId: environment.id },
      ...{ kind, name, origins, flags, tags, expiresAt, createdBy: actorOf(asking.principal) },
      ...takeContextAlong(parts, before, minted.id),
    });
    const end = new Date(now.getTime() + overlapMs);
    const old = await updateKey(tx, projectId, environment.id, id, {
      successor: row.id,
      expiresAt: expiresAt !== null && expiresAt < end ? expiresAt : end,
    });
    return {
      result: { row, old, secret: minted.secret },
      touched: NO_RULESET,
      before: logKey(before, environment.key, now),
      after: { old: logKey(old, environment.key, now), key: logKey(row, environment.key, now) },
    };
  });
  const change = receiptOf(committed);
  if (committed.replayed) {
    const old = await requireKey(parts.db, place, id);
    return { old, row: await requireKey(parts.db, place, old.successor ?? ''), secret: undefined, change };
  }
  await readAgain(parts);
  return { ...committed.result, change };
}

/** The successor asks for the same tokens; a secret is sealed for one key alone, so it is sealed again. */
function takeContextAlong({ secrets }: Pick<KeyParts, 'secrets'>, before: KeyRow, id: string): KeptContext {
  const { context, contextSealed, contextSealedAt } = before;
  if (contextSealed === null) return { context, contextSealed, contextSealedAt };
  try {
    const secret = secrets.unseal(placeOfContextSecret(before.id), contextSealed);
    return { context, contextSealed: secrets.seal(placeOfContextSecret(id), secret), contextSealedAt };
  } catch {
    throw new Problem(
      'wrong_state',
      'The secret of this key’s contexts does not open here. Set it again, then rotate.',
    );
  }
}

function refuseDead(row: KeyRow, now: Date): void {
  const rotated = row.successor !== null;
  if (row.revokedAt === null && !rotated && (row.expiresAt === null || row.expiresAt > now)) return;
  const why = rotated ? `was rotated already: ${row.successor} took its place` : 'is not live any more';
  throw new Problem('wrong_state', `This key ${why}. Rotate a live key, or make a new one.`);
}
