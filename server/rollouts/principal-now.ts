import type { Principal } from '../access/principal.ts';
import { readPrincipalNow } from '../access/principal-store.ts';
import type { Tx } from '../database/connect.ts';
import { Problem } from '../platform/problem.ts';

/** Who asks, as the database has them now: memory was believed at the door, and rights are asked under the locks. */
export async function principalNow(tx: Tx, principal: Principal): Promise<Principal> {
  if (principal.kind !== 'person' && principal.kind !== 'token') return principal;
  const now = await readPrincipalNow(tx, principal);
  if (now === undefined) throw new Problem('unauthorized', 'This session or token has ended.');
  return now;
}
