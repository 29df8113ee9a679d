import { escapePointer } from '../platform/json-pointer.ts';
import type { FieldFault } from '../platform/problem.ts';

/** The most that a whole environment may weigh, as JSON. */
export const MOST_RULESET_BYTES = 8 * 1024 * 1024;

/** How many bytes a value has as JSON in UTF-8. */
export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}

/** Numbers that JSON cannot write again: `1e999` is read as infinity, and would be stored as null. */
export function findUnwritable(value: unknown, path: string): FieldFault[] {
  if (typeof value === 'number') {
    return Number.isFinite(value) ? [] : [{ path, code: 'out_of_range', expected: 'a number that fits in 64 bits' }];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => findUnwritable(member, `${path}/${escapePointer(name)}`));
}
