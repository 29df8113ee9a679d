import type { Condition, Flag, Rule, Ruleset, Serve, Slice, Split } from '@turnout/core';
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
  const paired = pairRules(was, is);
  if (paired === undefined) return false;
  const changed = paired.pairs.filter(([a, b]) => canonicalJson(a) !== canonicalJson(b));
  if (changed.length === 0 && paired.gone.length === 0) return true;
  const off = was.offVariant;
  if (off === null || !changed.every(([a, b]) => gainsOnly(a, b, off))) return false;
  if (!paired.gone.every(({ rule, next }) => leavesToOff(rule, next, is.fallthrough, off))) return false;
  // Letting it gain would turn on a flag that waits for it.
  return !isWanted(was.key, off);
}

interface PairedRules {
  pairs: [Serve, Serve][];
  /** The rule that a rollout had put there for its audience, where it is taken away, with those that come after it now. */
  gone: { rule: Rule; next: readonly Rule[] }[];
}

/** The serves of one flag on both sides; undefined where a rule is new, is gone, asks something else or stands elsewhere. */
function pairRules(was: Flag, is: Flag): PairedRules | undefined {
  const found: PairedRules = { pairs: [[was.fallthrough, is.fallthrough]], gone: [] };
  let at = 0;
  for (const rule of was.rules) {
    const other = is.rules[at];
    if (other === undefined || !sameQuestion(rule, other)) {
      if (rule.id !== was.run?.audienceRule) return undefined;
      found.gone.push({ rule, next: is.rules.slice(at) });
      continue;
    }
    found.pairs.push([rule.serve, other.serve]);
    at++;
  }
  return at === is.rules.length ? found : undefined;
}

/**
 * Whether everybody whom a rule caught that is gone gets the offVariant now: from every rule that may catch them next, up
 * to one that catches all of them, or else from the fallthrough.
 */
function leavesToOff({ if: asked }: Rule, next: readonly Rule[], fallthrough: Serve, off: string): boolean {
  const isOff = (serve: Serve) => 'variant' in serve && serve.variant === off;
  for (const rule of next) {
    if (!isOff(rule.serve)) return false;
    if (isWithinCondition(asked, rule.if)) return true;
  }
  return isOff(fallthrough);
}

/** Whether the second holds wherever the first does, as far as their form shows it. */
function isWithinCondition(inner: Condition, outer: Condition): boolean {
  if (canonicalJson(inner) === canonicalJson(outer)) return true;
  return 'all' in inner && inner.all.some((one) => isWithinCondition(one, outer));
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
