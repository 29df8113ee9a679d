import type { Ruleset } from '../model/ruleset.ts';
import { LONGEST_CHAIN, MOST_TESTS, type Needy, orderByNeeds } from './order-by-needs.ts';
import { flagReferences, segmentReferences } from './references.ts';

/** Keys of the flags and segments of a ruleset that an evaluator cannot put in order. */
export interface Tangles {
  flags: string[];
  segments: string[];
}

/** What a ruleset must keep to so that nothing in it is tangled, as the end of "expected …". */
export const UNTANGLED =
  `no cycle, chains of at most ${LONGEST_CHAIN} prerequisites and of ${LONGEST_CHAIN} segments, and at most ` +
  `${MOST_TESTS} tests for one evaluation`;

/**
 * What `compile` would answer GENERAL for, so that authoring refuses it: on a cycle or reaching one, on too long a
 * chain, or over too many tests. Found by the same order, without compiling anything.
 */
export function findTangles(ruleset: Ruleset): Tangles {
  const segments = new Map<string, Needy>();
  for (const [key, segment] of Object.entries(ruleset.segments)) {
    const { segments: needs, tests } = segmentReferences(segment);
    segments.set(key, { needs, tests, isBarred: false });
  }
  const { tangled: tangledSegments, reach } = orderByNeeds(segments);
  const flags = new Map<string, Needy>();
  for (const [key, flag] of Object.entries(ruleset.flags)) {
    const { flags: needs, segments: named, tests } = flagReferences(flag);
    const all = named.reduce((sum, name) => sum + (reach.get(name)?.tests ?? 0), tests);
    flags.set(key, { needs, tests: all, isBarred: named.some((name) => tangledSegments.has(name)) });
  }
  return { flags: [...orderByNeeds(flags).tangled], segments: [...tangledSegments] };
}
