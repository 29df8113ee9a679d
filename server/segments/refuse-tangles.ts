import { findTangles, type Ruleset, UNTANGLED } from '@turnout/core';
import type { FieldFault } from '../platform/problem.ts';

/** Up to so many are named: more would hide the rest of the answer. */
const MOST_NAMED = 8;

/**
 * A fault where a change would tangle what was in order: saved, it would be answered as an error by every evaluator,
 * and often of another flag than the one that was edited.
 */
export function tangleFaults(before: Ruleset, after: Ruleset, path: string): FieldFault[] {
  const now = findTangles(after);
  if (now.flags.length + now.segments.length === 0) return [];
  const was = findTangles(before);
  const added = [
    ...now.flags.filter((key) => !was.flags.includes(key)).map((key) => `flag ${key}`),
    ...now.segments.filter((key) => !was.segments.includes(key)).map((key) => `segment ${key}`),
  ];
  if (added.length === 0) return [];
  const named = added.slice(0, MOST_NAMED).join(', ');
  const more = added.length > MOST_NAMED ? ` and ${added.length - MOST_NAMED} more` : '';
  return [{ path, code: 'tangled', expected: `${UNTANGLED}; this would be too much for ${named}${more}` }];
}
