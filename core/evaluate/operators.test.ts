import { describe, expect, it } from 'vitest';
import { type JsonValue, OPERATORS, type Operator, type Scalar, type Test } from '../model/ruleset.ts';
import { compile } from './compile.ts';
import { evaluate } from './evaluate.ts';
import { conditionFaults } from './find-faults.ts';
import { LONGEST_MATCHED, LONGEST_PATTERN } from './operators.ts';
import { flagIf, rulesetWith } from './ruleset.fixture.ts';

function holds(op: Operator, values: Scalar[], attribute: JsonValue, ignoreCase?: true): boolean {
  const test: Test = { attribute: 'a', op, values, ...(ignoreCase && { ignoreCase }) };
  return evaluate(compile(rulesetWith({ f: flagIf(test) })), 'f', { a: attribute }).variant === 'on';
}

const faultsOf = (test: Record<string, unknown>) =>
  conditionFaults({ attribute: 'a', ...test }, '/if').map(({ path, code }) => `${path} ${code}`);

/** Values that an operator takes, and one that it does not. What it answers is in the conformance vectors. */
const VALUES: Record<Exclude<Operator, 'exists'>, { good: Scalar[]; bad: unknown[] }> = {
  equals: { good: ['a', 1, true], bad: [null, [], {}] },
  contains: { good: ['a', ''], bad: [1, true, null] },
  startsWith: { good: ['a'], bad: [1] },
  endsWith: { good: ['a'], bad: [false] },
  matches: { good: ['^a+$', '(?i)x', '\\d{3}'], bad: ['(', '(?=a)', '(a)\\1', '[z-a]', 'a{1001}', 5] },
  lt: { good: [0, -1.5], bad: ['1', true, null] },
  lte: { good: [0], bad: ['0'] },
  gt: { good: [0], bad: [''] },
  gte: { good: [0], bad: [[]] },
  before: { good: ['2026-01-01T00:00:00Z', 0], bad: ['2026-01-01', 'now', '2026-02-30T00:00:00Z', true] },
  after: { good: ['2026-01-01T00:00:00.123456789+05:30'], bad: ['2026-01-01T00:00:00', ''] },
  semverLt: { good: ['1.2.3', 'v1', '1.0.0-rc.1+b'], bad: ['1.2.3.4', 'x', '01.0.0', 1, '1.0.0-01'] },
  semverLte: { good: ['1'], bad: [''] },
  semverEq: { good: ['1'], bad: ['^1'] },
  semverGte: { good: ['1'], bad: ['>=1'] },
  semverGt: { good: ['1'], bad: ['1.x'] },
  semverTilde: { good: ['1'], bad: ['~1'] },
  semverCaret: { good: ['1'], bad: [1] },
  inCidr: { good: ['10.0.0.0/8', '::1', '2001:db8::/32'], bad: ['10.0.0.0/33', '10.0.0', '::/129', 'host', 10] },
};

describe('values of a test', () => {
  it.each(Object.entries(VALUES))('%s takes what it understands and names what it does not', (op, { good, bad }) => {
    expect(faultsOf({ op, values: good })).toEqual([]);
    for (const value of bad)
      expect(faultsOf({ op, values: [good[0], value] })).toEqual(['/if/values/1 malformed_value']);
  });

  it('may not be missing, except for exists, which takes none', () => {
    for (const op of OPERATORS) {
      expect(faultsOf({ op, values: [] })).toEqual(op === 'exists' ? [] : ['/if/values malformed_value']);
      expect(faultsOf({ op })).toEqual(['/if/values wrong_type']);
    }
    expect(faultsOf({ op: 'exists', values: ['x'] })).toEqual(['/if/values malformed_value']);
  });

  it('ignore case only where an operator looks at letters', () => {
    const text = ['equals', 'contains', 'startsWith', 'endsWith', 'matches'];
    for (const [op, { good }] of Object.entries(VALUES)) {
      const expected = text.includes(op) ? [] : ['/if/ignoreCase malformed_value'];
      expect(faultsOf({ op, values: good, ignoreCase: true })).toEqual(expected);
    }
    expect(faultsOf({ op: 'equals', values: ['a'], ignoreCase: false })).toEqual(['/if/ignoreCase malformed_value']);
  });

  it('of an operator from the prototype are values of an unknown one', () => {
    for (const op of ['constructor', '__proto__', 'toString', '', null, 1, ['equals']]) {
      expect(faultsOf({ op, values: [] })).toEqual(['/if/op unknown_operator']);
    }
  });
});

describe('equals', () => {
  it('finds one of 20,000 values as fast as one of two', () => {
    const values = Array.from({ length: 20_000 }, (_, i) => `v${i}`);
    expect(holds('equals', values, 'v19999')).toBe(true);
    expect(holds('equals', values, 'v20000')).toBe(false);
  });
});

describe('bounds', () => {
  it('may be as many as a body allows', () => {
    const values = Array.from({ length: 200_000 }, (_, i) => i);
    expect(holds('lt', values, 199_998)).toBe(true);
    expect(holds('gt', values, 0)).toBe(false);
  });
});

describe('matches', () => {
  it(`takes patterns of ${LONGEST_PATTERN} characters and refuses longer ones`, () => {
    expect(faultsOf({ op: 'matches', values: ['a'.repeat(LONGEST_PATTERN)] })).toEqual([]);
    expect(faultsOf({ op: 'matches', values: ['a'.repeat(LONGEST_PATTERN + 1)] })).toHaveLength(1);
  });

  it(`looks at ${LONGEST_MATCHED} characters of the attribute`, () => {
    expect(holds('matches', ['b'], `${'a'.repeat(LONGEST_MATCHED - 1)}b`)).toBe(true);
    expect(holds('matches', ['b'], `${'a'.repeat(LONGEST_MATCHED)}b`)).toBe(false);
  });

  it('stays fast on patterns that make other engines run for years', () => {
    const hostile = ['^(a+)+$', '^(?:a{0,4}){24}$', '(a|aa)+$', '(.*)*b', '^(a|b|ab)*c$', '(x+x+)+y'];
    const text = `${'a'.repeat(LONGEST_MATCHED)}!`;
    const before = process.hrtime.bigint();
    for (const pattern of hostile) holds('matches', [pattern], text);
    expect(Number(process.hrtime.bigint() - before) / 1e6).toBeLessThan(5000);
  });

  it('refuses patterns that compile to a machine of more than 300 instructions', () => {
    expect(faultsOf({ op: 'matches', values: ['\\pL{1000}'.repeat(15)] })).toHaveLength(1);
    expect(faultsOf({ op: 'matches', values: ['\\pL{310}'] })).toHaveLength(1);
    expect(faultsOf({ op: 'matches', values: ['\\pL{290}'] })).toHaveLength(0);
  });

  it('never sees an author’s pattern as an expression of the host', () => {
    expect(faultsOf({ op: 'matches', values: ['(?<=a)b'] })).toHaveLength(1);
    expect(holds('matches', ['^\\Qa.b\\E$'], 'a.b')).toBe(true);
  });
});
