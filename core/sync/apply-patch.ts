import { isObject } from '../evaluate/fault.ts';
import { formatPosition, parsePosition } from '../model/position.ts';
import type { Ruleset, Segment } from '../model/ruleset.ts';
import { changeList } from './members.ts';
import type { Patch, SegmentPatch } from './wire.ts';

/**
 * The ruleset at `patch.to`. What the patch does not name keeps its identity, so that `compile` reuses it, and fields
 * that this version does not know survive. Keys end up in the order of their code units wherever one came or went, which is
 * the order in which a server writes them. Throws when the patch does not begin where `base` is, or does not fit it:
 * whoever holds such a patch needs a whole ruleset.
 */
export function applyPatch(base: Ruleset, patch: Patch): Ruleset {
  const to = parsePosition(patch.to);
  if (to === undefined) throw new Error(`${patch.to} is no position`);
  if (patch.from !== formatPosition(base)) {
    throw new Error(`a patch from ${patch.from} does not fit a ruleset at ${formatPosition(base)}`);
  }
  const after: Ruleset = {
    ...base,
    epoch: to.epoch,
    revision: to.revision,
    flags: applyTo(base.flags, patch.removedFlags, Object.entries(patch.flags)),
    segments: applyTo(
      base.segments,
      patch.removedSegments,
      Object.entries(patch.segments).map(([key, change]) => [key, changeSegment(base, key, change)]),
    ),
  };
  return patch.shedLevel === undefined ? after : { ...after, shedLevel: patch.shedLevel };
}

function applyTo<T>(before: Record<string, T>, removed: readonly string[], changed: [string, T][]): Record<string, T> {
  if (removed.length === 0 && changed.length === 0) return before;
  // A Map and Object.fromEntries: a key called __proto__ is a key like any other.
  const after = new Map(Object.entries(before));
  for (const key of removed) after.delete(key);
  for (const [key, value] of changed) after.set(key, value);
  return Object.fromEntries([...after].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

function changeSegment(base: Ruleset, key: string, change: SegmentPatch): Segment {
  if ('whole' in change) return change.whole;
  const before = Object.hasOwn(base.segments, key) ? base.segments[key] : undefined;
  if (!isObject(before)) throw new Error(`members of segment ${key} changed, which is not there`);
  const { included, excluded } = change.members;
  return {
    ...before,
    ...(included && { included: changeList(before.included, included) }),
    ...(excluded && { excluded: changeList(before.excluded, excluded) }),
  };
}
