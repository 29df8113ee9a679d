/** Why a part of a flag cannot be understood. The codes are a closed list, so that a screen can explain each. */
export type FaultCode =
  | 'wrong_type'
  | 'unknown_kind'
  | 'unknown_field'
  | 'unknown_operator'
  | 'unknown_variant'
  | 'unknown_segment'
  | 'faulty_segment'
  | 'unknown_scheme'
  | 'malformed_value'
  | 'out_of_range'
  | 'too_deep';

/** What is wrong, where (a JSON pointer), and what would be right, as the end of "expected …". */
export interface Fault {
  path: string;
  code: FaultCode;
  expected: string;
}

/** Enough for a person to mend things; a hostile document must not make a list as long as itself. */
const MOST_FAULTS = 50;

/** Notes a fault, as long as there is room for one. */
export function note(faults: Fault[], path: string, code: FaultCode, expected: string): void {
  if (faults.length < MOST_FAULTS) faults.push({ path, code, expected });
}

/** A JSON pointer one step further: `/rules` and `a/b` make `/rules/a~1b`. */
export function pointer(path: string, step: string | number): string {
  return typeof step === 'number'
    ? `${path}/${step}`
    : `${path}/${step.slice(0, 128).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** A JSON object as such: neither null nor an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Notes every field of `value` that is not in `known`: where meaning hangs on each field, an unknown one changes it. */
export function noteUnknownFields(
  faults: Fault[],
  path: string,
  value: Record<string, unknown>,
  known: readonly string[],
): void {
  for (const field of Object.keys(value)) {
    if (!known.includes(field)) note(faults, pointer(path, field), 'unknown_field', `only ${known.join(', ')}`);
  }
}
