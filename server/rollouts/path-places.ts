import type { Db, Tx } from '../database/connect.ts';
import { allEnvironments } from '../environments/environment-store.ts';
import type { Policy } from '../policies/policy.ts';
import type { PathPlace } from './steer-right.ts';

/** The environments of a path that are there, in its order, protected or not as they are now. */
export async function placesOf(db: Db | Tx, projectId: number, { path }: Policy): Promise<PathPlace[]> {
  const rows = new Map((await allEnvironments(db, projectId)).map((row) => [row.key, row]));
  return path.flatMap(({ environment }) => {
    const row = rows.get(environment);
    return row === undefined ? [] : [{ projectId, environmentId: row.id, key: row.key, isProtected: row.protected }];
  });
}
