import type { EnvironmentPlace } from '../access/asking.ts';
import type { Db } from '../database/connect.ts';
import { liveFlagsIn } from '../flags/flag-store.ts';
import { findSegments } from '../segments/store.ts';
import type { Outgoing } from './outgoing.ts';
import { writeFlagd } from './write-flagd.ts';
import { writeTurnout } from './write-turnout.ts';

/** What an environment is, as a document of the format. Archived flags stay where they are. */
export async function exportFlags(
  db: Db,
  { projectId, environment }: EnvironmentPlace,
  format: 'flagd' | 'turnout',
): Promise<Outgoing> {
  const flags = await liveFlagsIn(db, projectId, environment.id);
  if (format === 'flagd') return writeFlagd(flags);
  return writeTurnout(flags, await findSegments(db, environment.id));
}
