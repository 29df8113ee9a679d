import { formatPosition, type JsonValue } from '@turnout/core';
import { type ApprovalRule, ONE_RELEASE_MANAGER } from '../access/approval-rule.ts';
import type { EnvironmentAnswer } from './contract.ts';
import type { EnvironmentRow } from './environment-store.ts';

/** An environment as it is shown. */
export function showEnvironment(row: EnvironmentRow): EnvironmentAnswer {
  const { key, name, version, createdAt } = row;
  const { count, roles } = approvalsOf(row);
  return {
    key,
    name,
    protected: row.protected,
    approvals: { count, roles: [...roles] },
    position: formatPosition(row),
    version,
    createdAt: createdAt.toISOString(),
  };
}

/** An environment as the log keeps it: what an author decided. Where it stands, every entry says anyway. */
export function logEnvironment(row: EnvironmentRow): { [field: string]: JsonValue } {
  const { count, roles } = approvalsOf(row);
  return { key: row.key, name: row.name, protected: row.protected, approvals: count, approvers: roles.join(', ') };
}

/** Who must approve what grows in an environment while it is protected. */
export function approvalsOf({ approvals }: Pick<EnvironmentRow, 'approvals'>): ApprovalRule {
  return approvals ?? ONE_RELEASE_MANAGER;
}
