import type { Db, Tx } from '../database/connect.ts';
import type { Clock } from '../platform/clock.ts';
import type { ChangeReceipt, Committed } from '../platform/committed.ts';
import { invalid, Problem } from '../platform/problem.ts';
import type { Secrets } from '../platform/secrets.ts';
import type { AccessList } from './access-list.ts';
import { isProtected } from './access-store.ts';
import { type Asking, type EnvironmentPlace, orderOf } from './asking.ts';
import type { CommitAccess } from './commit.ts';
import type { HeldRevocations } from './held-revocations.ts';
import { findKey, type KeyRow, subjectOfChange } from './key-store.ts';
import type { KeyKind, Principal } from './principal.ts';

/** What the use cases of keys and tokens need. */
export interface KeyParts {
  db: Db;
  clock: Clock;
  commit: CommitAccess;
  list: AccessList;
  /** Seals what contexts are signed with. */
  secrets: Pick<Secrets, 'seal' | 'unseal'>;
  /** Takes revocations while the database is away. */
  revocations: Pick<HeldRevocations, 'hold'>;
}

/** The parts of an order that changes who may do what: memory is read again everywhere. */
export function accessOrderOf(asking: Asking) {
  return { ...orderOf(asking), access: true as const };
}

/**
 * Whoever holds a kill key may turn things off in production, so in a protected environment a second admin must agree
 * to one. Called inside the transaction, for protection may have been raised a moment ago.
 */
export async function checkKillKey(
  tx: Tx,
  place: EnvironmentPlace,
  kind: KeyKind,
  principal: Principal,
): Promise<void> {
  if (kind !== 'kill' || principal.kind === 'root') return;
  if (await isProtected(tx, place.environment.id)) {
    throw new Problem(
      'approval_required',
      `The environment ${place.environment.key} is protected: a kill key there needs a second admin: ask for ` +
        'it on the screen, or with POST /api/v1/projects/{project}/requests. The root token may make it alone.',
    );
  }
}

/** The same for what belongs to one environment, whose admin may do it. */
export function keyOrderOf(asking: Asking, { projectId, environment }: EnvironmentPlace) {
  return { ...accessOrderOf(asking), projectId, environmentIds: [], within: environment.id };
}

/** Throws 422 for an end that is over already. */
export function readExpiry(text: string, now: Date): Date {
  const at = new Date(text);
  if (at <= now) throw invalid([{ path: '/expiresAt', code: 'past', expected: 'a moment in the future' }]);
  return at;
}

/** The row, or 404; inside of the place only. */
export async function requireKey(db: Db | Tx, place: EnvironmentPlace, id: string): Promise<KeyRow> {
  const row = await findKey(db, place.projectId, place.environment.id, id);
  if (!row) throw new Problem('not_found', 'There is no such key in this environment.');
  return row;
}

/** After a commit: this node knows at once, the others are rung. A failure only delays it to the 2 s query. */
export async function readAgain(parts: Pick<KeyParts, 'list'>): Promise<void> {
  await parts.list.refresh().catch(() => undefined);
}

/** The change of a commit that was no repetition of nothing. */
export function receiptOf(committed: Committed<unknown>): ChangeReceipt {
  if (!committed.change) throw new Error('A change that must leave an entry left none.');
  return committed.change;
}

/** What the first try of a repeated request made: the id behind the slash of the entry's subject. */
export async function madeBefore(parts: Pick<KeyParts, 'db'>, projectId: number, changeId: number): Promise<string> {
  return (await subjectOfChange(parts.db, projectId, changeId))?.split('/')[1] ?? '';
}
