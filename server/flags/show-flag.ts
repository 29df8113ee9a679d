import type { Db, Tx } from '../database/connect.ts';
import type { FlagRow } from './configuration.ts';
import { showServed } from './configuration.ts';
import type { FlagAnswer } from './contract.ts';
import { type FlagInEnvironment, flagsInEnvironments } from './flag-store.ts';

/** A flag with what users get of it in each environment; with `environmentId` in that one alone. */
export async function showFlag(db: Db | Tx, row: FlagRow, environmentId?: number): Promise<FlagAnswer> {
  return flagAnswer(row, await flagsInEnvironments(db, row.projectId, [row.id], environmentId));
}

/** Several at once, in their order, with one question to the database. */
export async function showFlags(db: Db, rows: readonly FlagRow[], environmentId?: number): Promise<FlagAnswer[]> {
  const [first] = rows;
  if (first === undefined) return [];
  const ids = rows.map(({ id }) => id);
  const places = await flagsInEnvironments(db, first.projectId, ids, environmentId);
  const byFlag = new Map<number, FlagInEnvironment[]>();
  for (const place of places) byFlag.set(place.flag.id, [...(byFlag.get(place.flag.id) ?? []), place]);
  return rows.map((row) => flagAnswer(row, byFlag.get(row.id) ?? []));
}

function flagAnswer(row: FlagRow, places: readonly FlagInEnvironment[]): FlagAnswer {
  const { id: _id, projectId: _projectId, createdAt, ...shown } = row;
  const environments = places.map(({ configuration, environment }) => {
    const served = showServed(row, configuration, environment.shedLevel);
    return [environment.key, { ...served, version: configuration.version }] as const;
  });
  return { ...shown, createdAt: createdAt.toISOString(), environments: Object.fromEntries(environments) };
}
