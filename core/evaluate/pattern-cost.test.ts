import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import type { Condition } from '../model/ruleset.ts';
import { conditionFaults } from './find-faults.ts';
import { findTangles } from './find-tangles.ts';
import { patternCost } from './pattern-cost.ts';
import { flagWith, rulesetWith } from './ruleset.fixture.ts';

const matching = (patterns: string[]): Condition => ({ attribute: 'a', op: 'matches', values: patterns });
const flagsOf = (condition: Condition) => ({
  asks: flagWith({ key: 'asks', rules: [{ id: 'r', if: condition, serve: { variant: 'on' } }] }),
});

const atoms = fc.constantFrom('a', '.', '\\d', '\\pL', '\\p{Greek}', '[a-z]', '[^\\]]', '[[:alpha:]x]', '\\x{263a}');
const patterns = fc.letrec<{ pattern: string }>((tie) => ({
  pattern: fc.oneof(
    { maxDepth: 4 },
    atoms,
    fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `${a}${b}`),
    fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `(?:${a}|${b})`),
    fc.tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{3}', '{2,5}', '{4,}')).map(([a, n]) => `(${a})${n}`),
  ),
})).pattern;

describe('the cost of a pattern', () => {
  it('is told by its text, and is never far below what it compiles to', () => {
    fc.assert(
      fc.property(patterns, (pattern) => {
        expect(RE2JS.compile(pattern).programSize()).toBeLessThanOrEqual(3 * patternCost(pattern) + 5);
      }),
    );
  });

  it('is that of repetitions inside of repetitions', () => {
    expect(patternCost('\\pL{240}')).toBe(240);
    expect(patternCost('(?:x{10}){10}')).toBeGreaterThanOrEqual(100);
    expect(patternCost('^[^@]+@example\\.com$')).toBeLessThan(20);
  });

  it('counts among the tests of an evaluation: a flag of slow patterns is refused, a hundred plain ones are not', () => {
    expect(findTangles(rulesetWith(flagsOf(matching(Array(20).fill('\\pL{240}'))))).flags).toEqual(['asks']);
    const domains = Array.from({ length: 100 }, (_, i) => `@shop-${i}\\.example$`);
    expect(findTangles(rulesetWith(flagsOf(matching(domains)))).flags).toEqual([]);
  });

  it('is not all: so do the values that an operator goes through one by one', () => {
    const texts = (count: number) => Array.from({ length: count }, (_, i) => `part-${i}`);
    const containing = (count: number): Condition => ({ attribute: 'a', op: 'contains', values: texts(count) });
    expect(findTangles(rulesetWith(flagsOf(containing(18_000)))).flags).toEqual(['asks']);
    expect(findTangles(rulesetWith(flagsOf(containing(1_000)))).flags).toEqual([]);
    const equal: Condition = { attribute: 'a', op: 'equals', values: texts(18_000) };
    expect(findTangles(rulesetWith(flagsOf(equal))).flags).toEqual([]);
  });

  it('ends the compiling of a list of patterns that is too much in all', () => {
    const faults = conditionFaults(matching(Array(10_000).fill('\\pL{240}')), '/if');
    expect(faults.length).toBeGreaterThan(0);
    expect(faults[0]?.path).toBe('/if/values/16');
  });
});
