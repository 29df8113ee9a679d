import type { JsonValue } from '@turnout/core';
import { canonicalJson } from '../changes/canonical.ts';
import type { Ground } from '../changes/door.ts';
import { requireUnchanged } from '../changes/require-unchanged.ts';
import type { LoggedChange, Undoer, Undone } from '../changes/undoer.ts';
import type { Db, Tx } from '../database/connect.ts';
import { keepFrozenTags } from '../environments/keep-frozen-tags.ts';
import { Problem } from '../platform/problem.ts';
import { rulesetOf } from '../segments/change-segment.ts';
import { setArchived } from './archive-flag.ts';
import { type Configuration, type FlagContent, type FlagRow, logConfiguration, logFlag } from './configuration.ts';
import { writeConfiguration } from './configure-flag.ts';
import { requireAllLocked, requireFits } from './edit-flag.ts';
import { requireLive } from './flag-place.ts';
import { environmentsOf, type FlagInEnvironment, findFlag, flagsInEnvironments, updateFlag } from './flag-store.ts';
import { keepHeardTags } from './keep-heard-tags.ts';
import { asLogged, type LoggedFields, type LoggedSide, pickFields, readSide } from './log-flag-change.ts';
import { saltsOf } from './plan-configuration.ts';

/** Puts a flag back as it was before a change. A flag that was made is archived, for its key stays taken. */
export const flagUndoer: Undoer = { kind: 'flag', environments: environmentsToLock, undo: undoFlagChange };

/** An environment that was made since has the flag too, and shows what belongs to the flag of the project. */
async function environmentsToLock(db: Db, change: LoggedChange): Promise<number[]> {
  const altersAll = change.environments.length > 0 && readSide(change.after)?.flag !== undefined;
  const environments = altersAll ? await environmentsOf(db, change.projectId) : change.environments;
  return environments.map(({ id }) => id);
}

async function undoFlagChange(tx: Tx, change: LoggedChange, ground: Ground): Promise<Undone> {
  const after = readSide(change.after);
  const row = await findFlag(tx, change.projectId, change.key);
  if (!row || after === undefined) throw new Problem('not_found', 'There is no such flag in this project.');
  const places = await flagsInEnvironments(tx, change.projectId, [row.id]);
  requireUnchanged(change, sideLike(after, row, places));
  const before = readSide(change.before) ?? { flag: { archived: true } };
  let from: LoggedSide = change.before === null ? { flag: { archived: false } } : after;
  let to = before;
  if (before.flag) {
    if (ground.before.size > 0) await requireAllLocked(tx, change.projectId, ground);
    await putBackFlag(tx, row, before.flag, ground);
  }
  for (const [environment, fields] of Object.entries(before.environments ?? {})) {
    const place = places.find((one) => one.environment.key === environment);
    if (place === undefined) continue;
    const { rules } = await putBackConfiguration(tx, place, fields, ground);
    if ('rules' in fields || canonicalJson(rules) === canonicalJson(place.configuration.rules)) continue;
    // The rule that a rollout had put there went the way of its target.
    from = withRules(from, environment, place.configuration);
    to = withRules(to, environment, { ...place.configuration, rules });
  }
  return {
    touched: { flags: [change.key], segments: [] },
    before: asLogged(from),
    after: asLogged(to),
  };
}

function withRules(side: LoggedSide, environment: string, configuration: Configuration): LoggedSide {
  const fields = { ...side.environments?.[environment], ...pickFields(logConfiguration(configuration), ['rules']) };
  return { ...side, environments: { ...side.environments, [environment]: fields } };
}

/** The flag as it is now, in the form of one side of an entry. */
function sideLike(side: LoggedSide, row: FlagRow, places: readonly FlagInEnvironment[]): JsonValue {
  const like: LoggedSide = {};
  if (side.flag) like.flag = pickFields(logFlag(row), Object.keys(side.flag));
  if (side.environments) {
    const shown = Object.entries(side.environments).flatMap(([environment, fields]): [string, LoggedFields][] => {
      const place = places.find((one) => one.environment.key === environment);
      return place ? [[environment, pickFields(logConfiguration(place.configuration), Object.keys(fields))]] : [];
    });
    like.environments = Object.fromEntries(shown);
  }
  return asLogged(like);
}

async function putBackFlag(tx: Tx, row: FlagRow, fields: LoggedFields, ground: Ground): Promise<void> {
  const { archived, ...content } = fields;
  if (typeof archived === 'boolean' && archived !== row.archived) await setArchived(tx, row, archived, ground);
  if (Object.keys(content).length === 0) return;
  requireLive(row);
  const before = { ...row, ...(content as Partial<FlagContent>) };
  requireFits(row, before, ground);
  const edited = { key: row.key, before: row.tags, after: before.tags };
  await keepFrozenTags(tx, row.projectId, edited, ground.now);
  await keepHeardTags(tx, row.projectId, edited);
  await updateFlag(tx, row.projectId, row.id, content as Partial<FlagContent>);
}

async function putBackConfiguration(
  tx: Tx,
  place: FlagInEnvironment,
  fields: LoggedFields,
  ground: Ground,
): Promise<Configuration> {
  requireLive(place.flag);
  const configuration = { ...place.configuration, ...(fields as Partial<Configuration>) };
  const { state, offVariant, prerequisites, rules, fallthrough, shedAt, maxStalenessMs, whenStale } = configuration;
  const written = { state, offVariant, prerequisites, rules, fallthrough, shedAt, maxStalenessMs, whenStale };
  const salts = saltsOf(configuration, place.configuration.salts);
  return (await writeConfiguration(tx, place, written, salts, rulesetOf(ground, place.environment.id))).configuration;
}
