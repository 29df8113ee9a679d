import { describe, expect, it } from 'vitest';
import type { Context, Evaluation } from '../model/evaluation.ts';
import type { Condition, Flag, Ruleset } from '../model/ruleset.ts';
import { compile } from './compile.ts';
import { evaluate, evaluateAll } from './evaluate.ts';
import { flagIf, flagWith, rulesetWith, segmentWith } from './ruleset.fixture.ts';

function ask(flag: Flag, context: Context = {}, changes: Partial<Ruleset> = {}): Evaluation {
  return evaluate(compile(rulesetWith({ f: flag }, changes)), 'f', context);
}

const needsBase = (changes: Partial<Flag> = {}) =>
  flagWith({ prerequisites: [{ flag: 'base', variants: ['on'] }], ...changes });

function askNeeding(base: Flag | undefined, context: Context = {}): Evaluation {
  const flags = { f: needsBase({ key: 'f' }), ...(base === undefined ? {} : { base }) };
  return evaluate(compile(rulesetWith(flags)), 'f', context);
}

describe('evaluate, in the order of its steps', () => {
  it('answers FLAG_NOT_FOUND for a key that names no flag, prototype names included', () => {
    const compiled = compile(rulesetWith({ f: flagWith() }));
    for (const key of ['g', 'constructor', '__proto__', 'toString', '']) {
      expect(evaluate(compiled, key, {})).toEqual({ key, reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND', metadata: {} });
    }
  });

  it('finds a flag that is called like something of the prototype', () => {
    const flags = JSON.parse(JSON.stringify({ constructor: flagWith(), X: flagWith() }).replace('X', '__proto__'));
    const compiled = compile(rulesetWith(flags));
    expect(evaluate(compiled, 'constructor', {}).variant).toBe('on');
    expect(evaluate(compiled, '__proto__', {}).variant).toBe('on');
  });

  it('serves the off variant when killed, off or shed, and says which', () => {
    expect(ask(flagWith({ killed: true }))).toEqual({
      key: 'f',
      value: false,
      variant: 'off',
      reason: 'DISABLED',
      disabledBy: 'killed',
      metadata: {},
    });
    expect(ask(flagWith({ killed: true, state: 'off' })).disabledBy).toBe('killed');
    expect(ask(flagWith({ state: 'off' })).disabledBy).toBe('off');
    expect(ask(flagWith({ shedAt: 2 }), {}, { shedLevel: 2 }).disabledBy).toBe('shed');
    expect(ask(flagWith({ shedAt: 2 }), {}, { shedLevel: 1 }).reason).toBe('STATIC');
  });

  it('leaves value and variant out where the off variant is the coded default', () => {
    expect(ask(flagWith({ state: 'off', offVariant: null }))).toEqual({
      key: 'f',
      reason: 'DISABLED',
      disabledBy: 'off',
      metadata: {},
    });
  });

  it('is disabled by a prerequisite that is missing, off, killed, in error, coded or served another variant', () => {
    const unmet = { key: 'f', value: false, variant: 'off', reason: 'DISABLED', disabledBy: { prerequisite: 'base' } };
    const bases = [
      undefined,
      flagWith({ state: 'off', offVariant: 'on' }),
      flagWith({ killed: true, offVariant: 'on' }),
      flagWith({ fallthrough: { coded: true } }),
      flagWith({ fallthrough: { variant: 'off' } }),
      flagWith({ fallthrough: { variant: 'nope' } }),
      flagWith({ fallthrough: { split: { by: 'targetingKey', salt: 's', of: 1, slices: [[0, 1, 'on']] } } }),
    ];
    for (const base of bases) expect(askNeeding(base)).toEqual({ ...unmet, metadata: {} });
  });

  it('goes on when the prerequisite is served a listed variant, also by its rules or its split', () => {
    expect(askNeeding(flagWith()).reason).toBe('STATIC');
    const ruled = flagIf({ attribute: 'plan', op: 'equals', values: ['pro'] });
    expect(askNeeding(ruled, { plan: 'pro' }).reason).toBe('STATIC');
    expect(askNeeding(ruled, { plan: 'free' }).disabledBy).toEqual({ prerequisite: 'base' });
    const split = flagWith({ fallthrough: { split: { by: 'u', salt: 's', of: 1, slices: [[0, 1, 'on']] } } });
    expect(askNeeding(split, { u: 'x' }).reason).toBe('STATIC');
  });

  it('answers PARSE_ERROR after the prerequisites, and not at all when killed or off', () => {
    const rules = [{ id: 'r', if: { not: { attribute: 'a', op: 'sounds', values: ['x'] } }, serve: { variant: 'on' } }];
    const unknown = flagWith({ rules: rules as unknown as Flag['rules'] });
    expect(ask(unknown)).toEqual({ key: 'f', reason: 'ERROR', errorCode: 'PARSE_ERROR', metadata: {} });
    expect(ask({ ...unknown, killed: true }).reason).toBe('DISABLED');
    expect(ask({ ...unknown, state: 'off' }).reason).toBe('DISABLED');
    expect(ask({ ...unknown, prerequisites: [{ flag: 'gone', variants: ['on'] }] }).reason).toBe('DISABLED');
  });

  it('answers GENERAL on a cycle or reaching one, before the prerequisites, unless off or killed', () => {
    const needs = (flag: string, changes: Partial<Flag> = {}) =>
      flagWith({
        prerequisites: [
          { flag: 'gone', variants: [] },
          { flag, variants: ['on'] },
        ],
        ...changes,
      });
    const compiled = compile(
      rulesetWith({
        a: needs('b'),
        b: needs('a'),
        self: needs('self'),
        reaches: needs('a'),
        killed: needs('a', { killed: true }),
        off: needs('a', { state: 'off' }),
        free: flagWith(),
      }),
    );
    for (const key of ['a', 'b', 'self', 'reaches']) expect(evaluate(compiled, key, {}).errorCode).toBe('GENERAL');
    for (const key of ['killed', 'off']) expect(evaluate(compiled, key, {}).reason).toBe('DISABLED');
    expect(evaluate(compiled, 'free', {}).reason).toBe('STATIC');
  });

  it('answers GENERAL for a flag that reaches a cycle of segments', () => {
    const segments = {
      one: segmentWith({ if: { segment: 'two' } }),
      two: segmentWith({ if: { segment: 'one' } }),
      into: segmentWith({ if: { not: { segment: 'one' } } }),
    };
    expect(ask(flagIf({ segment: 'into' }), {}, { segments }).errorCode).toBe('GENERAL');
    expect(ask(flagIf({ segment: 'elsewhere' }), {}, { segments }).errorCode).toBe('PARSE_ERROR');
  });

  it('serves the first rule that holds', () => {
    const flag = flagWith({
      variants: { a: true, b: false },
      offVariant: 'b',
      rules: [
        { id: 'one', if: { attribute: 'x', op: 'equals', values: [1] }, serve: { variant: 'a' } },
        { id: 'two', if: { attribute: 'x', op: 'exists', values: [] }, serve: { variant: 'b' } },
        { id: 'three', if: { attribute: 'y', op: 'exists', values: [] }, serve: { coded: true } },
      ],
      fallthrough: { variant: 'a' },
    });
    expect(ask(flag, { x: 1 })).toMatchObject({ variant: 'a', reason: 'TARGETING_MATCH', ruleId: 'one' });
    expect(ask(flag, { x: 2 })).toMatchObject({ variant: 'b', reason: 'TARGETING_MATCH', ruleId: 'two' });
    const coded = { key: 'f', reason: 'TARGETING_MATCH', ruleId: 'three', metadata: {} };
    expect(ask(flag, { y: 2 })).toEqual(coded);
    expect(ask(flag)).toEqual({ key: 'f', value: true, variant: 'a', reason: 'DEFAULT', metadata: {} });
  });

  it('serves the first rule that holds, however many there are', () => {
    const rules = Array.from({ length: 3000 }, (_, i) => ({
      id: `r${i}`,
      if: { all: [{ attribute: 'x', op: 'lte' as const, values: [i] }, ...(i % 3 === 0 ? [] : [{ all: [] }])] },
      serve: { variant: 'on' },
    }));
    const compiled = compile(rulesetWith({ f: flagWith({ rules, fallthrough: { variant: 'off' } }) }));
    for (const x of [0, 1, 2, 3, 6, 7, 8, 9, 15, 16, 17, 2999]) {
      expect(evaluate(compiled, 'f', { x })).toMatchObject({ variant: 'on', ruleId: `r${x}` });
    }
    expect(evaluate(compiled, 'f', { x: 3000 })).toMatchObject({ variant: 'off', reason: 'DEFAULT' });
  });

  it('holds in whatever order the parts of a condition are asked', () => {
    const parts = [
      { attribute: 'a', op: 'matches', values: ['^x'] },
      { segment: 's' },
      { attribute: 'a', op: 'semverGte', values: ['1'] },
      { not: { attribute: 'b', op: 'equals', values: [1] } },
      { attribute: 'b', op: 'exists', values: [] },
    ] as Condition[];
    const segments = { s: segmentWith({ included: ['u'] }) };
    const all = compile(rulesetWith({ f: flagIf({ all: parts }), g: flagIf({ any: parts }) }, { segments }));
    for (const a of ['x', '1.2.3', 'y']) {
      for (const b of [1, 2, null]) {
        for (const targetingKey of ['u', 'v']) {
          const met = [a === 'x', targetingKey === 'u', a === '1.2.3', b !== 1, b !== null];
          const context = { a, b, targetingKey };
          expect(evaluate(all, 'f', context).variant).toBe(met.every(Boolean) ? 'on' : 'off');
          expect(evaluate(all, 'g', context).variant).toBe(met.some(Boolean) ? 'on' : 'off');
        }
      }
    }
  });

  it('falls through to STATIC without rules, DEFAULT for coded, SPLIT for a split', () => {
    expect(ask(flagWith()).reason).toBe('STATIC');
    expect(ask(flagWith({ fallthrough: { coded: true } }))).toEqual({ key: 'f', reason: 'DEFAULT', metadata: {} });
    const split = { by: 'targetingKey', salt: 's', of: 2, slices: [[0, 2, 'on']] as [number, number, string][] };
    expect(ask(flagWith({ fallthrough: { split } }), { targetingKey: 'u' }).reason).toBe('SPLIT');
  });

  it('answers an error, and no bucket, for a split whose unit is missing, empty or no text', () => {
    const by = (by: string) => flagWith({ fallthrough: { split: { by, salt: 's', of: 2, slices: [[0, 2, 'on']] } } });
    for (const targetingKey of [undefined, '', null, true, [], {}]) {
      const context = (targetingKey === undefined ? {} : { targetingKey }) as Context;
      expect(ask(by('targetingKey'), context)).toMatchObject({ reason: 'ERROR', errorCode: 'TARGETING_KEY_MISSING' });
      expect(ask(by('account'), { account: targetingKey as null })).toMatchObject({ errorCode: 'INVALID_CONTEXT' });
    }
    expect(ask(by('account'), { account: 42 }).reason).toBe('SPLIT');
  });

  it('takes any context, and counts what is no object as an empty one', () => {
    const flag = flagIf({ attribute: 'length', op: 'exists', values: [] });
    for (const context of [null, undefined, 5, 'text', [1, 2]]) {
      expect(ask(flag, context as unknown as Context).variant).toBe('off');
    }
  });
});

describe('evaluateAll', () => {
  it('answers every flag in the order of the ruleset, or those that are wanted', () => {
    const z = flagWith({ prerequisites: [{ flag: 'a', variants: ['on'] }] });
    const compiled = compile(rulesetWith({ z, a: flagWith(), m: flagWith({ clientVisible: true }) }));
    expect(evaluateAll(compiled, {}).map(({ key }) => key)).toEqual(['z', 'a', 'm']);
    expect(evaluateAll(compiled, {}, (flag) => flag.source.clientVisible).map(({ key }) => key)).toEqual(['m']);
  });
});

describe('an answer', () => {
  it('is frozen, shared between calls, and carries only the scalars of the metadata', () => {
    const metadata = { team: 'web', n: 1, nested: {} } as unknown as Record<string, string>;
    const compiled = compile(rulesetWith({ f: flagWith({ metadata }) }));
    const first = evaluate(compiled, 'f', { a: 1 });
    expect(first.metadata).toEqual({ team: 'web', n: 1 });
    expect(evaluate(compiled, 'f', { b: 2 })).toBe(first);
    expect(() => Object.assign(first, { value: false })).toThrow(TypeError);
  });
});
