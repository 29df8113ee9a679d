import type { Db } from '../database/connect.ts';
import { readNaming } from '../segments/dependent-store.ts';
import { type Dependent, dependentsOf } from '../segments/dependents.ts';
import { environmentsOf } from './flag-store.ts';

/** Who is reached by a change of a flag, by the key of each environment; with `environmentIds` in those alone. */
export async function readDependents(
  db: Db,
  projectId: number,
  flag: string,
  environmentIds: readonly number[] | undefined,
): Promise<Record<string, { dependents: Dependent[] }>> {
  const all = await environmentsOf(db, projectId);
  const seen = all.filter(({ id }) => environmentIds === undefined || environmentIds.includes(id));
  const found = await Promise.all(
    seen.map(async ({ id, key }) => {
      const dependents = dependentsOf({ flags: [flag] }, await readNaming(db, id));
      return [key, { dependents }] as const;
    }),
  );
  return Object.fromEntries(found);
}
