import { continueMurmur3, startMurmur3 } from '../evaluate/murmur3.ts';
import type { Evaluation } from '../model/evaluation.ts';
import type { MeasuredRun } from '../model/ruleset.ts';

/** How a run exposed a unit: in one of its equal arms, or to `to` without an arm. */
export type Arm = 'treatment' | 'control' | 'to';

const OF = 100_000;
const TWO_TO_32 = 2 ** 32;

/** What a run's own layout says of units. */
export interface Arms {
  /** How an evaluation exposed a unit; undefined where the run had no part in it, or the unit is in neither arm. */
  of(evaluation: Evaluation, unit: string): Arm | undefined;
  /** Whether this run may ever expose the unit, whoever evaluates. */
  mayExpose(unit: string): boolean;
}

/** The arms of a run, with what does not depend on the unit done beforehand. */
export function armsOf(run: MeasuredRun): Arms {
  const { from, to, target, audienceRule, treatment, control } = run;
  const state = startMurmur3(`${run.salt}/`, 0);
  const bucketOf = (unit: string) => Math.floor((continueMurmur3(state, unit) * OF) / TWO_TO_32);
  // Beyond one half, control is what is left over after those who get `to`.
  const reach = control[0] > OF / 2 ? control[0] : treatment[1];
  return {
    of: ({ reason, variant, ruleId }, unit) => {
      if (variant !== to && variant !== from) return undefined;
      if (ruleId !== undefined && ruleId === audienceRule) return variant === to ? 'to' : undefined;
      const isTarget = target === 'fallthrough' ? ruleId === undefined : ruleId === target;
      // With any other reason, another part of the flag answered, or the flag was off.
      if (reason !== 'SPLIT' || !isTarget) return undefined;
      const at = bucketOf(unit);
      if (variant === to) return isWithin(at, treatment) ? 'treatment' : 'to';
      return isWithin(at, control) ? 'control' : undefined;
    },
    mayExpose: (unit) => {
      if (audienceRule !== undefined) return true;
      const at = bucketOf(unit);
      return at < reach || isWithin(at, control);
    },
  };
}

/** How an evaluation of the run's flag exposed a unit; undefined where it did not. */
export function armOf(run: MeasuredRun, evaluation: Evaluation, unit: string): Arm | undefined {
  return armsOf(run).of(evaluation, unit);
}

function isWithin(at: number, [start, end]: readonly [number, number]): boolean {
  return at >= start && at < end;
}
