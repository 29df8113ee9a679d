import type { JsonValue } from '@turnout/core';
import { escapePointer } from '../platform/json-pointer.ts';
import type { FieldFault } from '../platform/problem.ts';
import { writtenConditionFaults } from '../segments/check-segment.ts';
import type { ConfigurationIn, ServeIn } from './contract.ts';
import { NATIVE_BUCKETS } from './plan-serve.ts';

type Variants = Record<string, JsonValue>;

/** What is wrong with what an author wrote, given the variants of the flag; the rest of the environment is not asked. */
export function configurationFaults(wanted: ConfigurationIn, variants: Variants): FieldFault[] {
  const { offVariant, rules, fallthrough } = wanted;
  const faults: FieldFault[] = [];
  if (offVariant !== null && !Object.hasOwn(variants, offVariant)) {
    faults.push(unknownVariant('/offVariant', variants, ', or null for the coded default'));
  }
  for (const [index, rule] of rules.entries()) {
    const path = `/rules/${index}`;
    if (rule.id !== undefined && rules.findIndex(({ id }) => id === rule.id) < index) {
      faults.push({ path: `${path}/id`, code: 'duplicate', expected: 'an id that no other rule of this flag has' });
    }
    faults.push(...writtenConditionFaults(rule.if, `${path}/if`));
    faults.push(...writtenServeFaults(rule.serve, variants, `${path}/serve`));
  }
  faults.push(...writtenServeFaults(fallthrough, variants, '/fallthrough'));
  return faults;
}

/** What is wrong with a serve as an author writes it: a variant's name, or weights that sum to `of`. */
function writtenServeFaults(serve: ServeIn, variants: Variants, path: string): FieldFault[] {
  if (serve.variant !== undefined) {
    return Object.hasOwn(variants, serve.variant) ? [] : [unknownVariant(`${path}/variant`, variants)];
  }
  if (serve.split === undefined) return [];
  const { weights, of = NATIVE_BUCKETS } = serve.split;
  const at = `${path}/split/weights`;
  const faults = Object.keys(weights)
    .filter((variant) => !Object.hasOwn(variants, variant))
    .map((variant) => unknownVariant(`${at}/${escapePointer(variant)}`, variants));
  const sum = Object.values(weights).reduce((total, weight) => total + weight, 0);
  if (sum !== of) {
    faults.push({ path: at, code: 'wrong_sum', expected: `weights that sum to ${of}; these sum to ${sum}` });
  }
  return faults;
}

/** Up to so many names are told: more would hide the rest of the answer. */
const MOST_TOLD = 32;

export function unknownVariant(path: string, variants: Variants, or = ''): FieldFault {
  const names = Object.keys(variants).slice(0, MOST_TOLD);
  return { path, code: 'unknown_variant', expected: `a variant of this flag: ${names.join(', ')}${or}` };
}
