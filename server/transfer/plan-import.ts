import type { Flag, Ruleset } from '@turnout/core';
import { canonicalJson } from '../changes/canonical.ts';
import { flagSizeFaults, nameFaults } from '../flags/check-flag.ts';
import { type Configuration, logConfiguration, servedFlag } from '../flags/configuration.ts';
import type { FlagInEnvironment } from '../flags/flag-store.ts';
import { differingFields } from '../flags/log-flag-change.ts';
import type { FieldFault } from '../platform/problem.ts';
import { segmentFaults } from '../segments/check-segment.ts';
import { missingSegments } from '../segments/named-segments.ts';
import { logSegment, servedSegment } from '../segments/segment.ts';
import type { SegmentRow } from '../segments/store.ts';
import type { Incoming, IncomingFlag, IncomingSegment } from './incoming.ts';
import { type LeftOut, quote, type Remark } from './not-carried.ts';

/** What is there already, by key. */
export interface Present {
  flags: ReadonlyMap<string, FlagInEnvironment>;
  segments: ReadonlyMap<string, SegmentRow>;
}

export type Effect = 'created' | 'changed' | 'unchanged';

/** A flag that is imported, what comes of it, and its row where it has one. */
export interface PlannedFlag {
  flag: IncomingFlag;
  effect: Effect;
  present: FlagInEnvironment | undefined;
}

export interface PlannedSegment {
  segment: IncomingSegment;
  effect: Effect;
}

export interface Plan {
  flags: PlannedFlag[];
  segments: PlannedSegment[];
  notImported: LeftOut[];
  notes: Remark[];
  /** The environment's ruleset as it will be, but for its revision. */
  after: Ruleset;
}

/**
 * What an import comes to, given what is there: a new flag is made, and one that is there gets a new configuration in
 * this environment alone. What does not fit is left out, flag by flag, until nothing that is left names what is not
 * there.
 */
export function planImport(incoming: Incoming, present: Present, before: Ruleset): Plan {
  const notImported = [...incoming.notImported];
  const notes = [...incoming.notes];
  const leaveOut = (flag: string, reason: string) => void notImported.push({ flag, reason });
  let flags = incoming.flags.filter((flag) => {
    const reason = reasonAgainst(flag, present.flags.get(flag.key));
    if (reason !== undefined) leaveOut(flag.origin, reason);
    return reason === undefined;
  });
  let segments = incoming.segments;
  for (;;) {
    const after = rulesetAfter(before, flags, segments, present);
    const bad = new Set<unknown>();
    for (const segment of segments) {
      const fault = segmentFault(segment, after);
      if (fault) bad.add(segment) && leaveOut(`segment ${segment.key}`, describeFault(fault));
    }
    for (const flag of flags) {
      const fault = flagFault(flag, after);
      if (fault) bad.add(flag) && leaveOut(flag.origin, describeFault(fault));
    }
    if (bad.size === 0) {
      noteDifferences(flags, present, notes);
      return {
        flags: plannedFlags(flags, present),
        segments: plannedSegments(segments, present),
        notImported,
        notes,
        after,
      };
    }
    flags = flags.filter((flag) => !bad.has(flag));
    segments = segments.filter((segment) => !bad.has(segment));
  }
}

/** Why a flag that is there already does not take what the document says; its variants belong to all environments. */
function reasonAgainst({ content }: IncomingFlag, present: FlagInEnvironment | undefined): string | undefined {
  if (present === undefined) return undefined;
  const { flag, configuration } = present;
  if (flag.archived) return 'its key belongs to an archived flag: unarchive that one, or rename this one';
  if (configuration.run !== null) return 'a rollout of it is live here: end that first';
  if (flag.type !== content.type)
    return `the flag that is there is one of type ${flag.type}, this one of ${content.type}`;
  const other = Object.keys(content.variants).find((name) => {
    return (
      !Object.hasOwn(flag.variants, name) ||
      canonicalJson(flag.variants[name]) !== canonicalJson(content.variants[name])
    );
  });
  if (other === undefined) return undefined;
  return `its variant ${quote(other)} is not in the flag that is there, or has another value: change it there first, or rename this one`;
}

function rulesetAfter(
  before: Ruleset,
  flags: readonly IncomingFlag[],
  segments: readonly IncomingSegment[],
  present: Present,
): Ruleset {
  const all = new Map(Object.entries(before.flags));
  for (const flag of flags) all.set(flag.key, servedAfter(flag, present.flags.get(flag.key)));
  const named = new Map(Object.entries(before.segments));
  for (const { key, content } of segments) named.set(key, servedSegment(key, content));
  return { ...before, flags: Object.fromEntries(all), segments: Object.fromEntries(named) };
}

/** As the environment will serve it: a kill stays, whatever is imported. */
function servedAfter({ key, content, configuration }: IncomingFlag, present: FlagInEnvironment | undefined): Flag {
  if (present === undefined) return servedFlag({ key, ...content }, { ...configuration, killed: false, run: null });
  return servedFlag(present.flag, { ...present.configuration, ...configuration });
}

function segmentFault({ key, content }: IncomingSegment, after: Ruleset): FieldFault | undefined {
  const segment = servedSegment(key, content);
  const missing = segment.if === undefined ? [] : missingSegments(segment.if, '/if', after.segments);
  return [...segmentFaults(segment), ...missing][0];
}

function flagFault({ key }: IncomingFlag, after: Ruleset): FieldFault | undefined {
  const flag = after.flags[key];
  return flag && [...flagSizeFaults(flag), ...nameFaults(flag, after)][0];
}

function describeFault({ path, expected }: FieldFault): string {
  return `${path}: expected ${expected}`;
}

/** What of a flag that is there is not touched by an import into one environment. */
function noteDifferences(flags: readonly IncomingFlag[], { flags: present }: Present, notes: Remark[]): void {
  for (const { key, origin, content } of flags) {
    const there = present.get(key);
    if (there === undefined) continue;
    if (canonicalJson(there.flag.metadata) !== canonicalJson(content.metadata)) {
      notes.push({ flag: origin, note: 'its metadata stays as it is: it belongs to all environments' });
    }
    if (there.configuration.killed) notes.push({ flag: origin, note: 'it is killed here, and stays so until restore' });
  }
}

function plannedFlags(flags: readonly IncomingFlag[], { flags: rows }: Present): PlannedFlag[] {
  return flags.map((flag) => {
    const present = rows.get(flag.key);
    const effect = present === undefined ? 'created' : changeOf(present, flag.configuration) ? 'changed' : 'unchanged';
    return { flag, effect, present };
  });
}

/** What changes in a configuration, as the log keeps it; undefined where nothing does. */
export function changeOf(present: FlagInEnvironment, configuration: Configuration) {
  return differingFields(logConfiguration(present.configuration), logConfiguration(configuration));
}

function plannedSegments(segments: readonly IncomingSegment[], { segments: rows }: Present): PlannedSegment[] {
  return segments.map((segment) => {
    const row = rows.get(segment.key);
    if (row === undefined) return { segment, effect: 'created' };
    const same = canonicalJson(logSegment(row)) === canonicalJson(logSegment(segment.content));
    return { segment, effect: same ? 'unchanged' : 'changed' };
  });
}
