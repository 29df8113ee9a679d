import type { Ruleset } from '@turnout/core';
import { sha256 } from '../changes/canonical.ts';
import type { Base } from './base.ts';
import type { JournalEntry } from './served.ts';

/**
 * The kills in force in a history that the database lost, as entries to be laid over the history that it has now. Each
 * node that saw the lost epoch makes the same id for the same flag, so that they are recorded once, and one that wakes
 * up later finds its entry settled.
 */
export function carriedKills(lost: Base, now: Ruleset, at: Date): JournalEntry[] {
  const { epoch } = lost.ruleset;
  return Object.values(lost.ruleset.flags)
    .filter((flag) => flag.killed === true && isServedAlive(now, flag.key))
    .map((flag) => ({
      kind: 'kill',
      id: sha256('carried kill', `${lost.environmentId}\n${epoch}\n${flag.key}`).slice(0, 32),
      epoch,
      flag: flag.key,
      at: at.toISOString(),
      environmentId: lost.environmentId,
      actor: 'node',
      reason: `It was killed at ${lost.position}, which the database no longer has: the kill is carried over.`,
    }));
}

function isServedAlive(ruleset: Ruleset, key: string): boolean {
  return Object.hasOwn(ruleset.flags, key) && ruleset.flags[key]?.killed !== true;
}
