import type { Db, Tx } from '../database/connect.ts';
import { withResult } from '../platform/committed.ts';
import { Problem } from '../platform/problem.ts';
import type { Asking } from './asking.ts';
import { NO_RULESET } from './commit.ts';
import { accessOrderOf, type KeyParts } from './key-place.ts';
import { type Revoked, revoke } from './revoke.ts';
import { findToken, revokeTokenRow, type TokenRow } from './token-store.ts';

/** The row, or 404; inside of the project only. */
export async function requireToken(db: Db | Tx, projectId: number, id: string): Promise<TokenRow> {
  const row = await findToken(db, projectId, id);
  if (!row) throw new Problem('not_found', 'There is no such token in this project.');
  return row;
}

/** Ends a token for good, on this node at once. */
export async function revokeToken(
  parts: KeyParts,
  asking: Asking,
  projectId: number,
  id: string,
): Promise<Revoked<TokenRow>> {
  const order = {
    ...accessOrderOf(asking),
    projectId,
    environmentIds: [],
    action: 'token.revoke',
    subject: `token/${id}`,
  };
  return revoke(parts, asking, { what: 'token', id, projectId }, async () => {
    const committed = await parts.commit<TokenRow>(order, async (tx, { now }) => {
      const before = await requireToken(tx, projectId, id);
      const row = await revokeTokenRow(tx, projectId, id, now);
      if (!row) return { result: before, touched: NO_RULESET, unchanged: true };
      return { result: row, touched: NO_RULESET, before: { revokedAt: null }, after: { revokedAt: now.toISOString() } };
    });
    return withResult(committed, () => requireToken(parts.db, projectId, id));
  });
}
