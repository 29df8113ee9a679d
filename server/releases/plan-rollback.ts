import type { Flag, Ruleset } from '@turnout/core';
import { canonicalJson } from '../changes/canonical.ts';
import { flagSizeFaults, nameFaults } from '../flags/check-flag.ts';
import { type Configuration, type FlagContent, logConfiguration, servedFlag } from '../flags/configuration.ts';
import { logSegment, servedSegment } from '../segments/segment.ts';
import type { SegmentContent } from '../segments/store.ts';
import type { FlagForm } from './release.ts';

/** What an environment was: the state to which it goes back. */
export interface Then {
  shedLevel: number;
  flags: ReadonlyMap<string, { form: FlagForm; killed: boolean }>;
  segments: ReadonlyMap<string, SegmentContent>;
}

/** A flag as it is now. */
export interface FlagNow {
  content: FlagContent;
  archived: boolean;
  /** With whatever a live run wrote of it. */
  configuration: Configuration;
  killed: boolean;
  /** What it would be at the anchor of the run that serves it now; undefined where none does. */
  anchored?: Configuration;
  /** It still is what a rollback made of it that came after the state to which it would go back. */
  rolledBackSince: boolean;
}

/** An environment under its lock. */
export interface Now {
  /** As it is served, with what live runs wrote. */
  ruleset: Ruleset;
  flags: ReadonlyMap<string, FlagNow>;
  segments: ReadonlyMap<string, SegmentContent>;
}

export type FlagPlan =
  | { effect: 'changed'; write: Configuration; because: string | null }
  /** It stays as it is. */
  | { effect: 'kept'; because: string }
  | { effect: 'same' };

export interface SegmentPlan {
  /** Null where there is none now. */
  before: SegmentContent | null;
  write: SegmentContent;
}

export interface RollbackPlan {
  /** By key, in its order. */
  flags: Map<string, FlagPlan>;
  /** Those that differ. */
  segments: Map<string, SegmentPlan>;
}

/**
 * What it takes to serve what an environment served then, but for the flags that somebody took from users since: a kill, an
 * off, the shed level and a rollback were each somebody's answer to something, and going back does not overrule them. What
 * does not fit any more, because it belongs to all environments or because something that it needs is gone, is kept and
 * says so.
 */
export function planRollback(then: Then, now: Now): RollbackPlan {
  const flags = new Map<string, FlagPlan>();
  const keys = [...new Set([...then.flags.keys(), ...now.flags.keys()])].sort();
  for (const key of keys) {
    // Nobody gets what is archived, and a release has no such flags: it is no part of either side.
    if (!then.flags.has(key) && now.flags.get(key)?.archived) continue;
    flags.set(key, planFlag(key, then, now));
  }
  const segments = planSegments(then, now);
  keepMisfits(flags, segments, now);
  return { flags, segments };
}

/** The same for one flag, by somebody who names it: that it was turned off or rolled back since is what they go back on. */
export function planFlagRollback(key: string, was: { form: FlagForm; killed: boolean }, now: Now): FlagPlan {
  const is = now.flags.get(key);
  if (is === undefined) return { effect: 'kept', because: 'It is not there any more.' };
  const flags = new Map([[key, misfit(is, was.form) ?? goBack(is, was, false)]]);
  keepMisfits(flags, new Map(), now);
  return flags.get(key) ?? { effect: 'same' };
}

function planFlag(key: string, then: Then, now: Now): FlagPlan {
  const [was, is] = [then.flags.get(key), now.flags.get(key)];
  if (is === undefined) return { effect: 'kept', because: 'It is not there any more.' };
  if (was === undefined) return planNew(is);
  const taken = misfit(is, was.form) ?? takenSince(is, was, then.shedLevel, now.ruleset.shedLevel);
  return taken ?? goBack(is, was, wasShedThen(is, was, then.shedLevel, now.ruleset.shedLevel));
}

/** What nobody had then nobody gets; its kill and its rules stay for whoever turns it on again. */
function planNew({ killed, configuration, anchored }: FlagNow): FlagPlan {
  if (killed) return { effect: 'kept', because: KILLED };
  if (configuration.state === 'off') return { effect: 'same' };
  const write = { ...(anchored ?? configuration), state: 'off' as const };
  return { effect: 'changed', write, because: 'It was made since, so it is turned off.' };
}

/** What belongs to the flag of the project is the same in all environments, so going back in one does not alter it. */
function misfit({ archived, content }: FlagNow, form: FlagForm): FlagPlan | undefined {
  if (archived) {
    return { effect: 'kept', because: 'It is archived, so nobody gets it: unarchive it first, then roll it back.' };
  }
  if (content.type !== form.content.type) {
    return { effect: 'kept', because: `It is of type ${content.type} now, and was of type ${form.content.type}.` };
  }
  const gone = Object.entries(form.content.variants).find(([name, value]) => {
    const there = Object.hasOwn(content.variants, name) ? content.variants[name] : undefined;
    return there === undefined || canonicalJson(there) !== canonicalJson(value);
  });
  if (gone === undefined) return undefined;
  return {
    effect: 'kept',
    because:
      `Its variant “${gone[0]}” is not what it was, and variants belong to all environments: ` +
      'put it back in the flag of the project first, then roll it back.',
  };
}

