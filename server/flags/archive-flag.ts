import type { Asking } from '../access/asking.ts';
import type { Committed, Ground, Work } from '../changes/door.ts';
import type { Tx } from '../database/connect.ts';
import { type FieldFault, Problem } from '../platform/problem.ts';
import { rulesetOf } from '../segments/change-segment.ts';
import { flagFaultsIn, flagUsers } from './check-flag.ts';
import { type FlagRow, servedFlag } from './configuration.ts';
import { inEveryEnvironment, requireFlagVersion } from './edit-flag.ts';
import { type FlagParts, nothingChanged, requireFlag } from './flag-place.ts';
import { flagsInEnvironments, updateFlag } from './flag-store.ts';
import { asLogged } from './log-flag-change.ts';

/**
 * Takes a flag out of every ruleset, or brings it back as it was, killed if it was killed. Its key stays taken, and
 * what it is in each environment stays where it is.
 */
export async function archiveFlag(
  parts: FlagParts,
  asking: Asking,
  projectId: number,
  key: string,
  archived: boolean,
): Promise<Committed<FlagRow>> {
  const change = { action: archived ? 'flag.archive' : 'flag.unarchive', subject: `flag/${key}` };
  return inEveryEnvironment(parts, asking, projectId, change, true, archiveWork(projectId, key, archived, asking));
}

/** The same inside of a change that may carry more. */
export function archiveWork(
  projectId: number,
  key: string,
  archived: boolean,
  believed: Pick<Asking, 'expected'>,
): Work<FlagRow> {
  return async (tx, ground) => {
    const row = await requireFlag(tx, projectId, key);
    await requireFlagVersion(tx, believed, row);
    if (row.archived === archived) return nothingChanged(row);
    return {
      result: await setArchived(tx, row, archived, ground),
      touched: { flags: [key], segments: [] },
      before: asLogged({ flag: { archived: row.archived } }),
      after: asLogged({ flag: { archived } }),
    };
  };
}

/** Writes it, where nothing stands in the way: on the way out what names the flag, on the way back what it names. */
export async function setArchived(tx: Tx, row: FlagRow, archived: boolean, ground: Ground): Promise<FlagRow> {
  if (archived) await requireUnnamed(tx, row, ground);
  else await requireComplete(tx, row, ground);
  return updateFlag(tx, row.projectId, row.id, { archived });
}

async function requireUnnamed(tx: Tx, row: FlagRow, ground: Ground): Promise<void> {
  const users = [...ground.before.values()].flatMap((ruleset) =>
    flagUsers(row.key, ruleset).map((user) => `${user} in ${ruleset.environment}`),
  );
  if (users.length > 0) {
    const named = users.slice(0, 20).join(', ');
    throw new Problem('flag_in_use', `The flag ${row.key} is a prerequisite of: ${named}. Take it out there first.`);
  }
  const places = await flagsInEnvironments(tx, row.projectId, [row.id]);
  const live = places.find(({ configuration }) => configuration.run !== null);
  if (live) {
    const detail = `A rollout of ${row.key} is live in ${live.environment.key}. End it first.`;
    throw new Problem('wrong_state', detail);
  }
}

/** What it names may be gone since; then it cannot come back as it was, and the answer says what is missing where. */
async function requireComplete(tx: Tx, row: FlagRow, ground: Ground): Promise<void> {
  const errors: FieldFault[] = [];
  for (const { configuration, environment } of await flagsInEnvironments(tx, row.projectId, [row.id])) {
    const faults = flagFaultsIn(servedFlag(row, configuration), rulesetOf(ground, environment.id));
    errors.push(...faults.map((fault) => ({ ...fault, path: `/environments/${environment.key}${fault.path}` })));
  }
  if (errors.length === 0) return;
  const detail = `The flag ${row.key} cannot come back as it was: what it names has gone since. Bring that back first.`;
  throw new Problem('wrong_state', detail, { errors });
}
