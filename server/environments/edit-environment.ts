import { loosensApprovals } from '../access/approval-rule.ts';
import type { Asking, EnvironmentPlace } from '../access/asking.ts';
import { keyOrderOf, readAgain } from '../access/key-place.ts';
import { canonicalJson } from '../changes/canonical.ts';
import { commitChange } from '../changes/commit-change.ts';
import type { Work } from '../changes/door.ts';
import { type Done, withResult } from '../platform/committed.ts';
import { invalid } from '../platform/problem.ts';
import { requireExpected } from '../platform/version.ts';
import type { EnvironmentPatch } from './contract.ts';
import { approvalsOf, logEnvironment, showEnvironment } from './environment.ts';
import { type EnvironmentRow, updateEnvironment } from './environment-store.ts';
import { NO_RULESET, type ProjectParts, requireEnvironment } from './place.ts';
import { requireSecondAdmin } from './second-admin.ts';

/**
 * Changes an environment's name or protection, by RFC 7396. Raising protection is for every admin; lowering it, asking
 * for fewer approvals or for those of other people would let a growing change past, so it needs a second admin.
 */
export async function editEnvironment(
  parts: ProjectParts,
  asking: Asking,
  place: EnvironmentPlace,
  patch: EnvironmentPatch,
  expected: number | undefined,
): Promise<Done<EnvironmentRow>> {
  const { projectId, environment } = place;
  const order = { action: 'environment.update', subject: `environment/${environment.key}` };
  const committed = await commitChange<EnvironmentRow>(
    parts.door,
    { ...keyOrderOf(asking, place), ...order },
    editEnvironmentWork(place, patch, { ...asking, expected }),
  );
  await readAgain(parts);
  return withResult(committed, () => requireEnvironment(parts.door.db, projectId, environment.id));
}

/** The same inside of a change that a second admin may have agreed to. */
export function editEnvironmentWork(
  { projectId, environment }: EnvironmentPlace,
  patch: EnvironmentPatch,
  asking: Pick<Asking, 'principal' | 'reason' | 'expected'> & { approved?: true },
): Work<EnvironmentRow> {
  return async (tx) => {
    const before = await requireEnvironment(tx, projectId, environment.id);
    requireExpected(asking.expected, before.version, showEnvironment(before));
    const next = {
      name: patch.name ?? before.name,
      protected: patch.protected ?? before.protected,
      approvals: patch.approvals ?? before.approvals,
    };
    if (canonicalJson(logEnvironment(before)) === canonicalJson(logEnvironment({ ...before, ...next }))) {
      return { result: before, touched: NO_RULESET, unchanged: true };
    }
    refuseInProtected(before, next, asking);
    const row = await updateEnvironment(tx, projectId, environment.id, next);
    return { result: row, touched: NO_RULESET, before: logEnvironment(before), after: logEnvironment(row) };
  };
}

function refuseInProtected(
  before: EnvironmentRow,
  next: Pick<EnvironmentRow, 'protected' | 'approvals'>,
  asking: Pick<Asking, 'principal' | 'reason'> & { approved?: true },
): void {
  if (!before.protected) return;
  const approved = asking.approved === true;
  if (!next.protected) requireSecondAdmin(`Lowering the protection of ${before.key}`, asking, approved);
  if (loosensApprovals(approvalsOf(before), approvalsOf(next))) {
    requireSecondAdmin(`Asking for fewer or other approvals in ${before.key}`, asking, approved);
  }
  if (asking.reason === undefined) {
    const expected = `a reason, for the environment ${before.key} is protected`;
    throw invalid([{ path: '/reason', code: 'required', expected }]);
  }
}
