import type { Asking } from '../access/asking.ts';
import { isAllowed } from '../access/permissions.ts';
import { actorOf, type Principal } from '../access/principal.ts';
import { findSessionStart } from '../access/session-store.ts';
import { commitChange } from '../changes/commit-change.ts';
import type { Tx } from '../database/connect.ts';
import { type Done, withResult } from '../platform/committed.ts';
import { Problem } from '../platform/problem.ts';
import { judgeRow, readJudgeGround } from './judge-request.ts';
import { FRESH_SESSION_MS } from './request.ts';
import {
  NO_RULESET,
  type RequestParts,
  requestOrderOf,
  requireNow,
  requireOpen,
  requireRequest,
} from './request-parts.ts';
import { whyNotApprove } from './show-request.ts';
import { insertApproval, type RequestRow, updateRequest, voidApprovals } from './store.ts';

/** One person's approval of exactly what the hash names. */
export async function approveRequest(
  parts: RequestParts,
  asking: Asking,
  projectId: number,
  id: string,
  hash: string,
): Promise<Done<RequestRow>> {
  const order = { ...requestOrderOf(asking, projectId, id), action: 'request.approve' };
  const committed = await commitChange<RequestRow>(parts.door, order, async (tx, { now }) => {
    const row = await requireOpen(tx, projectId, id, asking);
    const person = await requireNow(tx, asking.principal);
    await requireMayDecide(tx, row, person, now);
    if (hash !== row.hash) {
      throw new Problem('changed_since', 'It is not what you looked at any more: it was edited or rebased since.', {
        current: { hash: row.hash },
      });
    }
    const personId = actorOf(person).slice('person:'.length);
    // What they approved of an earlier draft is no approval any more, and makes room for this one.
    await voidApprovals(tx, id, now, 'approved anew', personId);
    await insertApproval(tx, { requestId: id, personId, hash, givenAt: now });
    return { result: row, touched: NO_RULESET, before: null, after: { title: row.title, hash } };
  });
  return withResult(committed, () => requireRequest(parts.door.db, projectId, id, asking.principal));
}

/** Says no: whoever may approve it, or wrote it, may. */
export function rejectRequest(parts: RequestParts, asking: Asking, projectId: number, id: string) {
  return closeRequest(parts, asking, projectId, id, 'rejected', async (tx, row, principal, now) => {
    await requireMayDecide(tx, row, principal, now, true);
  });
}

/** Takes it back: an author, an admin or root. */
export function withdrawRequest(parts: RequestParts, asking: Asking, projectId: number, id: string) {
  return closeRequest(parts, asking, projectId, id, 'withdrawn', async (_tx, row, principal) => {
    const own =
      row.createdBy === actorOf(principal) || (principal.kind === 'person' && row.authors.includes(principal.id));
    if (row.kind !== 'stage' && (own || principal.kind === 'root' || isAdminOf(row, principal))) return;
    throw new Problem('forbidden', 'Only who wrote a request, or an admin, takes it back.');
  });
}

async function closeRequest(
  parts: RequestParts,
  asking: Asking,
  projectId: number,
  id: string,
  state: 'rejected' | 'withdrawn',
  requireMay: (tx: Tx, row: RequestRow, principal: Principal, now: Date) => Promise<void>,
): Promise<Done<RequestRow>> {
  const action = state === 'rejected' ? 'request.reject' : 'request.withdraw';
  const order = { ...requestOrderOf(asking, projectId, id), action };
  const committed = await commitChange<RequestRow>(parts.door, order, async (tx, { now }) => {
    const row = await requireOpen(tx, projectId, id, asking);
    await requireMay(tx, row, await requireNow(tx, asking.principal), now);
    const closed = { state, closedAt: now, closedBy: actorOf(asking.principal), closedReason: asking.reason ?? null };
    const result = await updateRequest(tx, projectId, id, closed);
    const logged = { title: row.title, state };
    return { result, touched: NO_RULESET, before: { ...logged, state: row.state }, after: logged };
  });
  return withResult(committed, () => requireRequest(parts.door.db, projectId, id, asking.principal));
}

/** An administrator of all that it is about. */
function isAdminOf({ projectId, environments }: RequestRow, principal: Principal): boolean {
  const places = environments.map((environmentId) => ({ projectId, environmentId }));
  return (places.length === 0 ? [{ projectId }] : places).every((place) => isAllowed(principal, 'admin', place));
}

/** Only people decide, who may, who did not write it, and who signed in today. */
async function requireMayDecide(
  tx: Tx,
  row: RequestRow,
  principal: Principal,
  now: Date,
  again = false,
): Promise<void> {
  const ground = await readJudgeGround(tx, row.projectId, [row]);
  const judged = judgeRow(ground, row, row.directions, now);
  const whyNot = whyNotApprove(row, ground, judged, { principal, now }, again);
  if (whyNot !== undefined) throw new Problem('forbidden', whyNot);
  if (principal.kind !== 'person') return;
  const since = await findSessionStart(tx, principal.session);
  if (since !== undefined && now.getTime() - since.getTime() < FRESH_SESSION_MS) return;
  throw new Problem('forbidden', 'You signed in more than 12 hours ago. Sign in again, and then approve.');
}
