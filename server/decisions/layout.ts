import type { Condition, MeasuredRun, Rule, Serve } from '@turnout/core';
import { NATIVE_BUCKETS } from '../flags/plan-serve.ts';
import type { Stage } from '../policies/policy.ts';
import type { RunWrites } from './rollout.ts';

/** What stays the same over all stages of a run. */
export interface RunTerms {
  id: string;
  /** A rule's id, or `fallthrough`. */
  target: string;
  /** The condition of the target's rule; null for the fallthrough. */
  targetIf: Condition | null;
  from: string;
  to: string;
  by: string;
  salt: string;
  /** What the target served before the run: what it goes on serving until a stage has an exposure. */
  anchor: Serve;
  sample: MeasuredRun['sample'];
  events?: string[];
}

type Arms = Pick<MeasuredRun, 'treatment' | 'control'>;

/**
 * The equal arms at an exposure: treatment is the beginning of what gets `to`, control begins in the upper half. So no
 * unit is in both, in one stage or over all of them.
 */
export function layArms(exposure: number): Arms {
  const width = Math.min(exposure, NATIVE_BUCKETS - exposure);
  const control = Math.max(exposure, NATIVE_BUCKETS / 2);
  return { treatment: [0, width], control: [control, control + width] };
}

/** At 100 %, at 0 %, and where a stage is for its audience alone, nobody is left or nobody was cut to compare with. */
export function hasControl({ exposure }: Stage): boolean {
  return exposure !== undefined && exposure > 0 && exposure < NATIVE_BUCKETS;
}

/** What is served to a share of the units from the first bucket on: growing only adds buckets at the end. */
export function splitAt(
  exposure: number,
  { by, salt, from, to }: Pick<RunTerms, 'by' | 'salt' | 'from' | 'to'>,
): Serve {
  const slices: [number, number, string][] = [
    [0, exposure, to],
    [exposure, NATIVE_BUCKETS, from],
  ];
  return { split: { by, salt, of: NATIVE_BUCKETS, slices: slices.filter(([start, end]) => end > start) } };
}

/**
 * Everything that a run writes of its flag in a stage. Nobody whom an earlier stage served `to` loses it: exposures do not
 * shrink, and audiences stay.
 */
export function layRun(terms: RunTerms, stages: readonly Stage[], stage: number, entry: number): RunWrites {
  const passed = stages.slice(0, stage + 1);
  const now = passed.at(-1);
  if (now === undefined || passed.length <= stage) throw new RangeError(`the path has no stage ${stage}`);
  const exposure = passed.flatMap((each) => each.exposure ?? []).at(-1);
  const audiences = [...new Set(passed.flatMap(({ audience }) => audience ?? []))];
  const audienceRule = audiences.length === 0 ? null : layAudience(terms, audiences);
  const { id, target, by, salt, from, to, sample, events } = terms;
  return {
    target,
    serve: exposure === undefined ? terms.anchor : splitAt(exposure, terms),
    audienceRule,
    run: {
      ...{ id, entry, stage, target, by, salt, from, to },
      // A stage for its audience alone compares nobody: its arms are empty.
      ...layArms(now.exposure ?? 0),
      sample,
      ...(audienceRule === null ? {} : { audienceRule: audienceRule.id }),
      ...(events === undefined ? {} : { events }),
    },
  };
}

/** One rule for all audiences so far. It stands before the target, and reaches nobody whom the target would not. */
function layAudience({ id, to, targetIf }: RunTerms, audiences: readonly string[]): Rule {
  const segments = audiences.map((segment): Condition => ({ segment }));
  const audience = segments.length === 1 ? segments[0]! : { any: segments };
  return {
    id: `audience-${id}`,
    if: targetIf === null ? audience : { all: [targetIf, audience] },
    serve: { variant: to },
  };
}
