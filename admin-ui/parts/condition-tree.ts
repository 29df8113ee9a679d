import type { Condition, FlagdTest, Test } from '@turnout/core';

/** The way to a part of a condition: `['all', 1, 'not']`. */
export type ConditionPath = readonly (string | number)[];

export type Group = 'all' | 'any';

/** What a new test begins as: it asks nothing yet, and says so as a fault until somebody fills it in. */
export const NEW_TEST: Test = { attribute: '', op: 'equals', values: [] };

export type Node =
  | { kind: 'all'; parts: readonly Condition[] }
  | { kind: 'any'; parts: readonly Condition[] }
  | { kind: 'not'; inner: Condition }
  | { kind: 'segment'; key: string }
  | { kind: 'test'; test: Test }
  | { kind: 'flagd'; test: FlagdTest };

/** What a condition is, by name. */
export function nodeOf(condition: Condition): Node {
  if ('all' in condition) return { kind: 'all', parts: condition.all };
  if ('any' in condition) return { kind: 'any', parts: condition.any };
  if ('not' in condition) return { kind: 'not', inner: condition.not };
  if ('segment' in condition) return { kind: 'segment', key: condition.segment };
  return 'flagd' in condition ? { kind: 'flagd', test: condition } : { kind: 'test', test: condition };
}

export function groupOf(kind: Group, parts: Condition[]): Condition {
  return kind === 'all' ? { all: parts } : { any: parts };
}

/** The part at a path; undefined where nothing is. */
export function partAt(condition: Condition, path: ConditionPath): Condition | undefined {
  const [step, index, ...rest] = path;
  if (step === undefined) return condition;
  const node = nodeOf(condition);
  if (node.kind === 'not' && step === 'not') return partAt(node.inner, path.slice(1));
  if ((node.kind !== 'all' && node.kind !== 'any') || node.kind !== step || typeof index !== 'number') return undefined;
  const part = node.parts[index];
  return part === undefined ? undefined : partAt(part, rest);
}

/** The same condition with another part at a path; as it was where nothing is there. */
export function replaceAt(condition: Condition, path: ConditionPath, next: Condition): Condition {
  const [step, index, ...rest] = path;
  if (step === undefined) return next;
  const node = nodeOf(condition);
  if (node.kind === 'not' && step === 'not') return { not: replaceAt(node.inner, path.slice(1), next) };
  if ((node.kind !== 'all' && node.kind !== 'any') || node.kind !== step) return condition;
  return groupOf(
    node.kind,
    node.parts.map((part, at) => (at === index ? replaceAt(part, rest, next) : part)),
  );
}

function changeAt(condition: Condition, path: ConditionPath, change: (part: Condition) => Condition): Condition {
  const part = partAt(condition, path);
  return part === undefined ? condition : replaceAt(condition, path, change(part));
}

/** Puts a part at the end of the group at a path; what is no group becomes one of two. */
export function addTo(condition: Condition, path: ConditionPath, part: Condition, kind: Group = 'all'): Condition {
  return changeAt(condition, path, (there) => {
    const node = nodeOf(there);
    if (node.kind === 'all' || node.kind === 'any') return groupOf(node.kind, [...node.parts, part]);
    return groupOf(kind, [there, part]);
  });
}

/** Takes a part out. A `not` goes with what it denied, and a group with its last part; the outermost stays, empty. */
export function removeAt(condition: Condition, path: ConditionPath): Condition {
  if (path.length === 0) return groupOf('all', []);
  const last = path.at(-1);
  if (last === 'not') return removeAt(condition, path.slice(0, -1));
  const outer = path.slice(0, -2);
  const group = partAt(condition, outer);
  const node = group && nodeOf(group);
  if (node?.kind !== 'all' && node?.kind !== 'any') return condition;
  const left = node.parts.filter((_part, at) => at !== last);
  if (left.length === 0 && outer.length > 0) return removeAt(condition, outer);
  return replaceAt(condition, outer, groupOf(node.kind, left));
}

/** Puts a `not`, or a group of its own, around a part. */
export function wrapAt(condition: Condition, path: ConditionPath, kind: Group | 'not'): Condition {
  return changeAt(condition, path, (part) => (kind === 'not' ? { not: part } : groupOf(kind, [part])));
}

/** Whether what is around the parts at a path can be taken away without changing anything else. */
export function canUnwrap(condition: Condition, path: ConditionPath): boolean {
  const part = partAt(condition, path);
  const node = part && nodeOf(part);
  if (node?.kind === 'not') return true;
  return (node?.kind === 'all' || node?.kind === 'any') && (node.parts.length === 1 || path.length > 1);
}

/** Takes a `not` away, or a group: its parts then stand where it stood. */
export function unwrapAt(condition: Condition, path: ConditionPath): Condition {
  const part = partAt(condition, path);
  const node = part && nodeOf(part);
  if (node?.kind === 'not') return replaceAt(condition, path, node.inner);
  if (node?.kind !== 'all' && node?.kind !== 'any') return condition;
  const [only] = node.parts;
  if (node.parts.length === 1 && only) return replaceAt(condition, path, only);
  const index = path.at(-1);
  return changeAt(condition, path.slice(0, -2), (outer) => {
    const around = nodeOf(outer);
    if (around.kind !== 'all' && around.kind !== 'any') return outer;
    return groupOf(
      around.kind,
      around.parts.flatMap((one, at) => (at === index ? node.parts : [one])),
    );
  });
}

/** Makes an "all of" an "any of", or the other way round. */
export function setGroup(condition: Condition, path: ConditionPath, kind: Group): Condition {
  return changeAt(condition, path, (part) => {
    const node = nodeOf(part);
    return node.kind === 'all' || node.kind === 'any' ? groupOf(kind, [...node.parts]) : part;
  });
}

/** The way as a JSON pointer, as faults name it. */
export function pointerOf(path: ConditionPath): string {
  return path.map((step) => `/${step}`).join('');
}

/** Every attribute that a condition names, in the order of reading. */
export function attributesIn(condition: Condition): string[] {
  const node = nodeOf(condition);
  if (node.kind === 'all' || node.kind === 'any') return node.parts.flatMap(attributesIn);
  if (node.kind === 'not') return attributesIn(node.inner);
  return node.kind === 'segment' ? [] : [node.test.attribute];
}

/** Every segment that a condition names by itself. */
export function segmentsIn(condition: Condition): string[] {
  const node = nodeOf(condition);
  if (node.kind === 'all' || node.kind === 'any') return node.parts.flatMap(segmentsIn);
  if (node.kind === 'not') return segmentsIn(node.inner);
  return node.kind === 'segment' ? [node.key] : [];
}