/** Whether somebody took it from users since, and that still holds. */
function takenSince(
  is: FlagNow,
  was: { form: FlagForm; killed: boolean },
  levelThen: number,
  levelNow: number,
): FlagPlan | undefined {
  if (is.killed && !was.killed) return { effect: 'kept', because: KILLED };
  if (is.configuration.state === 'off' && was.form.configuration.state === 'on') {
    return { effect: 'kept', because: 'It was turned off since.' };
  }
  if (isShedAt(is.configuration, levelNow) && !isShedAt(was.form.configuration, levelThen)) {
    return { effect: 'kept', because: 'It is shed since.' };
  }
  // A run that was begun after it is no part of that rollback.
  if (is.rolledBackSince && is.anchored === undefined) {
    return { effect: 'kept', because: 'It was rolled back since.' };
  }
  return undefined;
}

const KILLED = 'It was killed since: it stays so until somebody restores it.';

/** What it was, and where nobody got it then by a kill or by the shed level that hold no more, off instead. */
function goBack(is: FlagNow, was: { form: FlagForm; killed: boolean }, wasShed: boolean): FlagPlan {
  const { configuration } = was.form;
  const wasKilled = was.killed && !is.killed;
  const because =
    configuration.state === 'off' || !(wasKilled || wasShed)
      ? null
      : wasKilled
        ? 'It was killed then, and restored since: it is turned off.'
        : 'It was shed then: it is turned off.';
  const write = because === null ? configuration : { ...configuration, state: 'off' as const };
  if (is.anchored === undefined && isSameConfiguration(is.configuration, write)) return { effect: 'same' };
  return { effect: 'changed', write, because };
}

function wasShedThen(is: FlagNow, { form }: { form: FlagForm }, levelThen: number, levelNow: number): boolean {
  return isShedAt(form.configuration, levelThen) && !isShedAt(form.configuration, levelNow) && !is.killed;
}

const isShedAt = ({ shedAt }: Configuration, level: number) => shedAt !== null && level >= shedAt;

export const isSameConfiguration = (one: Configuration, other: Configuration) =>
  canonicalJson(logConfiguration(one)) === canonicalJson(logConfiguration(other));

function planSegments(then: Then, now: Now): Map<string, SegmentPlan> {
  const segments = new Map<string, SegmentPlan>();
  for (const [key, write] of then.segments) {
    const before = now.segments.get(key) ?? null;
    if (before !== null && canonicalJson(logSegment(before)) === canonicalJson(logSegment(write))) continue;
    segments.set(key, { before, write });
  }
  return segments;
}

/**
 * A flag whose old form names what is not there any more, or would wait for itself by way of one that is kept, is kept
 * too; and so is what that makes impossible, until what is left fits together. One that was off is turned off all the
 * same, as it now is: nothing that it names can stand before that.
 */
function keepMisfits(flags: Map<string, FlagPlan>, segments: ReadonlyMap<string, SegmentPlan>, now: Now): void {
  const turnedOff = new Set<string>();
  for (let isDone = false; !isDone; ) {
    isDone = true;
    const after = rulesetAfter(flags, segments, now);
    for (const [key, plan] of flags) {
      if (plan.effect !== 'changed' || turnedOff.has(key)) continue;
      const fault = faultOf(key, after);
      if (fault === undefined) continue;
      isDone = false;
      const from = now.flags.get(key)?.anchored ?? now.flags.get(key)?.configuration;
      if (plan.write.state === 'off' && from?.state === 'on') {
        turnedOff.add(key);
        const because = `It was off, so it is turned off. The rest of it does not fit any more: ${fault}.`;
        flags.set(key, { effect: 'changed', write: { ...from, state: 'off' }, because });
      } else flags.set(key, { effect: 'kept', because: `What it was does not fit any more: ${fault}.` });
    }
  }
}

function faultOf(key: string, after: Ruleset): string | undefined {
  const flag = Object.hasOwn(after.flags, key) ? after.flags[key] : undefined;
  const [fault] = flag === undefined ? [] : [...nameFaults(flag, after), ...flagSizeFaults(flag)];
  return fault && `${fault.path}: expected ${fault.expected}`;
}

/** The environment as it will be served once a plan is carried out, but for its revision. */
export function rulesetAfter(
  flags: ReadonlyMap<string, FlagPlan>,
  segments: ReadonlyMap<string, SegmentPlan>,
  { ruleset, flags: present }: Pick<Now, 'ruleset' | 'flags'>,
): Ruleset {
  const all = new Map<string, Flag>(Object.entries(ruleset.flags));
  for (const [key, plan] of flags) {
    const is = present.get(key);
    if (plan.effect !== 'changed' || is === undefined) continue;
    all.set(key, servedAs(key, is, plan.write));
  }
  const named = new Map(Object.entries(ruleset.segments));
  for (const [key, { write }] of segments) named.set(key, servedSegment(key, write));
  return { ...ruleset, flags: Object.fromEntries(all), segments: Object.fromEntries(named) };
}

/** A flag as it is served with another configuration, and without a run. */
export function servedAs(key: string, { content, killed }: FlagNow, configuration: Configuration): Flag {
  return servedFlag({ key, ...content }, { ...configuration, killed, run: null });
}
