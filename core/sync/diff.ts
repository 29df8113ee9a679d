import { isObject } from '../evaluate/fault.ts';
import { formatPosition } from '../model/position.ts';
import type { Flag, Ruleset, Segment } from '../model/ruleset.ts';
import { findListChange } from './members.ts';
import { isSameJson } from './same-json.ts';
import type { MemberChanges, Patch, SegmentPatch } from './wire.ts';

/** Below this many members a segment travels whole. */
const LARGE_SEGMENT = 64;

/**
 * What turns `before` into `after`, two places in the history of one environment. What is the same object on both sides
 * is skipped unread. Flags travel whole, and so do segments, except large ones of which only members changed. `settles`
 * names the overlay entries that `after` records. Urgent is what must not wait for anything: a flag that becomes killed,
 * entries that end, a shed level that rises.
 */
export function diffRulesets(before: Ruleset, after: Ruleset, settles: readonly string[]): Patch {
  const flags = changedOf(before.flags, after.flags);
  const segments = changedOf(before.segments, after.segments).map(
    ([key, segment]) => [key, segmentPatch(entryOf(before.segments, key), segment)] as const,
  );
  const patch: Patch = {
    from: formatPosition(before),
    to: formatPosition(after),
    flags: Object.fromEntries(flags),
    removedFlags: removedOf(before.flags, after.flags),
    segments: Object.fromEntries(segments),
    removedSegments: removedOf(before.segments, after.segments),
    settles: [...settles],
  };
  if (before.shedLevel !== after.shedLevel) patch.shedLevel = after.shedLevel;
  const kills = flags.some(([key, flag]) => isKilled(flag) && !isKilled(entryOf(before.flags, key)));
  if (kills || settles.length > 0 || after.shedLevel > before.shedLevel) patch.urgent = true;
  return patch;
}

function isKilled(flag: Flag | undefined): boolean {
  return isObject(flag) && flag.killed === true;
}

function entryOf<T>(record: Record<string, T>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function changedOf<T>(before: Record<string, T>, after: Record<string, T>): [string, T][] {
  if (before === after) return [];
  return Object.entries(after).filter(([key, value]) => !Object.hasOwn(before, key) || !isSameJson(before[key], value));
}

function removedOf(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  return before === after ? [] : Object.keys(before).filter((key) => !Object.hasOwn(after, key));
}

function segmentPatch(before: Segment | undefined, after: Segment): SegmentPatch {
  const members = before === undefined ? undefined : memberChanges(before, after);
  return members === undefined ? { whole: after } : { members };
}

/** The changes of the lists of a large segment of which nothing else changed, where a list can say them. */
function memberChanges(before: Segment, after: Segment): MemberChanges | undefined {
  if (!isObject(before) || !isObject(after)) return undefined;
  if (!Array.isArray(after.included) || !Array.isArray(after.excluded)) return undefined;
  if (after.included.length + after.excluded.length < LARGE_SEGMENT) return undefined;
  const { included, excluded } = after;
  if (!isSameJson({ ...before, included, excluded }, after)) return undefined;
  const changes: MemberChanges = {};
  let said = 0;
  for (const list of ['included', 'excluded'] as const) {
    if (isSameJson(before[list], after[list])) continue;
    const change = findListChange(before[list], after[list]);
    if (change === undefined) return undefined;
    changes[list] = change;
    said += change.added.length + change.removed.length;
  }
  return said <= (included.length + excluded.length) / 2 ? changes : undefined;
}
