import type { Asking } from '../access/asking.ts';
import { accessOrderOf, madeBefore, readAgain } from '../access/key-place.ts';
import { commitChange } from '../changes/commit-change.ts';
import { type Done, withResult } from '../platform/committed.ts';
import { Problem } from '../platform/problem.ts';
import type { NewEnvironment } from './contract.ts';
import { logEnvironment } from './environment.ts';
import { type EnvironmentRow, findEnvironmentByKey, insertEnvironment } from './environment-store.ts';
import { type EnvironmentParts, NO_RULESET } from './place.ts';

/** Makes an environment in which every flag of the project is known, and off. It alters no ruleset that is served. */
export async function createEnvironment(
  parts: EnvironmentParts,
  asking: Asking,
  projectId: number,
  wanted: NewEnvironment,
): Promise<Done<EnvironmentRow>> {
  const { key, name = key } = wanted;
  const { db } = parts.door;
  const committed = await commitChange<EnvironmentRow>(
    parts.door,
    {
      ...accessOrderOf(asking),
      projectId,
      environmentIds: [],
      action: 'environment.create',
      subject: `environment/${key}`,
    },
    async (tx) => {
      if (await findEnvironmentByKey(tx, projectId, key)) {
        throw new Problem('duplicate', `There is an environment ${key} in this project already.`);
      }
      const row = await insertEnvironment(tx, projectId, { key, name, protected: wanted.protected });
      await parts.fillEnvironment(tx, { projectId, environmentId: row.id });
      return { result: row, touched: NO_RULESET, after: logEnvironment(row) };
    },
  );
  await readAgain(parts);
  return withResult(committed, async (change) => {
    const row = await findEnvironmentByKey(db, projectId, await madeBefore({ db }, projectId, change.id));
    if (!row) throw new Problem('not_found', 'There is no such environment.');
    return row;
  });
}
