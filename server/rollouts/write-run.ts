import type { Ruleset } from '@turnout/core';
import type { EnvironmentPlace } from '../access/asking.ts';
import type { Ground, Written } from '../changes/door.ts';
import type { Tx } from '../database/connect.ts';
import { compareOwned } from '../decisions/compare-owned.ts';
import type { Served } from '../decisions/grow-run.ts';
import type { Run } from '../decisions/rollout.ts';
import { flagFaultsIn } from '../flags/check-flag.ts';
import { logConfiguration, servedFlag } from '../flags/configuration.ts';
import { requireFlagIn } from '../flags/flag-place.ts';
import { type FlagInEnvironment, updateConfiguration } from '../flags/flag-store.ts';
import { asLogged, differingFields } from '../flags/log-flag-change.ts';
import { saltsOf } from '../flags/plan-configuration.ts';
import { invalid, Problem } from '../platform/problem.ts';

/** What a change of a flag by a run is to the door and to the log. */
export type FlagWrite = Pick<Written<unknown>, 'touched' | 'before' | 'after'>;

/**
 * The flag as it is where a run is, under the locks. Throws 409 where what the run owns is not what it last wrote:
 * somebody's edit came first, and it stands.
 */
export async function requireOwned(
  tx: Tx,
  run: Run,
  place: { projectId: number; flag: string },
): Promise<FlagInEnvironment> {
  const found = await requireFlagIn(tx, placeOfRun(run, place.projectId), place.flag);
  const { flag, configuration } = found;
  if (flag.archived || (run.wrote !== null && compareOwned(run.wrote, servedFlag(flag, configuration)) === 'edited')) {
    throw new Problem(
      'changed_since',
      `Somebody has edited what the rollout wrote in ${run.environment}: that stands.`,
    );
  }
  return found;
}

export function placeOfRun({ environmentId, environment }: Run, projectId: number): EnvironmentPlace {
  return { projectId, environment: { id: environmentId, key: environment } };
}

/** Writes what a run wants its flag to be; whatever else the flag is stays as it is. */
export async function writeServed(
  tx: Tx,
  { flag, configuration: row, environment }: FlagInEnvironment,
  served: Served,
  ruleset: Ruleset | undefined,
): Promise<FlagWrite> {
  const { rules, fallthrough, run } = served;
  const next = { ...row, rules, fallthrough, run };
  const faults = ruleset === undefined ? [] : flagFaultsIn(servedFlag(flag, next), ruleset);
  if (faults.length > 0) throw invalid(faults);
  const salts = saltsOf(next, row.salts);
  await updateConfiguration(tx, { flagId: flag.id, environmentId: environment.id }, { rules, fallthrough, run, salts });
  const difference = differingFields(logConfiguration(row), logConfiguration(next)) ?? { before: {}, after: {} };
  const side = (fields: typeof difference.before) => asLogged({ environments: { [environment.key]: fields } });
  return {
    touched: { flags: [flag.key], segments: [] },
    before: side(difference.before),
    after: side(difference.after),
  };
}

export function rulesetOfRun(ground: Ground, { environmentId }: Run): Ruleset | undefined {
  return ground.before.get(environmentId);
}
