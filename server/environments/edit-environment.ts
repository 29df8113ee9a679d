import type { Asking } from '../access/asking.ts';
import { keyOrderOf, readAgain } from '../access/key-place.ts';
import type { Principal } from '../access/principal.ts';
import { commitChange } from '../changes/commit-change.ts';
import { type Done, withResult } from '../platform/committed.ts';
import { invalid, Problem } from '../platform/problem.ts';
import { requireExpected } from '../platform/version.ts';
import type { EnvironmentPatch } from './contract.ts';
import { logEnvironment, showEnvironment } from './environment.ts';
import { type EnvironmentRow, updateEnvironment } from './environment-store.ts';
import { NO_RULESET, type ProjectParts, requireEnvironment } from './place.ts';

/**
 * Changes an environment's name or protection, by RFC 7396. Raising protection is for every admin; lowering it would
 * let a growing change past its approval, so it needs a second person, and the root token until there are persons.
 */
export async function editEnvironment(
  parts: ProjectParts,
  asking: Asking,
  place: { projectId: number; environment: { id: number; key: string } },
  patch: EnvironmentPatch,
  expected: number | undefined,
): Promise<Done<EnvironmentRow>> {
  const { projectId, environment } = place;
  const committed = await commitChange<EnvironmentRow>(
    parts.door,
    {
      ...keyOrderOf(asking, { projectId, environment }),
      action: 'environment.update',
      subject: `environment/${environment.key}`,
    },
    async (tx) => {
      const before = await requireEnvironment(tx, projectId, environment.id);
      requireExpected(expected, before.version, showEnvironment(before));
      const next = { name: patch.name ?? before.name, protected: patch.protected ?? before.protected };
      if (next.name === before.name && next.protected === before.protected) {
        return { result: before, touched: NO_RULESET, unchanged: true };
      }
      refuseInProtected(before, next, asking);
      const row = await updateEnvironment(tx, projectId, environment.id, next);
      return { result: row, touched: NO_RULESET, before: logEnvironment(before), after: logEnvironment(row) };
    },
  );
  await readAgain(parts);
  return withResult(committed, () => requireEnvironment(parts.door.db, projectId, environment.id));
}

function refuseInProtected(
  before: EnvironmentRow,
  next: { protected: boolean },
  asking: { principal: Principal; reason?: string | undefined },
): void {
  if (!before.protected) return;
  if (!next.protected && asking.principal.kind !== 'root') {
    throw new Problem(
      'approval_required',
      `Lowering the protection of ${before.key} needs a second admin, or the root token.`,
    );
  }
  if (asking.reason === undefined) {
    const expected = `a reason, for the environment ${before.key} is protected`;
    throw invalid([{ path: '/reason', code: 'required', expected }]);
  }
}
