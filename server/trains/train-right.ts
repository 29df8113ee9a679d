import { hasRole } from '../access/permissions.ts';
import type { Principal, Role } from '../access/principal.ts';
import type { Tx } from '../database/connect.ts';
import { Problem } from '../platform/problem.ts';
import { requireNow } from '../requests/request-parts.ts';
import type { Train } from './train.ts';

const MAY_MAKE_SAFE: readonly Role[] = ['editor', 'killer', 'release-manager', 'admin'];

/** Asks under the locks whether somebody may, as the database has them now. */
export type MayOfTrain = (tx: Tx, train: Train) => Promise<void>;

/** To let something leave by hand, and at once. */
export function mayRelease(principal: Principal): MayOfTrain {
  return requireRole(principal, ['release-manager'], 'the role release-manager');
}

/** To take something back. */
export function anyButViewer(principal: Principal): MayOfTrain {
  return requireRole(principal, MAY_MAKE_SAFE, 'any role but viewer');
}

function requireRole(principal: Principal, roles: readonly Role[], what: string): MayOfTrain {
  return async (tx, { projectId, environmentId, environment }) => {
    const now = await requireNow(tx, principal);
    if (now.kind === 'root' || hasRole(now, { projectId, environmentId }, roles)) return;
    throw new Problem('forbidden', `This needs ${what} in ${environment}.`);
  };
}
