import type { FlagType, JsonValue } from '@turnout/core';
import { escapePointer } from '../platform/json-pointer.ts';
import type { FieldFault } from '../platform/problem.ts';
import { findUnwritable } from '../segments/sizes.ts';

const MOST_VARIANTS = 32;

const EXPECTED: Record<FlagType, string> = {
  boolean: 'true or false, for the flag is boolean',
  string: 'a string, for the flag is one of strings',
  number: 'a finite number, for the flag is one of numbers',
  object: 'a JSON object (no array, no null), for the flag is one of objects',
};

/** What is wrong with the variants of a flag of this type. `path` is where they stand. */
export function variantFaults(type: FlagType, variants: Record<string, JsonValue>, path: string): FieldFault[] {
  const names = Object.keys(variants);
  const faults: FieldFault[] = [];
  if (names.length === 0) faults.push({ path, code: 'too_small', expected: 'at least one variant' });
  if (names.length > MOST_VARIANTS) {
    faults.push({ path, code: 'too_many', expected: `at most ${MOST_VARIANTS} variants, not ${names.length}` });
  }
  for (const [name, value] of Object.entries(variants)) {
    const at = `${path}/${escapePointer(name)}`;
    if (!isOfType(type, value)) faults.push({ path: at, code: 'wrong_type', expected: EXPECTED[type] });
    else faults.push(...findUnwritable(value, at));
  }
  return faults;
}

function isOfType(type: FlagType, value: JsonValue): boolean {
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type && (typeof value !== 'number' || Number.isFinite(value));
}
