import type { JsonValue } from '@turnout/core';
import type { EnvironmentPlace } from '../access/asking.ts';
import type { Written } from '../changes/door.ts';
import type { Tx } from '../database/connect.ts';
import { type Configuration, logConfiguration } from '../flags/configuration.ts';
import { type FlagInEnvironment, updateConfiguration } from '../flags/flag-store.ts';
import { asLogged, differingFields } from '../flags/log-flag-change.ts';
import { saltsOf } from '../flags/plan-configuration.ts';
import type { SegmentFields } from '../segments/contract.ts';
import { logEdit, logSegment, readContent } from '../segments/segment.ts';
import { findSegment, insertSegment, removeSegment, updateSegment } from '../segments/store.ts';

/** What is written back, for the door and for the log. */
export type FormWrite = Pick<Written<unknown>, 'touched' | 'before' | 'after'>;

/**
 * Writes a configuration over what a flag is in an environment; a kill stays what it is. No run is on it afterwards: one
 * that lived must have been ended in the same change. What it names is not looked at: whoever writes it back has.
 */
export async function writeForm(
  tx: Tx,
  { flag, configuration: row, environment }: FlagInEnvironment,
  configuration: Configuration,
  run: null,
): Promise<FormWrite> {
  const salts = saltsOf(configuration, row.salts);
  await updateConfiguration(tx, { flagId: flag.id, environmentId: environment.id }, { ...configuration, run, salts });
  const difference = differingFields(logConfiguration(row), logConfiguration(configuration));
  const side = (fields: { [field: string]: JsonValue }) => asLogged({ environments: { [environment.key]: fields } });
  return {
    touched: { flags: [flag.key], segments: [] },
    before: side(difference?.before ?? {}),
    after: side(difference?.after ?? {}),
  };
}

/** Writes a segment back as the log keeps it, or takes it away where there was none. */
export async function writeSegmentForm(
  tx: Tx,
  { projectId, environment }: EnvironmentPlace,
  key: string,
  form: { [field: string]: JsonValue } | null,
): Promise<FormWrite> {
  const row = await findSegment(tx, environment.id, key);
  const content = form === null ? null : readContent(form as SegmentFields);
  const under = (side: JsonValue) => (side === null ? null : { environments: { [environment.key]: side } });
  if (content === null) {
    if (row !== undefined) await removeSegment(tx, environment.id, key);
  } else if (row === undefined) {
    await insertSegment(tx, { projectId, environmentId: environment.id, key }, content);
  } else {
    await updateSegment(tx, environment.id, key, content);
  }
  const sides =
    row !== undefined && content !== null
      ? logEdit(row, content)
      : { before: row === undefined ? null : logSegment(row), after: content === null ? null : logSegment(content) };
  return { touched: { flags: [], segments: [key] }, before: under(sides.before), after: under(sides.after) };
}
