import type { JsonValue } from '@turnout/core';
import { type Configuration, type FlagContent, logConfiguration, logFlag } from '../flags/configuration.ts';
import type { FlagInEnvironment } from '../flags/flag-store.ts';
import { logSegment } from '../segments/segment.ts';
import type { SegmentRow } from '../segments/store.ts';
import type { Outgoing } from './outgoing.ts';

/**
 * An environment in our own format: all that an author wrote, with the salts and slices, so that who imports it gives
 * every unit the same. Kills and live rollouts stay where they are.
 */
export function writeTurnout(flags: readonly FlagInEnvironment[], segments: readonly SegmentRow[]): Outgoing {
  const written = flags.map(({ flag, configuration }): [string, JsonValue] => {
    return [flag.key, writeStored(flag, configuration)];
  });
  const notes = flags.flatMap(({ flag, configuration }) => [
    ...(configuration.killed ? [{ flag: flag.key, note: 'it is killed here; a kill is not exported' }] : []),
    ...(configuration.run ? [{ flag: flag.key, note: 'a rollout of it is live here; rollouts are not exported' }] : []),
  ]);
  return {
    document: {
      format: 'turnout',
      version: 1,
      flags: Object.fromEntries(written),
      segments: Object.fromEntries(segments.map((row) => [row.key, logSegment(row)])),
    },
    notExported: [],
    notes,
  };
}

/** A flag as it stands in such a document. */
export function writeStored(content: FlagContent, configuration: Configuration): { [field: string]: JsonValue } {
  const { archived: _archived, ...fields } = logFlag({ ...content, archived: false });
  return { ...fields, ...logConfiguration(configuration) };
}
