import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Context, Evaluation } from '../model/evaluation.ts';
import type { Flag, JsonValue, Ruleset } from '../model/ruleset.ts';
import { contexts, flags, json, KEYS, rulesets, segments } from './any-ruleset.fixture.ts';
import { compile } from './compile.ts';
import { evaluate, evaluateAll } from './evaluate.ts';
import { explain } from './explain.ts';
import { flagWith, rulesetWith, segmentWith } from './ruleset.fixture.ts';

/** A value nested so deep that a recursion over it would not fit on the stack. */
function nest(depth: number, wrap: (inner: JsonValue) => JsonValue, innermost: JsonValue = {}): JsonValue {
  let value = innermost;
  for (let i = 0; i < depth; i++) value = wrap(value);
  return value;
}

/** Whatever the types say, a ruleset is what came over the wire. */
const asRuleset = (value: unknown) => value as Ruleset;

function askAll(ruleset: Ruleset, context: Context): Evaluation[] {
  const compiled = compile(ruleset);
  return [...KEYS, 'gone'].map((key) => evaluate(compiled, key, context));
}

function assertAnswer(answer: Evaluation): void {
  expect(answer.reason === 'ERROR').toBe(answer.errorCode !== undefined);
  expect('value' in answer).toBe('variant' in answer);
  if (answer.reason === 'ERROR') expect('value' in answer).toBe(false);
}

