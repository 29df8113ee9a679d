import { type Condition, conditionFaults, type Ruleset, type Segment } from '@turnout/core';
import type { FieldFault } from '../platform/problem.ts';
import { missingSegments, namedSegments } from './named-segments.ts';
import { tangleFaults } from './refuse-tangles.ts';
import { findUnwritable, jsonBytes, MOST_RULESET_BYTES } from './sizes.ts';

const MOST_ENTRIES = 10_000;
const MOST_SEGMENT_BYTES = 512 * 1024;

/** What is wrong with a segment, whatever else its environment has: `path` points into the segment. */
export function segmentFaults(segment: Segment): FieldFault[] {
  const faults: FieldFault[] = [];
  if (segment.if !== undefined) faults.push(...writtenConditionFaults(segment.if, '/if'));
  const entries = segment.included.length + segment.excluded.length;
  if (entries > MOST_ENTRIES) {
    const path = segment.included.length > MOST_ENTRIES ? '/included' : '/excluded';
    faults.push({
      path,
      code: 'too_many',
      expected: `at most ${MOST_ENTRIES} entries in included and excluded together; there are ${entries}`,
    });
  }
  const bytes = jsonBytes(segment);
  if (bytes > MOST_SEGMENT_BYTES) {
    faults.push({
      path: '/',
      code: 'too_large',
      expected: `at most ${MOST_SEGMENT_BYTES} bytes of JSON, not ${bytes}`,
    });
  }
  return faults;
}

/** What no evaluator would understand of a condition, or what could not be stored as it is. */
export function writtenConditionFaults(condition: Condition, path: string): FieldFault[] {
  const faults = conditionFaults(condition, path);
  return faults.length > 0 ? faults : findUnwritable(condition, path);
}

/** What is wrong with a sound segment among everything else of its environment, to be asked under the lock. */
export function segmentFaultsIn(segment: Segment, ruleset: Ruleset): FieldFault[] {
  const segments = { ...ruleset.segments, [segment.key]: segment };
  const faults = segment.if === undefined ? [] : missingSegments(segment.if, '/if', segments);
  faults.push(...findSegmentCycle(segment, segments));
  if (faults.length === 0 && segment.if !== undefined) {
    faults.push(...tangleFaults(ruleset, { ...ruleset, segments }, '/if'));
  }
  const bytes = jsonBytes({ ...ruleset, segments });
  if (bytes > MOST_RULESET_BYTES) {
    const expected = `an environment of at most ${MOST_RULESET_BYTES} bytes of JSON; it would have ${bytes}`;
    faults.push({ path: '/', code: 'ruleset_too_large', expected });
  }
  return faults;
}

/**
 * Names that lead back to the segment itself. Everything else is free of circles already, so only these can be new.
 * Each segment is walked once, however often it is named: a few that name one another ten thousand times are small.
 */
function findSegmentCycle(segment: Segment, segments: Ruleset['segments']): FieldFault[] {
  if (segment.if === undefined) return [];
  const seen = new Set<string>();
  return namedSegments(segment.if, '/if').flatMap(({ key, path }) => {
    const circle = wayTo(segment.key, key, segments, seen);
    if (circle === undefined) return [];
    const expected = `a segment that does not lead back here: ${[segment.key, ...circle].join(' → ')}`;
    return [{ path, code: 'cycle', expected }];
  });
}

/** The segments from `from` to `target`, both named; undefined where no way leads there. */
function wayTo(target: string, from: string, segments: Ruleset['segments'], seen: Set<string>): string[] | undefined {
  if (from === target) return [from];
  if (seen.has(from)) return undefined;
  seen.add(from);
  const condition = Object.hasOwn(segments, from) ? segments[from]?.if : undefined;
  for (const { key } of condition === undefined ? [] : namedSegments(condition, '')) {
    const way = wayTo(target, key, segments, seen);
    if (way !== undefined) return [from, ...way];
  }
  return undefined;
}
