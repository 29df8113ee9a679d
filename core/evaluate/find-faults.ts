import type { JsonValue } from '../model/ruleset.ts';
import { makeCondition } from './condition.ts';
import type { Fault } from './fault.ts';
import { readServe } from './serve.ts';

/**
 * What an evaluator would not understand of a condition, so that authoring refuses exactly what `compile` refuses: both
 * are the same function. `path` is the JSON pointer of the condition. Whether the segments that it names exist, and form
 * no cycle, is a question about the ruleset and is not asked here. At most 50 faults.
 */
export function conditionFaults(condition: unknown, path: string): Fault[] {
  const faults: Fault[] = [];
  makeCondition(condition, path, { faults, owner: { flag: '' } });
  return faults;
}

/** What an evaluator would not understand of a serve, given the variants of its flag. At most 50 faults. */
export function serveFaults(serve: unknown, variants: Record<string, JsonValue>, path: string): Fault[] {
  const faults: Fault[] = [];
  readServe(serve, variants, path, faults);
  return faults;
}
