import type { Role } from './principal.ts';

/** How many people must approve what grows in a protected environment, and which of these roles each must have there. */
export interface ApprovalRule {
  count: number;
  roles: readonly Role[];
}

/** What holds where nobody said otherwise. */
export const ONE_RELEASE_MANAGER: ApprovalRule = { count: 1, roles: ['release-manager'] };

/** Fewer approvals, or other people who may give them. */
export function loosensApprovals(before: ApprovalRule, after: ApprovalRule): boolean {
  const same = before.roles.length === after.roles.length && before.roles.every((role) => after.roles.includes(role));
  return after.count < before.count || !same;
}
