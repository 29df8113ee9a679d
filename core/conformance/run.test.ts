import { describe, expect, it } from 'vitest';
import { compile } from '../evaluate/compile.ts';
import { evaluate, evaluateAll } from '../evaluate/evaluate.ts';
import { explain } from '../evaluate/explain.ts';
import type { Evaluation } from '../model/evaluation.ts';
import { OPERATORS } from '../model/ruleset.ts';
import { applyPatch } from '../sync/apply-patch.ts';
import { conformanceSuites, patchVectors, runConformance } from './run.ts';

const says = (expected: Evaluation) => expected;

describe('the conformance vectors', () => {
  it('are what evaluate answers', async () => {
    const { asked, mismatches } = await runConformance({
      says,
      load(ruleset) {
        const compiled = compile(ruleset);
        return (flag, context) => evaluate(compiled, flag, context);
      },
    });
    expect(mismatches).toEqual([]);
    expect(asked).toBeGreaterThan(1000);
  });

  it('are what explain and evaluateAll answer, for they run the same code', async () => {
    const explained = await runConformance({
      says,
      load(ruleset) {
        const compiled = compile(ruleset);
        return (flag, context) => explain(compiled, flag, context).evaluation;
      },
    });
    expect(explained.mismatches).toEqual([]);
    const all = await runConformance({
      says: (expected) => (expected.errorCode === 'FLAG_NOT_FOUND' ? undefined : expected),
      load(ruleset) {
        const compiled = compile(ruleset);
        return (flag, context) => evaluateAll(compiled, context).find(({ key }) => key === flag);
      },
    });
    expect(all.mismatches).toEqual([]);
  });

  it.each(patchVectors())('patch: $title', ({ before, patch, after }) => {
    expect(applyPatch(before, patch)).toStrictEqual(after);
  });

  it('ask every operator, every way to be off and every error that evaluate can give', () => {
    const suites = conformanceSuites();
    const tests = suites.find(({ name }) => name === 'operators')!;
    const asked = new Set(tests.cases.map(({ flag }) => flag.replace(/-\d+$/, '')));
    expect([...asked].sort()).toEqual(OPERATORS.flatMap((op) => [op, `not-${op}`]).sort());
    const expected = suites.flatMap(({ cases }) => cases.map((one) => one.expected));
    const reasons = new Set(expected.map(({ reason }) => reason));
    expect([...reasons].sort()).toEqual(['DEFAULT', 'DISABLED', 'ERROR', 'SPLIT', 'STATIC', 'TARGETING_MATCH']);
    const codes = new Set(expected.flatMap(({ errorCode }) => errorCode ?? []));
    expect([...codes].sort()).toEqual([
      'FLAG_NOT_FOUND',
      'GENERAL',
      'INVALID_CONTEXT',
      'PARSE_ERROR',
      'TARGETING_KEY_MISSING',
    ]);
    const disabled = new Set(expected.map(({ disabledBy: by }) => (typeof by === 'object' ? 'prerequisite' : by)));
    expect(disabled).toEqual(new Set([undefined, 'off', 'killed', 'shed', 'prerequisite']));
  });

  it('hold flags and attributes that are called like something of the prototype', () => {
    const { ruleset, cases } = conformanceSuites().find(({ name }) => name === 'conditions')!;
    expect(Object.hasOwn(ruleset.flags, '__proto__')).toBe(true);
    const deep = cases.find(({ title }) => title === 'a path through such a name can be there')!;
    expect(JSON.stringify(deep.context)).toBe('{"a":{"__proto__":{"b":1}}}');
  });

  it('are missed by a subject that answers otherwise, with what it said', async () => {
    const { mismatches } = await runConformance({
      says: (expected) => (expected.reason === 'STATIC' ? expected.variant : undefined),
      load: () => () => Promise.resolve('nothing'),
    });
    expect(mismatches[0]).toEqual({ suite: 'conditions', title: 'on for everybody', expected: 'on', got: 'nothing' });
  });
});
