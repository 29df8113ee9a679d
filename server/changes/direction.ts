import type { Flag, Rule, Ruleset, Serve, Slice, Split } from '@turnout/core';
import { canonicalJson } from './canonical.ts';
import type { Direction } from './door.ts';

/**
 * Which way a change goes: computed from two rulesets, never taken from the verb. Safe only if for every flag it does
 * nothing but set `off` or `killed`, raise the shed level, or let the offVariant gain. Whatever cannot be decided is
 * growing.
 */
export function direction(before: Ruleset, after: Ruleset): Direction {
  const sameShed = before.shedLevel === after.shedLevel;
  const sameFlags = isSame(before.flags, after.flags);
  const sameSegments = isSame(before.segments, after.segments);
  if (sameShed && sameFlags && sameSegments) return 'none';
  if (!sameSegments || after.shedLevel < before.shedLevel) return 'growing';
  const keys = Object.keys(before.flags);
  if (keys.length !== Object.keys(after.flags).length) return 'growing';
  const isWanted = wantedIn(before);
  for (const key of keys) {
    const was = before.flags[key];
    const is = Object.hasOwn(after.flags, key) ? after.flags[key] : undefined;
    if (was === undefined || is === undefined) return 'growing';
    if (was !== is && !isTowardsSafe(was, is, isWanted)) return 'growing';
  }
  return 'safe';
}

/** What a change did not touch is the same object in both, and is not read: a flip among 10,000 flags costs what it is. */
function isSame(before: Record<string, unknown>, after: Record<string, unknown>): boolean {
  if (before === after) return true;
  const keys = Object.keys(before);
  if (keys.length !== Object.keys(after).length) return false;
  return keys.every((key) => {
    const [was, is] = [before[key], Object.hasOwn(after, key) ? after[key] : undefined];
    return was === is || (is !== undefined && canonicalJson(was) === canonicalJson(is));
  });
}

function isTowardsSafe(was: Flag, is: Flag, isWanted: (key: string, variant: string) => boolean): boolean {
  if (was.state === 'off' && is.state === 'on') return false;
  if (was.killed && !is.killed) return false;
  if (canonicalJson(unserved(was)) !== canonicalJson(unserved(is))) return false;
  if (was.rules.length !== is.rules.length) return false;
  const pairs: [Serve, Serve][] = [[was.fallthrough, is.fallthrough]];
  for (let i = 0; i < was.rules.length; i++) {
    const [a, b] = [was.rules[i], is.rules[i]];
    if (a === undefined || b === undefined || !sameQuestion(a, b)) return false;
    pairs.push([a.serve, b.serve]);
  }
  const changed = pairs.filter(([a, b]) => canonicalJson(a) !== canonicalJson(b));
  if (changed.length === 0) return true;
  const off = was.offVariant;
  if (off === null || !changed.every(([a, b]) => gainsOnly(a, b, off))) return false;
  // Letting it gain would turn on a flag that waits for it.
  return !isWanted(was.key, off);
}

/**
 * All of a flag but what a change towards safe may alter. What is measured of it gives nobody anything: an edit that ends a
 * rollout goes the way that its serves go.
 */
function unserved(flag: Flag): unknown {
  const { state: _state, killed: _killed, rules: _rules, fallthrough: _fallthrough, run: _run, ...rest } = flag;
  return rest;
}

function sameQuestion(a: Rule, b: Rule): boolean {
  const { serve: _a, ...question } = a;
  const { serve: _b, ...other } = b;
  return canonicalJson(question) === canonicalJson(other);
}

/** Does some flag wait for a variant of another? Read when it is first asked, and once: a rollback asks of thousands. */
function wantedIn({ flags }: Ruleset): (key: string, variant: string) => boolean {
  let wanted: Map<string, Set<string>> | undefined;
  const read = () => {
    const all = new Map<string, Set<string>>();
    for (const { flag, variants } of Object.values(flags).flatMap(({ prerequisites }) => prerequisites)) {
      all.set(flag, new Set([...(all.get(flag) ?? []), ...variants]));
    }
    return all;
  };
  return (key, variant) => {
    wanted ??= read();
    return wanted.get(key)?.has(variant) === true;
  };
}

/** Nobody leaves the offVariant, and nobody moves to anything but it. */
function gainsOnly(was: Serve, is: Serve, off: string): boolean {
  if ('variant' in is && is.variant === off) return true;
  // A unit without the split's attribute would get an error where it got a variant: undecidable, so growing.
  if (!('split' in was) || !('split' in is)) return false;
  return (
    sameBuckets(was.split, is.split) && is.split.slices.every((slice) => slice[2] === off || isWithin(slice, was.split))
  );
}

function sameBuckets(a: Split, b: Split): boolean {
  return a.by === b.by && a.salt === b.salt && a.of === b.of && a.hash === b.hash;
}

/** Is the slice covered by slices of the same variant? They are sorted and disjoint, and may touch. */
function isWithin([start, end, variant]: Slice, split: Split): boolean {
  let at = start;
  for (const [from, to, name] of split.slices) {
    if (name !== variant || to <= at) continue;
    if (from > at) return false;
    at = to;
    if (at >= end) return true;
  }
  return at >= end;
}
