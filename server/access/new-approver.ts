import type { Tx } from '../database/connect.ts';
import { Problem } from '../platform/problem.ts';
import { protectedWithin } from './access-store.ts';
import { ONE_RELEASE_MANAGER } from './approval-rule.ts';
import type { Principal, Role } from './principal.ts';

/** Roles that somebody gains in a project, in one environment of it, or, without a project, everywhere. */
interface Gain {
  projectId: number | null;
  environmentId: number | null;
  roles: readonly Role[];
}

/**
 * What has a say in what is protected whatever its rule says: an admin may take the protection away, and a release manager
 * starts and resumes the rollouts that grow there, and approves of their stages.
 */
const ALWAYS: readonly Role[] = ['release-manager', 'admin'];

/**
 * Whoever could add approvers alone would need no approvals: so who gains a role that approves where something is
 * protected, or rolls out there, or may take protection away, is added by two admins. Root may alone. Asked inside the transaction,
 * for protection may have been raised a moment ago.
 */
export async function requireNoNewApprover(
  tx: Tx,
  { principal, approved }: { principal: Principal; approved?: true },
  gain: Gain,
): Promise<void> {
  if (approved || principal.kind === 'root' || gain.roles.length === 0) return;
  for (const { key, approvals } of await protectedWithin(tx, gain)) {
    const approving: readonly Role[] = [...(approvals ?? ONE_RELEASE_MANAGER).roles, ...ALWAYS];
    const role = gain.roles.find((one) => approving.includes(one));
    if (role === undefined) continue;
    const how =
      gain.projectId === null
        ? 'In the whole installation only the root token gives it.'
        : 'That needs a second admin: ask for it on the screen, or with POST /api/v1/projects/{project}/requests. The ' +
          'root token may do it alone.';
    throw new Problem(
      'approval_required',
      `With the role ${role} somebody has a say in ${key}, which is protected. ${how}`,
    );
  }
}

/** The roles that are new where somebody had others; all of them where they hold in more places than before. */
export function gainedRoles(
  before: { roles: readonly Role[]; environmentId: number | null },
  after: { roles: readonly Role[]; environmentId: number | null },
): Role[] {
  const samePlace = before.environmentId === null || before.environmentId === after.environmentId;
  return after.roles.filter((role) => !samePlace || !before.roles.includes(role));
}
