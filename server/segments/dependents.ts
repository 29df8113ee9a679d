import type { Condition, Prerequisite } from '@turnout/core';
import { namedSegments, type SegmentUsers } from './named-segments.ts';

/** What of an environment names something else. */
export interface Naming {
  flags: Iterable<{ key: string; prerequisites: readonly Prerequisite[]; rules: readonly NamingRule[] }>;
  segments: Iterable<{ key: string; if?: Condition | undefined }>;
}
interface NamingRule {
  id: string;
  if: Condition;
}

/** How something is named: `of` is the key of the flag or the segment that is. */
export type Through =
  | { by: 'prerequisite'; of: string }
  | { by: 'rule'; rule: string; of: string }
  | { by: 'condition'; of: string };

/** A flag or a segment that another answer there may reach. */
export interface Dependent {
  kind: 'flag' | 'segment';
  key: string;
  /** True where it names what was asked for itself, and not only something that does. */
  direct: boolean;
  through: Through[];
}

/** Keys of what is asked for. */
export interface Asked {
  flags?: readonly string[];
  segments?: readonly string[];
}

interface Use {
  kind: 'flag' | 'segment';
  key: string;
  through: Through;
}

/** Who is reached by a change of these flags and segments, over however many others; those themselves are left out. */
export function dependentsOf(asked: Asked, naming: Naming): Dependent[] {
  const uses = usesIn(naming);
  const start = [...(asked.flags ?? []).map(nameFlag), ...(asked.segments ?? []).map(nameSegment)];
  const [seen, found] = [new Set(start), new Map<string, Dependent>()];
  const waiting = [...start];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    for (const { kind, key, through } of uses.get(name) ?? []) {
      const user = kind === 'flag' ? nameFlag(key) : nameSegment(key);
      if (start.includes(user)) continue;
      const dependent = found.get(user) ?? { kind, key, direct: false, through: [] };
      found.set(user, {
        ...dependent,
        direct: dependent.direct || start.includes(name),
        through: [...dependent.through, through],
      });
      if (seen.has(user)) continue;
      seen.add(user);
      waiting.push(user);
    }
  }
  return [...found.values()]
    .map((one) => ({ ...one, through: one.through.sort((a, b) => compare(JSON.stringify(a), JSON.stringify(b))) }))
    .sort((a, b) => Number(b.direct) - Number(a.direct) || compare(a.kind, b.kind) || compare(a.key, b.key));
}

/** By the key of a segment, who names it itself; segments that nobody names are left out. */
export function usersOfEach({ flags, segments }: Naming): Map<string, SegmentUsers> {
  const users = new Map<string, SegmentUsers>();
  const note = (named: Iterable<string>, kind: keyof SegmentUsers, key: string) => {
    for (const one of named) {
      const known = users.get(one) ?? { flags: [], segments: [] };
      known[kind].push(key);
      users.set(one, known);
    }
  };
  for (const { key, rules } of flags) note(new Set(rules.flatMap((rule) => [...keysNamed(rule.if)])), 'flags', key);
  for (const { key, if: condition } of segments) if (condition) note(keysNamed(condition), 'segments', key);
  for (const one of users.values()) {
    one.flags.sort();
    one.segments.sort();
  }
  return users;
}

/** By what is named, who names it and how; once, however often a rule does. */
function usesIn({ flags, segments }: Naming): Map<string, Use[]> {
  const uses = new Map<string, Use[]>();
  const note = (named: string, use: Use) => {
    const known = uses.get(named);
    if (known === undefined) uses.set(named, [use]);
    else known.push(use);
  };
  for (const { key, prerequisites, rules } of flags) {
    for (const { flag } of prerequisites) {
      note(nameFlag(flag), { kind: 'flag', key, through: { by: 'prerequisite', of: flag } });
    }
    for (const { id, if: condition } of rules) {
      for (const of of keysNamed(condition)) {
        note(nameSegment(of), { kind: 'flag', key, through: { by: 'rule', rule: id, of } });
      }
    }
  }
  for (const { key, if: condition } of segments) {
    if (condition === undefined) continue;
    for (const of of keysNamed(condition)) {
      note(nameSegment(of), { kind: 'segment', key, through: { by: 'condition', of } });
    }
  }
  return uses;
}

const keysNamed = (condition: Condition) => new Set(namedSegments(condition, '').map(({ key }) => key));
const nameFlag = (key: string) => `flag/${key}`;
const nameSegment = (key: string) => `segment/${key}`;
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
