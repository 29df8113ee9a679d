import { OPERATORS, type Test } from '@turnout/core';
import { describe, expect, test } from 'vitest';
import { OPERATOR_WORDS, readValue, type Takes, type ValueType, withOperator } from './operator-words.ts';

test('Every operator has words of its own', () => {
  const words = OPERATORS.map((op) => OPERATOR_WORDS[op].words);
  expect(new Set(words).size).toBe(OPERATORS.length);
});

describe('What is typed', () => {
  test.each<[string, Takes, ValueType, unknown]>([
    ['CH', 'any', 'text', 'CH'],
    ['12', 'any', 'text', '12'],
    ['12', 'any', 'number', 12],
    ['12 or so', 'any', 'number', '12 or so'],
    ['true', 'any', 'boolean', true],
    ['false', 'any', 'boolean', false],
    ['yes', 'any', 'boolean', 'yes'],
    ['true', 'text', 'text', 'true'],
    [' 1e3 ', 'number', 'text', 1000],
    ['1e999', 'number', 'text', '1e999'],
    ['', 'number', 'text', ''],
    ['1767225600000', 'moment', 'text', 1767225600000],
    ['2026-01-01T00:00:00Z', 'moment', 'text', '2026-01-01T00:00:00Z'],
    ['3.2', 'version', 'text', '3.2'],
  ])('%j for an operator that takes %s, as %s, is %j', (typed, takes, as, value) => {
    expect(readValue(typed, takes, as)).toBe(value);
  });
});

describe('Another operator', () => {
  const plan: Test = { attribute: 'plan', op: 'equals', values: ['12', 'gold', true], ignoreCase: true };
  test('takes what it can of the values and leaves the rest to be seen', () => {
    expect(withOperator(plan, 'gte')).toEqual({ attribute: 'plan', op: 'gte', values: [12, 'gold', 'true'] });
    expect(withOperator(plan, 'contains')).toEqual({ ...plan, op: 'contains', values: ['12', 'gold', 'true'] });
    expect(withOperator(plan, 'equals')).toEqual(plan);
  });
  test('that asks only whether something is there takes none', () => {
    expect(withOperator(plan, 'exists')).toEqual({ attribute: 'plan', op: 'exists', values: [] });
  });
});
