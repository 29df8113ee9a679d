import type { FlagType, JsonValue } from '@turnout/core';

export type ReadVariant = { value: JsonValue } | { fault: string };

const EXPECTED: Record<FlagType, string> = {
  boolean: 'true or false is expected, for the flag is boolean.',
  string: 'a text is expected.',
  number: 'a number is expected, for the flag is one of numbers.',
  object: 'a JSON object is expected: no list, no null.',
};

/** A value as it is typed: a text as it is, everything else as JSON. */
export function writeVariant(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

/** What was typed as a value of a flag of this type, or what is wrong with it and where. */
export function readVariant(text: string, type: FlagType): ReadVariant {
  if (type === 'string') return { value: text };
  try {
    const value: JsonValue = JSON.parse(text);
    return isOfType(value, type) ? { value } : { fault: `Here ${EXPECTED[type]}` };
  } catch (error) {
    if (type !== 'object') return { fault: `Here ${EXPECTED[type]}` };
    return { fault: `Line ${lineOf(error, text)}: this is not JSON there. Look for a comma, a quote or a bracket.` };
  }
}

function isOfType(value: JsonValue, type: FlagType): boolean {
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type && (typeof value !== 'number' || Number.isFinite(value));
}

/** Browsers tell the place in words of their own; where they tell none, it is the end that is missing. */
function lineOf(error: unknown, text: string): number {
  const says = error instanceof Error ? error.message : '';
  const line = /\bline (\d+)/.exec(says)?.[1];
  if (line !== undefined) return Number(line);
  const position = /\bposition (\d+)/.exec(says)?.[1];
  return text.slice(0, position === undefined ? text.length : Number(position)).split('\n').length;
}
