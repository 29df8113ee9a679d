import type { Flag, Ruleset } from '@turnout/core';
import { direction } from '../changes/direction.ts';
import type { Configuration } from '../flags/configuration.ts';
import { type FlagPlan, type Now, servedAs } from './plan-rollback.ts';

export interface RollbackSplit {
  /** What may be written at once: each of them goes towards safe, or is a run that goes back to its anchor. */
  atOnce: Map<string, Configuration>;
  /** Flags of which something has to wait. */
  waits: Set<string>;
}

/**
 * Takes apart what goes towards safe by itself and what grows. A flag whose old form is off is turned off at once, even
 * where the rest of that form has to wait; and one that is rolled out goes back to the run's anchor at once, for that is
 * what a run's own rollback does. Segments wait: whom they gain or lose is not to be decided from outside.
 */
export function splitRollback(flags: ReadonlyMap<string, FlagPlan>, now: Now): RollbackSplit {
  const split: RollbackSplit = { atOnce: new Map(), waits: new Set() };
  const neededBy = usersOf(now.ruleset);
  for (const [key, plan] of flags) {
    const is = now.flags.get(key);
    if (plan.effect !== 'changed' || is === undefined) continue;
    const from = is.anchored ?? is.configuration;
    const side = (configuration: Configuration) =>
      among(now.ruleset, servedAs(key, is, configuration), neededBy.get(key) ?? []);
    if (direction(side(from), side(plan.write)) !== 'growing') {
      split.atOnce.set(key, plan.write);
      continue;
    }
    split.waits.add(key);
    if (plan.write.state === 'off' && from.state === 'on') split.atOnce.set(key, { ...from, state: 'off' });
    else if (is.anchored !== undefined) split.atOnce.set(key, is.anchored);
  }
  return split;
}

/** A flag among those that need it, which is all that its direction depends on. */
function among(ruleset: Ruleset, flag: Flag, users: readonly Flag[]): Ruleset {
  const flags = Object.fromEntries([...users.map((one): [string, Flag] => [one.key, one]), [flag.key, flag]]);
  return { ...ruleset, flags };
}

function usersOf({ flags }: Ruleset): Map<string, Flag[]> {
  const users = new Map<string, Flag[]>();
  for (const flag of Object.values(flags)) {
    for (const { flag: needed } of flag.prerequisites) users.set(needed, [...(users.get(needed) ?? []), flag]);
  }
  return users;
}
