import { DEEPEST_NESTING } from './condition.ts';
import { isObject } from './fault.ts';
import { LONGEST_PATTERN, MOST_INSTRUCTIONS } from './operators.ts';
import { patternCost } from './pattern-cost.ts';

/**
 * What a flag or a segment names, as far as its shape can be read, and how many tests it holds itself. A name stands as
 * often as it is named, for that is how often it may have to be answered.
 */
export interface References {
  readonly flags: readonly string[];
  readonly segments: readonly string[];
  readonly tests: number;
}

/** An instruction of a pattern is run for each of 1,024 characters: as many of these tests as patterns allow take a second. */
const TESTS_PER_INSTRUCTION = 25;

/** Operators that go through their values one by one, and how many tests a further value is worth: `contains` reads all of a text. */
const TESTS_PER_VALUE: Record<string, number> = {
  contains: 25,
  startsWith: 1,
  endsWith: 1,
  semverLt: 5,
  semverLte: 5,
  semverEq: 5,
  semverGte: 5,
  semverGt: 5,
  semverTilde: 5,
  semverCaret: 5,
  inCidr: 5,
};

/** How many tests the values of a test are worth, beside itself. */
function valueTests({ op, values }: Record<string, unknown>): number {
  if (!Array.isArray(values) || typeof op !== 'string') return 0;
  const each = Object.hasOwn(TESTS_PER_VALUE, op) ? TESTS_PER_VALUE[op]! : 0;
  return op === 'matches' ? patternTests(values) : each * Math.max(values.length - 1, 0);
}

function patternTests(values: readonly unknown[]): number {
  return values.reduce((sum: number, value) => {
    const cost = typeof value === 'string' ? patternCost(value.slice(0, LONGEST_PATTERN)) : 0;
    return sum + TESTS_PER_INSTRUCTION * Math.min(cost, MOST_INSTRUCTIONS);
  }, 0);
}

function scan(condition: unknown, segments: string[], depth: number): number {
  if (depth > DEEPEST_NESTING || !isObject(condition)) return 1;
  if (typeof condition.segment === 'string') segments.push(condition.segment);
  let tests = 1 + valueTests(condition);
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
