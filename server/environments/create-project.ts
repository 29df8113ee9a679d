import { findInstallationProject } from '../access/access-store.ts';
import type { Asking } from '../access/asking.ts';
import { accessOrderOf, madeBefore, readAgain } from '../access/key-place.ts';
import { appendEntry } from '../changes/append-entry.ts';
import { listEntries } from '../changes/change-store.ts';
import { commitChange } from '../changes/commit-change.ts';
import type { ChangeReceipt } from '../changes/door.ts';
import { withResult } from '../platform/committed.ts';
import { Problem } from '../platform/problem.ts';
import type { NewProject } from './contract.ts';
import { NO_RULESET, type ProjectParts } from './place.ts';
import { logProject } from './project.ts';
import { findProjectByKey, insertProject, type ProjectRow } from './project-store.ts';

export interface MadeProject {
  row: ProjectRow;
  /** The first entry of the project's own chain. */
  change: ChangeReceipt;
}

/**
 * Makes a project. The door cannot lock what is not there, so it is a change of the installation, whose lock also keeps
 * two projects from taking one key; inside of it the project gets the first entry of its own chain. Both chains tell of
 * it, or neither.
 */
export async function createProject(parts: ProjectParts, asking: Asking, wanted: NewProject): Promise<MadeProject> {
  const { door } = parts;
  const { key, name = key, demo = false } = wanted;
  const installation = await findInstallationProject(door.db);
  const order = { ...accessOrderOf(asking), environmentIds: [], action: 'project.create', subject: `project/${key}` };
  const committed = await commitChange<MadeProject>(door, { ...order, projectId: installation }, async (tx, ground) => {
    refuseTaken(key, await findProjectByKey(tx, key));
    const row = await insertProject(tx, { key, name, demo });
    const after = logProject(row);
    const change = await appendEntry(tx, row, order, { after }, [], ground.now);
    return { result: { row, change }, touched: NO_RULESET, after };
  });
  await readAgain(parts);
  const { result } = await withResult(committed, async (change) =>
    findMade(parts, await madeBefore({ db: door.db }, installation, change.id)),
  );
  return result;
}

function refuseTaken(key: string, taken: ProjectRow | undefined): void {
  if (!taken) return;
  const where = taken.archivedAt === null ? '' : '; it is archived: bring it back with unarchive, or take another key';
  throw new Problem('duplicate', `There is a project ${key} already${where}.`);
}

/** What the first try of a repeated request made. */
async function findMade({ door }: ProjectParts, key: string): Promise<MadeProject> {
  const row = await findProjectByKey(door.db, key);
  if (!row) throw new Problem('not_found', 'There is no such project.');
  const [first] = await listEntries(door.db, row.id, {}, { limit: 1, order: 'oldest', seq: undefined });
  if (!first) throw new Error('A project has no first entry.');
  return { row, change: { id: first.id, seq: first.seq, at: first.at.toISOString(), environments: [] } };
}
