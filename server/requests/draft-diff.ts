import { diffRulesets, type Flag, type Ruleset } from '@turnout/core';
import { canonicalJson, sha256 } from '../changes/canonical.ts';
import type { StartedRollout } from '../changes/door.ts';
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

/** Why it comes to something else than it did, as far as that shows in a sentence; undefined where it is the same. */
export function sayMoved(
  was: Record<string, EnvironmentDiff>,
  is: Record<string, EnvironmentDiff>,
): string | undefined {
  if (sameDiff(was, is)) return undefined;
  const [old, now] = [was, is].map((diff) => Object.values(diff).flatMap(({ rollouts }) => rollouts ?? []));
  const said = (now ?? []).flatMap((rollout) => {
    const before = old?.find((one) => one.flag === rollout.flag && one.target === rollout.target);
    return before === undefined ? [] : sayOtherwise(before, rollout);
  });
  return ['It would come to something else than what was looked at.', ...said].join(' ');
}

function sayOtherwise(was: StartedRollout, { flag, policy, actsBy }: StartedRollout): string[] {
  if (canonicalJson(was.policy) !== canonicalJson(policy)) {
    const [old, now] = [was.policy, policy].map(({ key, version }) => `${key} v${version}`);
    return [`The rollout of ${flag} would go by the policy ${now} now, and went by ${old}.`];
  }
  const names = [...new Set([...Object.keys(was.actsBy), ...Object.keys(actsBy)])].sort();
  const moved = names.filter((name) => was.actsBy[name] !== actsBy[name]).map((name) => name.replace('/', ' '));
  return moved.length === 0 ? [] : [`What the rollout of ${flag} acts by was changed since: ${moved.join(', ')}.`];
}

export const sameDiff = (one: Record<string, EnvironmentDiff>, other: Record<string, EnvironmentDiff>): boolean =>
  canonicalJson(one) === canonicalJson(other);
