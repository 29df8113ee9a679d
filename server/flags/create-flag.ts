import type { Asking } from '../access/asking.ts';
import type { Committed, Ground, Work } from '../changes/door.ts';
import type { Tx } from '../database/connect.ts';
import { escapePointer } from '../platform/json-pointer.ts';
import { type FieldFault, invalid, Problem } from '../platform/problem.ts';
import { rulesetOf } from '../segments/change-segment.ts';
import { configurationFaults } from './check-configuration.ts';
import { flagFaultsIn } from './check-flag.ts';
import { variantFaults } from './check-variants.ts';
import {
  asWritten,
  type FlagContent,
  type FlagRow,
  initialConfiguration,
  logConfiguration,
  logFlag,
  servedFlag,
} from './configuration.ts';
import type { ConfigurationPatch, NewFlag } from './contract.ts';
import { inEveryEnvironment, readFlag } from './edit-flag.ts';
import type { FlagParts } from './flag-place.ts';
import { findFlag, insertConfiguration, insertFlag } from './flag-store.ts';
import { asLogged, type LoggedFields } from './log-flag-change.ts';
import { newNames } from './names.ts';
import { patchConfiguration } from './patch-configuration.ts';
import { type Names, type PlannedConfiguration, planConfiguration } from './plan-configuration.ts';

/** Makes a flag in every environment of a project: off, but where the author says otherwise. */
export async function createFlag(
  parts: FlagParts,
  asking: Asking,
  projectId: number,
  wanted: NewFlag,
): Promise<Committed<FlagRow>> {
  const change = { action: 'flag.create', subject: `flag/${wanted.key}` };
  return inEveryEnvironment(parts, asking, projectId, change, true, createWork(projectId, wanted));
}

/** The same inside of a change that may carry more. `names` are those of what is new in it. */
export function createWork(projectId: number, wanted: NewFlag, names: Names = newNames): Work<FlagRow> {
  const { key, environments: wishes = {} } = wanted;
  const content = readFlag(wanted);
  requireVariants(wanted, content);
  return async (tx, ground) => {
    await requireFree(tx, projectId, key);
    const known = new Map([...ground.environments.values()].map((environment) => [environment.key, environment.id]));
    const faults: FieldFault[] = Object.keys(wishes)
      .filter((name) => !known.has(name))
      .map((name) => unknownEnvironment(name, [...known.keys()]));
    const plans = new Map<string, PlannedConfiguration>();
    for (const [environment, id] of known) {
      const wish = Object.hasOwn(wishes, environment) ? wishes[environment] : undefined;
      const planned = planNew(key, content, wish ?? {}, { ground, environmentId: id, names });
      if (Array.isArray(planned)) faults.push(...planned.map((fault) => under(environment, fault)));
      else plans.set(environment, planned);
    }
    if (faults.length > 0) throw invalid(faults);

    const row = await insertFlag(tx, { projectId, key, ...content });
    const logged: { [environment: string]: LoggedFields } = {};
    for (const [environment, { configuration, salts }] of plans) {
      await insertConfiguration(
        tx,
        { flagId: row.id, environmentId: known.get(environment) ?? 0 },
        configuration,
        salts,
      );
      logged[environment] = logConfiguration(configuration);
    }
    return {
      result: row,
      touched: { flags: [key], segments: [] },
      before: null,
      after: asLogged({ flag: logFlag(row), environments: logged }),
    };
  };
}

/** What a new flag is in one environment, or what is wrong with what its author wants there. */
function planNew(
  key: string,
  content: FlagContent,
  wish: ConfigurationPatch,
  { ground, environmentId, names }: { ground: Ground; environmentId: number; names: Names },
): PlannedConfiguration | FieldFault[] {
  const initial = initialConfiguration(content.variants);
  const wanted = patchConfiguration(asWritten(initial), wish);
  const faults = configurationFaults(wanted, content.variants);
  if (faults.length > 0) return faults;
  const planned = planConfiguration(wanted, undefined, {}, names);
  const flag = servedFlag({ key, ...content }, { ...planned.configuration, killed: false, run: null });
  const inside = flagFaultsIn(flag, rulesetOf(ground, environmentId));
  return inside.length > 0 ? inside : planned;
}

/** Only a boolean has variants of its own; any other type says what its values are. */
function requireVariants(wanted: NewFlag, content: FlagContent): void {
  if (wanted.variants === undefined && wanted.type !== 'boolean') {
    const expected = `variants with values of the type ${wanted.type}, such as {"a": …, "b": …}`;
    throw invalid([{ path: '/variants', code: 'required', expected }]);
  }
  const faults = variantFaults(content.type, content.variants, '/variants');
  if (faults.length > 0) throw invalid(faults);
}

async function requireFree(tx: Tx, projectId: number, key: string): Promise<void> {
  const other = await findFlag(tx, projectId, key);
  if (!other) return;
  throw new Problem(
    'duplicate',
    other.archived
      ? `The key ${key} belongs to an archived flag. Unarchive that one, or take another key.`
      : `There is a flag ${key} in this project already.`,
    { errors: [{ path: '/key', code: 'duplicate', expected: 'a key that no flag of this project ever had' }] },
  );
}

function unknownEnvironment(name: string, known: readonly string[]): FieldFault {
  const path = `/environments/${escapePointer(name)}`;
  return { path, code: 'unknown_environment', expected: `an environment of this project: ${known.join(', ')}` };
}

function under(environment: string, fault: FieldFault): FieldFault {
  const path = `/environments/${escapePointer(environment)}`;
  return { ...fault, path: fault.path === '/' ? path : `${path}${fault.path}` };
}
