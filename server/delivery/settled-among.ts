import type { Db } from '../database/connect.ts';
import { withinDeadline } from '../platform/deadline.ts';
import { Problem } from '../platform/problem.ts';
import type { Base } from './base.ts';
import { readSettledAmong } from './base-store.ts';

export interface SettledParts {
  db: Db;
  held(): Base | undefined;
  refresh(): Promise<void>;
}

const ASK_MS = 1_000;

/**
 * Those of the ids that the base which is held records: recent ones from memory, older ones from the database, as far
 * as it answers in time.
 */
export async function settledAmong(
  parts: SettledParts,
  environmentId: number,
  ids: readonly string[],
): Promise<string[]> {
  const isKnown = (id: string) => parts.held()?.settled.has(id) ?? false;
  const old = ids.filter((id) => !isKnown(id));
  if (old.length === 0) return [...ids];
  const slow = () => new Problem('database_unavailable', 'The database did not answer in time.');
  const found = await withinDeadline(askForOld(parts, environmentId, old), ASK_MS, slow).catch((): string[] => []);
  return ids.filter((id) => isKnown(id) || found.includes(id));
}

/** Only what the base that is held records counts, and the database may be further on already. */
async function askForOld(parts: SettledParts, environmentId: number, ids: readonly string[]): Promise<string[]> {
  for (let turn = 0; turn < 2; turn++) {
    const found = await readSettledAmong(parts.db, environmentId, ids);
    if (found === undefined || found.ids.length === 0) return [];
    const held = parts.held();
    if (held?.position === found.place.position && held.digest === found.place.digest) return found.ids;
    await parts.refresh();
  }
  return [];
}
