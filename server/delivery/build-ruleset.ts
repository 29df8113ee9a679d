import type { Flag, Ruleset, Segment, ShedLevel } from '@turnout/core';
import type { LockedEnvironment, Touched } from '../changes/door.ts';

/** What of an environment's row stands in its ruleset. */
export type RulesetFrame = Pick<LockedEnvironment, 'projectKey' | 'key' | 'epoch' | 'revision' | 'shedLevel'>;

/** A ruleset out of an environment's row and everything that belongs to it, keys in the order of their code units. */
export function buildRuleset(environment: RulesetFrame, flags: readonly Flag[], segments: readonly Segment[]): Ruleset {
  return {
    schema: 1,
    project: environment.projectKey,
    environment: environment.key,
    epoch: environment.epoch,
    revision: environment.revision,
    view: 'main',
    shedLevel: environment.shedLevel as ShedLevel,
    flags: byKey(flags),
    segments: byKey(segments),
  };
}

/**
 * The ruleset after a change: what was touched is taken from `flags` and `segments` (one that was touched and is not
 * among them is gone), and everything else keeps its identity, so that `compile` and `diffRulesets` skip it.
 */
export function rebuildRuleset(
  environment: RulesetFrame,
  before: Ruleset,
  touched: Touched,
  flags: readonly Flag[],
  segments: readonly Segment[],
): Ruleset {
  return {
    ...buildRuleset(environment, [], []),
    flags: replaceTouched(before.flags, touched.flags, flags),
    segments: replaceTouched(before.segments, touched.segments, segments),
  };
}

function replaceTouched<T extends { key: string }>(
  before: Record<string, T>,
  touched: readonly string[],
  now: readonly T[],
): Record<string, T> {
  if (touched.length === 0) return before;
  const gone = new Set(touched);
  const kept = Object.values(before).filter((one) => !gone.has(one.key));
  return byKey([...kept, ...now]);
}

/** Keys begin with a letter, a digit or `_` and `__proto__` is no key, so a plain object is safe to fill. */
function byKey<T extends { key: string }>(all: readonly T[]): Record<string, T> {
  const sorted = [...all].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return Object.fromEntries(sorted.map((one) => [one.key, one]));
}
