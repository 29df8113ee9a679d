import type { EnvironmentPlace } from '../access/asking.ts';
import type { Door, Written } from '../changes/door.ts';
import type { Db, Tx } from '../database/connect.ts';
import { Problem } from '../platform/problem.ts';
import type { FlagRow } from './configuration.ts';
import { type FlagInEnvironment, findFlag, findFlagIn } from './flag-store.ts';

/** What the use cases of flags need. */
export interface FlagParts {
  door: Door;
}

const NOTHING_TOUCHED = { flags: [], segments: [] };

/** The flag of the project, or 404. */
export async function requireFlag(db: Db | Tx, projectId: number, key: string): Promise<FlagRow> {
  const row = await findFlag(db, projectId, key);
  if (!row) throw new Problem('not_found', 'There is no such flag in this project.');
  return row;
}

/** The flag with what it is in an environment, or 404. */
export async function requireFlagIn(db: Db | Tx, place: EnvironmentPlace, key: string): Promise<FlagInEnvironment> {
  const row = await findFlagIn(db, place.projectId, place.environment.id, key);
  if (!row) throw new Problem('not_found', 'There is no such flag in this project.');
  return row;
}

/** Throws 409 for a flag that no ruleset has. */
export function requireLive(flag: FlagRow): void {
  if (!flag.archived) return;
  throw new Problem('flag_archived', `The flag ${flag.key} is archived: nobody gets it. Unarchive it first.`);
}

/** What a use case answers where there was nothing to change. */
export function nothingChanged<T>(result: T): Written<T> {
  return { result, touched: NOTHING_TOUCHED, unchanged: true };
}
