import type { AccessList } from '../access/access-list.ts';
import { INSTALLATION_PROJECT } from '../access/access-store.ts';
import type { Door } from '../changes/door.ts';
import type { Db, Tx } from '../database/connect.ts';
import { Problem } from '../platform/problem.ts';
import { type EnvironmentRow, findEnvironment } from './environment-store.ts';
import type { FillEnvironment } from './fill-environment.ts';
import { findProject, findProjectByKey, type ProjectRow } from './project-store.ts';

/** What the use cases of projects and environments need. */
export interface ProjectParts {
  door: Door;
  list: AccessList;
}
export interface EnvironmentParts extends ProjectParts {
  fillEnvironment: FillEnvironment;
}

/** What projects and environments touch of a ruleset that is there already: nothing. */
export const NO_RULESET = { flags: [], segments: [] };

/** The row, or 404: memory knew it, and it may be gone. */
export async function requireProject(db: Db | Tx, projectId: number): Promise<ProjectRow> {
  const row = await findProject(db, projectId);
  if (!row) throw new Problem('not_found', 'There is no such project.');
  return row;
}

/** The row by its key, archived or not, for routes that the guard lets through with either. */
export async function requireProjectByKey(db: Db, key: string): Promise<ProjectRow> {
  const row = key === INSTALLATION_PROJECT ? undefined : await findProjectByKey(db, key);
  if (!row) throw new Problem('not_found', 'There is no such project, archived or not.');
  return row;
}

export async function requireEnvironment(db: Db | Tx, projectId: number, id: number): Promise<EnvironmentRow> {
  const row = await findEnvironment(db, projectId, id);
  if (!row) throw new Problem('not_found', 'There is no such environment.');
  return row;
}
