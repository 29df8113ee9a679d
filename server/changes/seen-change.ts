import { seenEnvironments } from '../access/permissions.ts';
import type { Principal } from '../access/principal.ts';
import type { Db } from '../database/connect.ts';
import { Problem } from '../platform/problem.ts';
import { type Entry, type EntryStep, findEntry } from './change-store.ts';

/** An entry of a project that the caller may see. Throws 404 where there is none. */
export async function requireEntry(db: Db, projectId: number, id: number, principal: Principal): Promise<Entry> {
  const entry = await findEntry(db, projectId, id, seenEnvironments(principal, projectId));
  if (!entry) throw new Problem('not_found', 'There is no such change.');
  return entry;
}

/** What it did where the caller may see it: in these environments, or in all. */
export function seenSteps({ steps }: Entry, only: readonly number[] | undefined): EntryStep[] {
  return steps.filter(({ environmentId }) => only === undefined || only.includes(environmentId));
}
