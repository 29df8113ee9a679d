import type { Db, Tx } from '../database/connect.ts';
import type { FlagRow } from './configuration.ts';
import { showServed } from './configuration.ts';
import type { FlagAnswer } from './contract.ts';
import { type FlagInEnvironment, placesOfFlags } from './flag-store.ts';
import { describeRollout } from './rollout.ts';

type Place = Omit<FlagInEnvironment, 'flag'>;

/** A flag with what users get of it in each environment; with `environmentIds` in those alone. */
export async function showFlag(db: Db | Tx, row: FlagRow, environmentIds?: readonly number[]): Promise<FlagAnswer> {
  return flagAnswer(row, await placesOfFlags(db, [row.id], environmentIds));
}

/** Several at once, in their order, with one question to the database. */
export async function showFlags(
  db: Db,
  rows: readonly FlagRow[],
  environmentIds?: readonly number[],
): Promise<FlagAnswer[]> {
  const ids = rows.map(({ id }) => id);
  const byFlag = new Map(ids.map((id): [number, Place[]] => [id, []]));
  for (const place of await placesOfFlags(db, ids, environmentIds)) {
    byFlag.get(place.configuration.flagId)?.push(place);
  }
  return rows.map((row) => flagAnswer(row, byFlag.get(row.id) ?? []));
}

function flagAnswer(row: FlagRow, places: readonly Place[]): FlagAnswer {
  const { id: _id, projectId: _projectId, createdAt, ...shown } = row;
  const environments = places.map(({ configuration, environment }) => {
    const served = showServed(row, configuration, environment.shedLevel);
    const { offVariant, version } = configuration;
    return [environment.key, { ...served, ...describeRollout(configuration), offVariant, version }] as const;
  });
  return { ...shown, createdAt: createdAt.toISOString(), environments: Object.fromEntries(environments) };
}