describe('evaluate is total', () => {
  it('on any JSON as a ruleset and as a context', () => {
    fc.assert(
      fc.property(json, json, json, (ruleset, flag, context) => {
        for (const answer of askAll(ruleset, context)) assertAnswer(answer);
        for (const answer of askAll({ ...ruleset, flags: { a: flag, b: ruleset } }, context)) assertAnswer(answer);
        for (const answer of askAll(asRuleset({ flags: { a: { ...flagWith(), rules: [flag] } } }), context)) {
          assertAnswer(answer);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('on rulesets of the right shape, with cycles and elements from the future', () => {
    fc.assert(
      fc.property(rulesets, contexts, (ruleset, context) => {
        for (const answer of askAll(ruleset, context)) assertAnswer(answer);
        expect(evaluateAll(compile(ruleset), context)).toHaveLength(Object.keys(ruleset.flags).length);
      }),
      { numRuns: 300 },
    );
  });

  it.each<[string, (depth: number) => JsonValue]>([
    ['not', (depth) => nest(depth, (not) => ({ not }), { any: [] })],
    ['all', (depth) => nest(depth, (inner) => ({ all: [{ any: [] }, inner] }), { any: [] })],
    ['lists', (depth) => nest(depth, (inner) => [inner], [])],
    ['anything', (depth) => nest(depth, (x) => ({ x }))],
  ])('on %s nested 10,000 deep, wherever it stands', (_kind, build) => {
    const deep = build(10_000);
    const places: unknown[] = [
      deep,
      { flags: deep },
      { flags: { a: deep }, segments: { s: deep } },
      { flags: { a: { ...flagWith(), rules: [{ id: 'r', if: deep, serve: { variant: 'on' } }] } } },
      { flags: { a: { ...flagWith(), fallthrough: deep } } },
      { flags: { a: { ...flagWith(), prerequisites: [deep] } } },
      { flags: { a: { ...flagWith(), type: 'object', variants: { on: { deep } }, offVariant: null } } },
      { flags: { a: { ...flagWith(), metadata: { deep } } } },
      { segments: { s: { ...segmentWith(), if: deep } }, flags: {} },
    ];
    for (const place of places) for (const answer of askAll(asRuleset(place), {})) assertAnswer(answer);
    const asks = {
      ...flagWith(),
      rules: [{ id: 'r', if: { attribute: 'x', op: 'equals', values: ['y'] }, serve: {} }],
    };
    for (const context of [deep, { x: deep }, { targetingKey: deep }]) {
      askAll(asRuleset({ flags: { a: asks } }), context as Context).forEach(assertAnswer);
    }
  });

  it('on chains of flags and of segments 10,000 long, and on cycles of them', () => {
    for (const last of [9_999, 0]) {
      const chainOf = <T>(make: (next: string) => T) =>
        Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, make(`k${i < 9_999 ? i + 1 : last}`)]));
      const chained = chainOf((flag): Flag => flagWith({ prerequisites: [{ flag, variants: ['on'] }] }));
      const compiled = compile(rulesetWith(chained));
      expect(evaluate(compiled, 'k0', {}).errorCode).toBe('GENERAL');
      const inSegments = chainOf((segment) => segmentWith({ if: { not: { segment } } }));
      const asks = flagWith({ rules: [{ id: 'r', if: { segment: 'k0' }, serve: { variant: 'on' } }] });
      expect(evaluate(compile(rulesetWith({ f: asks }, { segments: inSegments })), 'f', {}).errorCode).toBe('GENERAL');
    }
  });
});

describe('killing a flag', () => {
  it('moves no other flag away from its off variant, and gives the killed one nothing but its own', () => {
    fc.assert(
      fc.property(rulesets, contexts, fc.constantFrom(...KEYS), (ruleset, context, key) => {
        fc.pre(Object.hasOwn(ruleset.flags, key));
        const killed = { ...ruleset, flags: { ...ruleset.flags } };
        Object.defineProperty(killed.flags, key, {
          value: { ...ruleset.flags[key]!, killed: true },
          enumerable: true,
          configurable: true,
          writable: true,
        });
        const [before, after] = [compile(ruleset), compile(killed)];
        for (const [other, { off }] of before.flags) {
          const [was, is] = [evaluate(before, other, context), evaluate(after, other, context)];
          if (other === key) {
            expect(is).toMatchObject({ reason: 'DISABLED', disabledBy: 'killed' });
            expect([is.variant, is.value]).toEqual([off.variant, off.value]);
          } else if (was.errorCode === undefined && was.variant === off.variant) {
            expect(is.variant).toBe(off.variant);
          } else {
            // What changes at all changes to the off variant.
            if (is.variant !== was.variant || is.errorCode !== was.errorCode) expect(is.variant).toBe(off.variant);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('explain', () => {
  it('answers what evaluate answers, and its trail ends with what decided', () => {
    fc.assert(
      fc.property(rulesets, contexts, fc.constantFrom(...KEYS), (ruleset, context, key) => {
        const compiled = compile(ruleset);
        const { evaluation, trail } = explain(compiled, key, context);
        expect(evaluation).toEqual(evaluate(compiled, key, context));
        if (evaluation.errorCode === 'FLAG_NOT_FOUND') expect(trail).toEqual([]);
        else expect(trail.at(-1)).toMatchObject({ flag: key });
        const matched = trail.find((step) => step.step === 'rule' && 'flag' in step && step.flag === key && step.holds);
        if (evaluation.ruleId !== undefined) expect(matched).toMatchObject({ ruleId: evaluation.ruleId });
      }),
      { numRuns: 300 },
    );
  });
});

/** One edit of a ruleset that keeps the identity of all else, as `applyPatch` does. */
const edits = fc.oneof(
  fc.tuple(fc.constant('flags'), fc.constantFrom(...KEYS), fc.oneof(flags, fc.constant(undefined), json)),
  fc.tuple(fc.constant('segments'), fc.constantFrom('s', 't', 'u'), fc.oneof(segments, fc.constant(undefined), json)),
  fc.tuple(fc.constant('shedLevel'), fc.constant(''), fc.nat(3)),
);

function edit(ruleset: Ruleset, [field, key, value]: [string, string, unknown]): Ruleset {
  if (field === 'shedLevel') return { ...ruleset, shedLevel: value as 0 };
  const record = field === 'flags' ? ruleset.flags : ruleset.segments;
  const entries = Object.entries(record).filter(([name]) => name !== key);
  if (value !== undefined) entries.push([key, value as Flag]);
  return { ...ruleset, [field]: Object.fromEntries(entries) };
}

describe('compile with the previous one', () => {
  it('answers as a fresh one after any history of edits, and keeps what no edit touched', () => {
    fc.assert(
      fc.property(rulesets, fc.array(edits, { minLength: 1, maxLength: 6 }), contexts, (first, history, context) => {
        let ruleset = first;
        let compiled = compile(ruleset);
        for (const one of history) {
          const before = compiled;
          ruleset = edit(ruleset, one as [string, string, unknown]);
          compiled = compile(ruleset, before);
          const fresh = compile(ruleset);
          expect([...compiled.flags.keys()]).toEqual([...fresh.flags.keys()]);
          for (const [key, flag] of fresh.flags) {
            const reused = compiled.flags.get(key)!;
            expect(evaluate(compiled, key, context)).toEqual(evaluate(fresh, key, context));
            expect([reused.off, reused.faults, reused.shed]).toEqual([flag.off, flag.faults, flag.shed]);
          }
        }
        expect([...compile({ ...ruleset }, compiled).flags.values()]).toEqual([...compiled.flags.values()]);
      }),
      { numRuns: 150 },
    );
  });

  it('takes over flags and segments by identity, and recompiles what depends on a changed one', () => {
    const segment = segmentWith({ included: ['u'] });
    const uses = flagWith({ rules: [{ id: 'r', if: { segment: 's' }, serve: { variant: 'on' } }] });
    const needs = flagWith({ prerequisites: [{ flag: 'uses', variants: ['on'] }] });
    const ruleset = rulesetWith({ uses, needs, free: flagWith() }, { segments: { s: segment } });
    const before = compile(ruleset);
    const after = compile({ ...ruleset, segments: { s: { ...segment, included: [] } } }, before);
    expect(after.flags.get('free')).toBe(before.flags.get('free'));
    expect(after.flags.get('uses')).not.toBe(before.flags.get('uses'));
    expect(after.flags.get('needs')).not.toBe(before.flags.get('needs'));
    const again = compile({ ...ruleset, segments: { s: segment } }, before);
    for (const key of ['uses', 'needs', 'free']) expect(again.flags.get(key)).toBe(before.flags.get(key));
    const shed = compile({ ...ruleset, shedLevel: 3 }, before);
    expect(shed.flags.get('uses')).toBe(before.flags.get('uses'));
  });
});
