import type { AccessList } from '../access/access-list.ts';
import type { Asking } from '../access/asking.ts';
import { seenEnvironments } from '../access/permissions.ts';
import { actorOf, type PersonPrincipal, type Principal, ROOT, type TokenPrincipal } from '../access/principal.ts';
import { readPrincipalNow } from '../access/principal-store.ts';
import type { Door } from '../changes/door.ts';
import type { DraftKind } from '../changes/draft.ts';
import type { Db, Tx } from '../database/connect.ts';
import { Problem } from '../platform/problem.ts';
import { requireExpected } from '../platform/version.ts';
import { findRequest, type RequestRow } from './store.ts';

/** What requests need. */
export interface RequestParts {
  door: Door;
  list: AccessList;
  /** The calls that can wait, of all rooms. */
  kinds: readonly DraftKind[];
  /** The departure with which a request leaves, in words; undefined where it is aboard none. Trains are a later room. */
  aboardOf?(tx: Tx, requestId: string): Promise<string | undefined>;
}

/** What requests touch of a ruleset before they are applied: nothing. */
export const NO_RULESET = { flags: [], segments: [] };

/** Whoever asks, as the database has them now. Throws 401 where their session or token has ended. */
export async function requireNow(tx: Tx, principal: Principal): Promise<Principal> {
  if (principal.kind !== 'person' && principal.kind !== 'token') return principal;
  const now: PersonPrincipal | TokenPrincipal | undefined = await readPrincipalNow(tx, principal);
  if (now) return now;
  const gone = principal.kind === 'token' ? 'This token was revoked or has expired.' : 'This session has ended.';
  throw new Problem('unauthorized', gone);
}

/**
 * The parts of an order that changes a request and nothing that is served. Who may is another question for each of them,
 * so each asks it itself, inside of the transaction.
 */
export function requestOrderOf({ principal, reason, requestId }: Asking, projectId: number, id: string) {
  return {
    ...{ projectId, environmentIds: [], principal: ROOT, actor: actorOf(principal), subject: `request/${id}` },
    ...(reason === undefined ? {} : { reason }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

/** The people who count as authors when this principal writes something. */
export function authorsOf(principal: Principal): string[] {
  if (principal.kind === 'person') return [principal.id];
  return principal.kind === 'token' && principal.owner ? [principal.owner.id] : [];
}

/** The request, or 404: also for whoever may not see all environments that it is about. */
export async function requireRequest(
  db: Db | Tx,
  projectId: number,
  id: string,
  principal: Principal,
): Promise<RequestRow> {
  const row = await findRequest(db, projectId, id);
  if (!row || !maySeeRequest(row, principal)) throw new Problem('not_found', 'There is no such request.');
  return row;
}

export function maySeeRequest(row: RequestRow, principal: Principal): boolean {
  const seen = seenEnvironments(principal, row.projectId);
  if (seen === undefined) return true;
  return row.environments.length > 0 && row.environments.every((id) => seen.includes(id));
}

/** The same inside of a change of it: open, and at the version that the caller looked at. */
export async function requireOpen(
  tx: Tx,
  projectId: number,
  id: string,
  asking: Pick<Asking, 'principal' | 'expected'>,
): Promise<RequestRow> {
  const row = await requireRequest(tx, projectId, id, asking.principal);
  if (row.state !== 'open') {
    throw new Problem('wrong_state', `This request was ${row.state}, and stays so. Make a new one.`);
  }
  requireExpected(asking.expected, row.version, undefined);
  return row;
}

/** What can be written and applied; what a rollout asked for cannot. */
export function requireDraft(row: RequestRow): void {
  if (row.kind !== 'stage') return;
  throw new Problem('wrong_state', 'A rollout asked for this: it goes on by itself once it is approved.');
}
