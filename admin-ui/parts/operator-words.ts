import type { Operator, Scalar, Test } from '@turnout/core';

/** What an operator takes as its values. */
export type Takes = 'any' | 'text' | 'number' | 'moment' | 'version' | 'address' | 'nothing';

interface OperatorWords {
  /** As it is read between the attribute and the values. */
  words: string;
  takes: Takes;
  group: string;
}

/** How each operator is called on the screen, in the order in which it is offered. */
export const OPERATOR_WORDS: Record<Operator, OperatorWords> = {
  equals: { words: 'is', takes: 'any', group: 'Value' },
  exists: { words: 'is there', takes: 'nothing', group: 'Value' },
  contains: { words: 'contains', takes: 'text', group: 'Text' },
  startsWith: { words: 'starts with', takes: 'text', group: 'Text' },
  endsWith: { words: 'ends with', takes: 'text', group: 'Text' },
  matches: { words: 'matches the pattern', takes: 'text', group: 'Text' },
  lt: { words: 'is less than', takes: 'number', group: 'Number' },
  lte: { words: 'is at most', takes: 'number', group: 'Number' },
  gt: { words: 'is more than', takes: 'number', group: 'Number' },
  gte: { words: 'is at least', takes: 'number', group: 'Number' },
  before: { words: 'is before', takes: 'moment', group: 'Moment' },
  after: { words: 'is after', takes: 'moment', group: 'Moment' },
  semverLt: { words: 'is a version below', takes: 'version', group: 'Version' },
  semverLte: { words: 'is a version up to', takes: 'version', group: 'Version' },
  semverEq: { words: 'is the version', takes: 'version', group: 'Version' },
  semverGte: { words: 'is a version from', takes: 'version', group: 'Version' },
  semverGt: { words: 'is a version above', takes: 'version', group: 'Version' },
  semverTilde: { words: 'is a patch of version', takes: 'version', group: 'Version' },
  semverCaret: { words: 'is compatible with version', takes: 'version', group: 'Version' },
  inCidr: { words: 'is an address in', takes: 'address', group: 'Address' },
};

/** What is shown in an empty field for values. */
export const EXAMPLES: Record<Takes, string> = {
  any: 'value, Enter',
  text: 'text, Enter',
  number: '12, Enter',
  moment: '2026-01-31T12:00:00Z',
  version: '3.2.0, Enter',
  address: '10.0.0.0/8, Enter',
  nothing: '',
};

/** Operators that look at letters, and so can ignore their case. */
export function looksAtLetters(op: Operator): boolean {
  return op === 'equals' || OPERATOR_WORDS[op].takes === 'text';
}

export type ValueType = 'text' | 'number' | 'boolean';

export function typeOf(value: Scalar): ValueType {
  return typeof value === 'string' ? 'text' : typeof value === 'number' ? 'number' : 'boolean';
}

/** What was typed, as the value that an operator takes. What cannot be one stays a text, and is told as a fault. */
export function readValue(typed: string, takes: Takes, as: ValueType = 'text'): Scalar {
  const text = typed.trim();
  const number = text === '' ? Number.NaN : Number(text);
  const wantsNumber = takes === 'number' || takes === 'moment' || (takes === 'any' && as === 'number');
  if (wantsNumber && Number.isFinite(number)) return number;
  if (takes === 'any' && as === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

/** The same test with another operator: values become what it takes, as far as they can. */
export function withOperator(test: Test, op: Operator): Test {
  const { takes } = OPERATOR_WORDS[op];
  const { attribute, values } = test;
  const kept = takes === 'nothing' ? [] : values.map((value) => convert(value, takes));
  return { attribute, op, values: kept, ...(test.ignoreCase && looksAtLetters(op) ? { ignoreCase: true } : {}) };
}

function convert(value: Scalar, takes: Takes): Scalar {
  if (takes === 'any') return value;
  return readValue(String(value), takes);
}
