import { DEEPEST_NESTING } from './condition.ts';
import { isObject } from './fault.ts';

/**
 * What a flag or a segment names, as far as its shape can be read, and how many tests it holds itself. A name stands as
 * often as it is named, for that is how often it may have to be answered.
 */
export interface References {
  readonly flags: readonly string[];
  readonly segments: readonly string[];
  readonly tests: number;
}

function scan(condition: unknown, segments: string[], depth: number): number {
  if (depth > DEEPEST_NESTING || !isObject(condition)) return 1;
  if (typeof condition.segment === 'string') segments.push(condition.segment);
  let tests = 1;
  for (const parts of [condition.all, condition.any]) {
    if (Array.isArray(parts)) for (const part of parts) tests += scan(part, segments, depth + 1);
  }
  return condition.not === undefined ? tests : tests + scan(condition.not, segments, depth + 1);
}

/** What a segment names. */
export function segmentReferences(segment: unknown): References {
  const segments: string[] = [];
  const tests = isObject(segment) && segment.if !== undefined ? scan(segment.if, segments, 1) : 0;
  return { flags: [], segments, tests: tests + 1 };
}

/** What a flag names: the flags that it needs, and the segments in its rules. */
export function flagReferences(flag: unknown): References {
  if (!isObject(flag)) return { flags: [], segments: [], tests: 1 };
  const flags: string[] = [];
  for (const prerequisite of Array.isArray(flag.prerequisites) ? flag.prerequisites : []) {
    if (isObject(prerequisite) && typeof prerequisite.flag === 'string') flags.push(prerequisite.flag);
  }
  const segments: string[] = [];
  let tests = 1;
  for (const rule of Array.isArray(flag.rules) ? flag.rules : []) {
    if (isObject(rule)) tests += scan(rule.if, segments, 1);
  }
  return { flags, segments, tests };
}
