import type { Evaluation } from '../model/evaluation.ts';
import type { FlagdOperator, JsonValue, Operator, Scalar } from '../model/ruleset.ts';

/** Whose document a step's `path` (a JSON pointer) points into. */
export type StepOwner = { flag: string } | { segment: string };

/**
 * One step of an evaluation. Steps are listed in the order in which they were finished: a test before the `all` around
 * it, a prerequisite's own steps before the prerequisite. What was not looked at (the rest of an `any` that already
 * held) has no step.
 */
export type Step = StepOwner & { path: string } & (FlagOutcome | ConditionOutcome);

export type FlagOutcome =
  /** The flag answered without looking at its rules: off, killed, shed, tangled, or not understood. */
  | { step: 'flag'; answer: Evaluation }
  | { step: 'prerequisite'; needs: string; variants: string[]; got: Evaluation; holds: boolean }
  | { step: 'rule'; ruleId: string; holds: boolean }
  /** `unit` and `bucket` are null when the context names no unit. */
  | { step: 'split'; by: string; unit: string | null; bucket: number | null; variant: string | null };

export type ConditionOutcome =
  /** A missing attribute has no `actual`. It never matches; under `not` it therefore does. */
  | {
      step: 'test';
      attribute: string;
      op: Operator | FlagdOperator;
      values: Scalar[];
      actual?: JsonValue;
      holds: boolean;
    }
  | { step: 'all' | 'any' | 'not'; holds: boolean }
  | { step: 'segment'; names: string; holds: boolean }
  /** What a segment found in its lists, before its condition is asked. */
  | { step: 'members'; by: string; unit: JsonValue; found: 'excluded' | 'included' | 'neither' };

/** Takes each step as it is finished. Compiling with one makes the explaining closures, without one the fast ones. */
export type Watch = (step: Step) => void;
