import type { Condition, Flag, Ruleset } from '@turnout/core';
import { diffRulesets } from '@turnout/core';

/**
 * The flags of which somebody may get something else by a change: those that changed, those that name a segment that
 * changed, those that are shed or not any more, and those that have one of them as a prerequisite.
 */
export function flagsReached(before: Ruleset, after: Ruleset): string[] {
  const patch = diffRulesets(before, after, []);
  const segments = new Set([...Object.keys(patch.segments), ...patch.removedSegments]);
  const reached = new Set([...Object.keys(patch.flags), ...patch.removedFlags]);
  const sides = [before, after];
  spread(segments, sides.flatMap(segmentsNaming));
  for (const { flags } of sides) {
    for (const flag of Object.values(flags)) {
      if (namedByRules(flag).some((key) => segments.has(key)) || isShedBy(flag, before, after)) reached.add(flag.key);
    }
  }
  spread(reached, sides.flatMap(flagsNeeding));
  return [...reached].sort();
}

/** A thing and what it depends on. */
export interface Depends {
  key: string;
  on: readonly string[];
}

const segmentsNaming = ({ segments }: Ruleset): Depends[] =>
  Object.values(segments).map(({ key, if: condition }) => ({ key, on: condition ? namedIn(condition) : [] }));

const flagsNeeding = ({ flags }: Ruleset): Depends[] =>
  Object.values(flags).map(({ key, prerequisites = [] }) => ({ key, on: prerequisites.map(({ flag }) => flag) }));

/** Adds whatever depends on what is in the set, until nothing more comes. */
export function spread(reached: Set<string>, all: readonly Depends[]): void {
  let before = -1;
  while (reached.size !== before) {
    before = reached.size;
    for (const { key, on } of all) if (on.some((one) => reached.has(one))) reached.add(key);
  }
}

const namedByRules = ({ rules = [] }: Flag): string[] => rules.flatMap((rule) => namedIn(rule.if));

function namedIn(condition: Condition): string[] {
  if ('segment' in condition) return [condition.segment];
  if ('not' in condition) return namedIn(condition.not);
  if ('all' in condition) return condition.all.flatMap(namedIn);
  return 'any' in condition ? condition.any.flatMap(namedIn) : [];
}

function isShedBy({ shedAt }: Flag, before: Ruleset, after: Ruleset): boolean {
  return shedAt !== undefined && before.shedLevel >= shedAt !== after.shedLevel >= shedAt;
}
