import { diffRulesets, type Flag, type Ruleset } from '@turnout/core';
import { canonicalJson, sha256 } from '../changes/canonical.ts';
import type { DraftItem, EnvironmentDiff } from './request.ts';

/** What turns one ruleset into another, as people read it: both sides of each flag and segment that differ. */
export function environmentDiff(before: Ruleset, after: Ruleset): EnvironmentDiff {
  const patch = diffRulesets(before, after, []);
  const sideOf = <T>(record: Record<string, T>, key: string): T | null =>
    Object.hasOwn(record, key) ? (record[key] ?? null) : null;
  const keys = (changed: object, removed: readonly string[]) => [...Object.keys(changed), ...removed].sort();
  return {
    flags: keys(patch.flags, patch.removedFlags).map((key) => ({
      ...{ key, before: sideOf<Flag>(before.flags, key), after: sideOf<Flag>(after.flags, key) },
    })),
    // Of thousands of members only those who come and go are shown.
    segments: keys(patch.segments, patch.removedSegments).map((key) => {
      const change = patch.segments[key];
      if (change !== undefined && 'members' in change) return { key, members: change.members };
      return { key, before: sideOf(before.segments, key), after: sideOf(after.segments, key) };
    }),
  };
}

/** What an approval is bound to: the draft, the places it was written against, and what it comes to. */
export function hashDraft(draft: {
  items: readonly DraftItem[];
  base: Record<string, string>;
  diff: Record<string, EnvironmentDiff>;
}): string {
  return sha256(canonicalJson({ items: draft.items, base: draft.base, diff: draft.diff }));
}

export const sameDiff = (one: Record<string, EnvironmentDiff>, other: Record<string, EnvironmentDiff>): boolean =>
  canonicalJson(one) === canonicalJson(other);
