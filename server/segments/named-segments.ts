import type { Condition, Ruleset, Segment } from '@turnout/core';
import type { FieldFault } from '../platform/problem.ts';

/** A segment that a condition names, and where. */
export interface NamedSegment {
  key: string;
  /** The JSON pointer of the name. */
  path: string;
}

/** The segments that a condition names, as often as it names them, in order. */
export function namedSegments(condition: Condition, path: string): NamedSegment[] {
  if ('segment' in condition) return [{ key: condition.segment, path: `${path}/segment` }];
  if ('not' in condition) return namedSegments(condition.not, `${path}/not`);
  const [kind, parts] =
    'all' in condition ? ['all', condition.all] : 'any' in condition ? ['any', condition.any] : ['', []];
  return parts.flatMap((part, index) => namedSegments(part, `${path}/${kind}/${index}`));
}

/** A fault for every name of a segment that the ruleset does not have. */
export function missingSegments(condition: Condition, path: string, segments: Ruleset['segments']): FieldFault[] {
  return namedSegments(condition, path)
    .filter(({ key }) => !Object.hasOwn(segments, key))
    .map(({ path: at }) => ({
      path: at,
      code: 'unknown_segment',
      expected: 'the key of a segment of this environment',
    }));
}

/** Who names a segment: keys of flags and of other segments. */
export interface SegmentUsers {
  flags: string[];
  segments: string[];
}

/** What of a flag names segments. */
interface Named {
  key: string;
  rules: readonly { if: Condition }[];
}

/** Who names the segment in what an environment serves. */
export function segmentUsers(
  key: string,
  ruleset: { flags: Record<string, Named>; segments: Record<string, Segment> },
): SegmentUsers {
  const names = (condition: Condition | undefined) =>
    condition !== undefined && namedSegments(condition, '').some((named) => named.key === key);
  return {
    flags: Object.values(ruleset.flags)
      .filter((flag) => flag.rules.some((rule) => names(rule.if)))
      .map(keyOf),
    segments: Object.values(ruleset.segments)
      .filter((segment) => names(segment.if))
      .map(keyOf),
  };
}

const keyOf = (one: { key: string }) => one.key;
