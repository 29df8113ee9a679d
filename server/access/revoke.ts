import type { Done } from '../platform/committed.ts';
import { withinDeadline } from '../platform/deadline.ts';
import { Problem } from '../platform/problem.ts';
import type { Asking } from './asking.ts';
import type { HeldRevocation } from './held-revocations.ts';
import { type KeyParts, readAgain } from './key-place.ts';
import { actorOf } from './principal.ts';

/** Committed, or held by this node until the database is there again. */
export type Revoked<Row> = Done<Row> | { held: HeldRevocation };

/** The same patience as a kill's. */
const COMMIT_MS = 1_000;
const AWAY = new Set(['database_unavailable', 'busy']);

/**
 * Ends a credential: through the database where it answers in time, otherwise on this node at once and in the log
 * later. Where memory does not know the credential in this place, nobody can say that it may be ended.
 */
export async function revoke<Row>(
  parts: KeyParts,
  asking: Asking,
  target: { what: 'key' | 'token'; id: string; projectId: number; environmentId?: number },
  commit: () => Promise<Done<Row>>,
): Promise<Revoked<Row>> {
  const { what, id, projectId } = target;
  const late = () => new Problem('busy', 'The database did not answer in time.', { retryAfterSeconds: 1 });
  try {
    const committed = await withinDeadline(commit(), COMMIT_MS, late);
    parts.list.revokeHere(id);
    await readAgain(parts);
    return committed;
  } catch (error) {
    if (!(error instanceof Problem && AWAY.has(error.code)) || !isKnownThere(parts, target)) throw error;
    const { principal, reason, requestId } = asking;
    const held: HeldRevocation = {
      ...{ v: 1, kind: 'revoke', credential: id, what, projectId, actor: actorOf(principal) },
      ...(principal.kind === 'token' ? { byToken: principal.id } : {}),
      ...(reason === undefined ? {} : { reason }),
      ...(requestId === undefined ? {} : { requestId }),
      at: parts.clock.now().toISOString(),
    };
    await parts.revocations.hold(held);
    return { held };
  }
}

function isKnownThere(
  { list }: KeyParts,
  { what, id, projectId, environmentId }: { what: string; id: string; projectId: number; environmentId?: number },
): boolean {
  const place = list.placeOf(id);
  if (place?.projectId !== projectId) return false;
  return what === 'token' || place.environmentId === environmentId;
}
