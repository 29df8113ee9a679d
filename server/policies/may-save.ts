import type { Asking } from '../access/asking.ts';
import { hasRole } from '../access/permissions.ts';
import { readPrincipalNow } from '../access/principal-store.ts';
import type { Tx } from '../database/connect.ts';
import { Problem } from '../platform/problem.ts';
import type { GroundEnvironment } from './ground.ts';
import type { Policy } from './policy.ts';

type Place = GroundEnvironment & { id: number };

/**
 * Throws unless whoever asks may write a policy that goes, or went, this way: an editor where nothing on it is
 * protected, otherwise a release manager or admin of each protected environment. Asked inside the transaction.
 */
export async function requireMaySave(
  tx: Tx,
  { principal }: Pick<Asking, 'principal'>,
  projectId: number,
  policies: readonly Pick<Policy, 'path'>[],
  environments: readonly Place[],
): Promise<void> {
  if (principal.kind === 'root') return;
  const onPath = new Set(policies.flatMap(({ path }) => path.map(({ environment }) => environment)));
  const guarded = environments.filter((one) => one.protected && onPath.has(one.key));
  // The door itself asks for an editor of the whole project.
  if (guarded.length === 0) return;
  const now = principal.kind === 'key' ? undefined : await readPrincipalNow(tx, principal);
  if (now === undefined) throw new Problem('unauthorized', 'This session or token has ended.');
  const refused = guarded.find(
    ({ id }) => !hasRole(now, { projectId, environmentId: id }, ['release-manager', 'admin']),
  );
  if (refused === undefined) return;
  throw new Problem(
    'forbidden',
    `This policy goes through the protected environment ${refused.key}: it needs the role release-manager or admin there.`,
  );
}
