import type { Context, Evaluation } from '../model/evaluation.ts';
import type { Flag, Ruleset, Segment } from '../model/ruleset.ts';
import { type Compiled, compileWatched } from './compile.ts';
import { evaluate } from './evaluate.ts';
import type { Step } from './trail.ts';

/** An evaluation and how it came about. */
export interface Explanation {
  evaluation: Evaluation;
  trail: Step[];
}

/** The part of the ruleset that the flag names, directly or through others. */
function partOf({ ruleset, flags, segments }: Compiled, key: string): Ruleset {
  const namedFlags = new Set([key]);
  const namedSegments = new Set<string>();
  // A set may grow while it is walked: what is added is walked too.
  for (const name of namedFlags) {
    const references = flags.get(name)?.references;
    for (const flag of references?.flags ?? []) namedFlags.add(flag);
    for (const segment of references?.segments ?? []) namedSegments.add(segment);
  }
  for (const name of namedSegments) {
    for (const segment of segments.get(name)?.references.segments ?? []) namedSegments.add(segment);
  }
  const pick = <T>(names: Set<string>, from: ReadonlyMap<string, { source: unknown }>) =>
    Object.fromEntries(
      [...names].filter((name) => from.has(name)).map((name) => [name, from.get(name)!.source]),
    ) as Record<string, T>;
  return { ...ruleset, flags: pick<Flag>(namedFlags, flags), segments: pick<Segment>(namedSegments, segments) };
}

/**
 * The answer of `evaluate`, with the trail of every test that led to it. It is the same code: the flag and what it names
 * are compiled again by the same functions, which this time report each outcome, and then evaluated. That costs some
 * tens of microseconds, so it is for people who ask why, not for the hot path.
 */
export function explain(compiled: Compiled, key: string, context: Context): Explanation {
  const trail: Step[] = [];
  const watched = compileWatched(partOf(compiled, key), (step) => trail.push(step));
  return { evaluation: evaluate(watched, key, context), trail };
}
