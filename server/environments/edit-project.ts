import type { Asking } from '../access/asking.ts';
import { accessOrderOf, readAgain } from '../access/key-place.ts';
import { commitChange } from '../changes/commit-change.ts';
import { type Done, withResult } from '../platform/committed.ts';
import { requireExpected } from '../platform/version.ts';
import type { ProjectPatch } from './contract.ts';
import { NO_RULESET, type ProjectParts, requireProject } from './place.ts';
import { logProject, showProject } from './project.ts';
import { type ProjectRow, renameProject } from './project-store.ts';

/** Changes a project's name, by RFC 7396. Its key is in addresses and settings everywhere, and never changes. */
export async function editProject(
  parts: ProjectParts,
  asking: Asking,
  place: { projectId: number; projectKey: string },
  patch: ProjectPatch,
  expected: number | undefined,
): Promise<Done<ProjectRow>> {
  const { projectId } = place;
  const committed = await commitChange<ProjectRow>(
    parts.door,
    {
      ...accessOrderOf(asking),
      projectId,
      environmentIds: [],
      action: 'project.update',
      subject: `project/${place.projectKey}`,
    },
    async (tx) => {
      const before = await requireProject(tx, projectId);
      requireExpected(expected, before.version, showProject(before));
      const name = patch.name ?? before.name;
      if (name === before.name) return { result: before, touched: NO_RULESET, unchanged: true };
      const row = await renameProject(tx, projectId, name);
      return { result: row, touched: NO_RULESET, before: logProject(before), after: logProject(row) };
    },
  );
  await readAgain(parts);
  return withResult(committed, () => requireProject(parts.door.db, projectId));
}
