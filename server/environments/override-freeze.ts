import type { Asking, FreezeOverride } from '../access/asking.ts';
import { hasRole } from '../access/permissions.ts';
import type { ActingPrincipal, Role } from '../access/principal.ts';
import { readPrincipalNow } from '../access/principal-store.ts';
import type { Tx } from '../database/connect.ts';
import type { Freeze, OverrideRole } from './freeze.ts';

/** The lower role of the two is a door for the higher one, too. */
const ROLES: Record<OverrideRole, readonly Role[]> = {
  'release-manager': ['release-manager', 'admin'],
  admin: ['admin'],
};

const WHO: Record<OverrideRole, string> = {
  'release-manager': 'a release manager or an admin',
  admin: 'an admin',
};

/** Who may go on in spite of a freeze, as a sentence goes on with it. */
export const sayOverride = (role: OverrideRole): string => WHO[role];

/** Whether somebody has the role that goes on in spite of a freeze, in an environment. */
export function mayOverride(
  principal: ActingPrincipal,
  { overrideBy }: Pick<Freeze, 'overrideBy'>,
  place: { projectId: number; environmentId: number },
): boolean {
  if (overrideBy === null || (principal.kind !== 'person' && principal.kind !== 'token')) return false;
  return hasRole(principal, place, ROLES[overrideBy]);
}

/**
 * Whoever wants to go on in spite of a freeze, as the database has them at this moment; undefined where nobody does, or
 * says no reason.
 */
export async function overriderNow(
  tx: Tx,
  override: FreezeOverride | undefined,
  reason: Asking['reason'],
): Promise<ActingPrincipal | undefined> {
  if (override === undefined || !reason?.trim()) return undefined;
  const { by } = override;
  return by.kind === 'person' || by.kind === 'token' ? readPrincipalNow(tx, by) : undefined;
}
