import { findInstallationProject } from '../access/access-store.ts';
import type { Asking } from '../access/asking.ts';
import { accessOrderOf, readAgain } from '../access/key-place.ts';
import { appendEntry } from '../changes/append-entry.ts';
import { findReceiptOfRequest } from '../changes/change-store.ts';
import { commitChange, lockProject } from '../changes/commit-change.ts';
import type { Committed } from '../changes/door.ts';
import { type Done, withResult } from '../platform/committed.ts';
import { requireExpected } from '../platform/version.ts';
import { NO_RULESET, type ProjectParts, requireProject } from './place.ts';
import { showProject } from './project.ts';
import { type ProjectRow, setProjectArchived } from './project-store.ts';

/**
 * Puts a project away, or brings it back as it was. Away, it is in no list, its keys and tokens are refused as revoked
 * and their streams end; nothing of it is deleted, and its key stays taken. It concerns the whole installation, so both
 * chains tell of it, or neither. The answer's change is the entry of the project's own chain.
 */
export async function archiveProject(
  parts: ProjectParts,
  asking: Asking,
  { id, key }: { id: number; key: string },
  archived: boolean,
): Promise<Done<ProjectRow>> {
  const { door } = parts;
  const installation = await findInstallationProject(door.db);
  const action = archived ? 'project.archive' : 'project.unarchive';
  const order = { ...accessOrderOf(asking), environmentIds: [], action, subject: `project/${key}` };
  const committed = await commitChange<Done<ProjectRow>>(
    door,
    { ...order, projectId: installation },
    async (tx, ground) => {
      const chain = await lockProject(tx, id);
      const row = await requireProject(tx, id);
      requireExpected(asking.expected, row.version, showProject(row));
      if ((row.archivedAt !== null) === archived) {
        return { result: { result: row }, touched: NO_RULESET, unchanged: true };
      }
      const logged = { before: { archived: !archived }, after: { archived } };
      const result = await setProjectArchived(tx, id, archived ? ground.now : null);
      const change = await appendEntry(tx, chain, order, logged, [], ground.now);
      return { result: { result, change }, touched: NO_RULESET, ...logged };
    },
  );
  await readAgain(parts);
  return (await withResult(committed, () => findDone(parts, asking, id, committed))).result;
}

/** What the first try of a repeated request did. */
async function findDone(
  { door }: ProjectParts,
  { requestId = '' }: Asking,
  id: number,
  { change }: Committed<unknown>,
): Promise<Done<ProjectRow>> {
  const result = await requireProject(door.db, id);
  const since = new Date(change?.at ?? 0);
  const own = await findReceiptOfRequest(door.db, id, requestId, new Date(since.getTime() - 1));
  return { result, ...(own ? { change: own } : {}) };
}
