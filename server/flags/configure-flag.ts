import type { Ruleset } from '@turnout/core';
import { type Asking, type EnvironmentPlace, orderOf } from '../access/asking.ts';
import { commitChange } from '../changes/commit-change.ts';
import type { ChangeReceipt, Work } from '../changes/door.ts';
import type { Tx } from '../database/connect.ts';
import { withResult } from '../platform/committed.ts';
import { invalid } from '../platform/problem.ts';
import { requireExpected } from '../platform/version.ts';
import { rulesetOf } from '../segments/change-segment.ts';
import { configurationFaults } from './check-configuration.ts';
import { flagFaultsIn } from './check-flag.ts';
import { asWritten, type Configuration, logConfiguration, servedFlag, showConfiguration } from './configuration.ts';
import type { ConfigurationIn, ConfigurationPatch } from './contract.ts';
import { type FlagParts, nothingChanged, requireFlagIn, requireLive } from './flag-place.ts';
import { type FlagInEnvironment, updateConfiguration } from './flag-store.ts';
import { asLogged, differingFields } from './log-flag-change.ts';
import { newNames } from './names.ts';
import { patchConfiguration } from './patch-configuration.ts';
import { type Names, planConfiguration } from './plan-configuration.ts';
import { settleRun } from './run-after.ts';

/** A flag in an environment after a change, and what came with it. */
export interface Configured {
  now: FlagInEnvironment;
  moved: Record<string, number>;
  /** What became by it of a rollout’s rule for its audience. */
  rollout?: string;
  change?: ChangeReceipt;
}

/** PUT: everything is as it is written, and what is left out is gone. */
export const replaceConfiguration = (
  parts: FlagParts,
  asking: Asking,
  place: EnvironmentPlace,
  key: string,
  wanted: ConfigurationIn,
) => configureFlag(parts, asking, place, key, () => wanted);

/** PATCH: what is left out stays. */
export const editConfiguration = (
  parts: FlagParts,
  asking: Asking,
  place: EnvironmentPlace,
  key: string,
  patch: ConfigurationPatch,
) => configureFlag(parts, asking, place, key, (now) => patchConfiguration(now, patch), targetNamed(patch));

/** The place whose serve a patch sets, be it to what it is already. */
export const targetNamed = ({ fallthrough }: ConfigurationPatch): string | undefined =>
  fallthrough === undefined ? undefined : 'fallthrough';

/** Changes what a flag is in one environment. Whether it is killed is not asked and not touched. */
async function configureFlag(
  parts: FlagParts,
  asking: Asking,
  place: EnvironmentPlace,
  key: string,
  next: (now: ConfigurationIn) => ConfigurationIn,
  named?: string,
): Promise<Configured> {
  const { projectId, environment } = place;
  const committed = await commitChange<Omit<Configured, 'change'>>(
    parts.door,
    {
      ...orderOf(asking),
      ...{ projectId, environmentIds: [environment.id], action: 'flag.configure', subject: `flag/${key}` },
    },
    configureWork(place, key, next, asking.expected, { names: newNames, named }),
  );
  const { result, change } = await withResult(committed, async () => ({
    now: await requireFlagIn(parts.door.db, place, key),
    moved: {},
  }));
  return { ...result, ...(change ? { change } : {}) };
}

/**
 * The same inside of a change that may carry more. `names` are those of what is new in it, and `named` is the place whose
 * serve is set, be it to what it is already.
 */
export function configureWork(
  place: EnvironmentPlace,
  key: string,
  next: (now: ConfigurationIn) => ConfigurationIn,
  expected: number | undefined,
  { names, named }: { names: Names; named?: string | undefined },
): Work<Omit<Configured, 'change'>> {
  const { environment } = place;
  return async (tx, ground) => {
    const before = await requireFlagIn(tx, place, key);
    const { flag, configuration: row } = before;
    requireLive(flag);
    requireExpected(expected, row.version, showConfiguration(flag, row, before.environment));
    const wanted = next(asWritten(row));
    requireSound(configurationFaults(wanted, flag.variants));
    const { configuration: planned, salts, moved } = planConfiguration(wanted, row, row.salts, names);
    const { rules, told } = settleRun(row.run, row, planned, named);
    const configuration = { ...planned, rules };
    const difference = differingFields(logConfiguration(row), logConfiguration(configuration));
    if (difference === undefined) return nothingChanged({ now: before, moved: {} });
    const now = await writeConfiguration(tx, before, configuration, salts, rulesetOf(ground, environment.id));
    return {
      result: { now, moved, ...(told === undefined ? {} : { rollout: told }) },
      touched: { flags: [key], segments: [] },
      before: asLogged({ environments: { [environment.key]: difference.before } }),
      after: asLogged({ environments: { [environment.key]: difference.after } }),
    };
  };
}

/**
 * Writes a configuration that was held against everything else of its environment; throws 422 where it does not fit. A run's rule
 * for its audience goes the way of its target.
 */
export async function writeConfiguration(
  tx: Tx,
  { flag, configuration: row, environment }: FlagInEnvironment,
  configuration: Configuration,
  salts: Record<string, string>,
  ruleset: Ruleset,
): Promise<FlagInEnvironment> {
  const { run, rules } = settleRun(row.run, row, configuration);
  const next = { ...configuration, rules, run };
  requireSound(flagFaultsIn(servedFlag(flag, { ...row, ...next }), ruleset));
  const place = { flagId: flag.id, environmentId: environment.id };
  return { flag, environment, configuration: await updateConfiguration(tx, place, { ...next, salts }) };
}

function requireSound(faults: Parameters<typeof invalid>[0]): void {
  if (faults.length > 0) throw invalid(faults);
}
