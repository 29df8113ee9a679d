import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile } from '../evaluate/compile.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { flagWith, rulesetWith } from '../evaluate/ruleset.fixture.ts';
import type { Evaluation } from '../model/evaluation.ts';
import type { JsonValue } from '../model/ruleset.ts';
import { REPORT_LIMITS, type ReportBatch, ReportFold } from './fold.ts';

function answerOf(key: string, variant?: string): Evaluation {
  return { key, reason: 'DEFAULT', metadata: {}, ...(variant !== undefined && { variant, value: true }) };
}

function sumOf({ flags, overflow }: ReportBatch): number {
  const counts = flags.flatMap(({ variants, coded }) => [coded, ...Object.values(variants)]);
  return counts.reduce((a, b) => a + b, overflow);
}

const sizeOf = (batch: ReportBatch) => new TextEncoder().encode(JSON.stringify(batch)).length;

describe('a fold of evaluations', () => {
  it('counts what evaluate answers per flag and variant, shared answers and fresh ones alike', () => {
    const compiled = compile(rulesetWith({ f: flagWith(), g: flagWith({ fallthrough: { coded: true } }) }));
    const fold = new ReportFold();
    for (let i = 0; i < 3; i++) fold.count(evaluate(compiled, 'f', {}), false);
    fold.count({ ...evaluate(compiled, 'f', {}), reason: 'STALE' }, false);
    fold.count(evaluate(compiled, 'g', {}), true);
    for (let i = 0; i < 2; i++) fold.count(evaluate(compiled, 'gone', {}), 'text');
    expect(fold.take()).toEqual({
      flags: [
        { flag: 'f', variants: { on: 4 }, coded: 0, codedDefaults: [false] },
        { flag: 'g', variants: {}, coded: 1, codedDefaults: [true] },
        { flag: 'gone', variants: {}, coded: 2, codedDefaults: ['text'] },
      ],
      overflow: 0,
    });
  });

  it('begins anew when a batch is taken, and gives none of nothing', () => {
    const fold = new ReportFold();
    expect(fold.take()).toBeUndefined();
    fold.count(answerOf('f', 'on'));
    expect(sumOf(fold.take()!)).toBe(1);
    expect(fold.take()).toBeUndefined();
    fold.count(answerOf('f', 'on'));
    expect(fold.take()).toEqual({
      flags: [{ flag: 'f', variants: { on: 1 }, coded: 0, codedDefaults: [] }],
      overflow: 0,
    });
  });

  it('keeps a few different defaults of a flag, each once, and none that is large or cannot be written', () => {
    const fold = new ReportFold();
    const cyclic: { self?: object } = {};
    cyclic.self = cyclic;
    const hostile: unknown[] = ['x'.repeat(1000), cyclic, () => 1, 5n];
    for (const coded of hostile) fold.count(answerOf('hostile'), coded as JsonValue);
    for (let i = 0; i < 100; i++) fold.count(answerOf('many'), i);
    for (let i = 0; i < 100; i++) fold.count(answerOf('same'), { a: [1] });
    for (let i = 0; i < 100; i++) fold.count(answerOf('two'), i % 2 === 0);
    const defaults = fold.take()!.flags.map(({ flag, codedDefaults }) => [flag, codedDefaults]);
    expect(defaults).toEqual([
      ['hostile', []],
      ['many', [0, 1, 2, 3]],
      ['same', [{ a: [1] }]],
      ['two', [true, false]],
    ]);
  });

  it('counts what finds no room among its keys as overflow', () => {
    const fold = new ReportFold({ keys: 4, bytes: 10_000 });
    for (const key of ['a', 'b', 'c']) for (let i = 0; i < 10; i++) fold.count(answerOf(key, `v${i % 2}`));
    const batch = fold.take()!;
    expect(batch.flags.map(({ flag, variants }) => [flag, variants])).toEqual([
      ['a', { v0: 5, v1: 5 }],
      ['b', {}],
    ]);
    expect(batch.overflow).toBe(20);
  });

  it('stays bounded when an app asks for hundreds of thousands of flags', () => {
    const fold = new ReportFold();
    for (let i = 0; i < 200_000; i++) fold.count(Object.freeze(answerOf(`user-${i}`)), i);
    const batch = fold.take()!;
    expect(batch.flags.length).toBeLessThanOrEqual(REPORT_LIMITS.keys);
    expect(batch.flags.length).toBeGreaterThan(500);
    expect(sizeOf(batch)).toBeLessThanOrEqual(REPORT_LIMITS.bytes);
    expect(sumOf(batch)).toBe(200_000);
  });

  it('holds flags and variants that are called like something of the prototype', () => {
    const fold = new ReportFold();
    for (const name of ['__proto__', 'constructor']) fold.count(answerOf(name, name));
    expect(JSON.stringify(fold.take()!.flags.map(({ variants }) => variants))).toBe(
      '[{"__proto__":1},{"constructor":1}]',
    );
  });

  it('adds up what was folded apart to the same counts as what was folded at once', () => {
    const one = fc.tuple(fc.constantFrom('a', 'b', '__proto__'), fc.option(fc.constantFrom('on', 'off')), fc.boolean());
    const many = fc.array(one, { maxLength: 40 });
    fc.assert(
      fc.property(many, many, (first, second) => {
        const fold = (asked: typeof first) => {
          const folded = new ReportFold();
          for (const [key, variant, coded] of asked) folded.count(answerOf(key, variant ?? undefined), coded);
          return folded.take();
        };
        const apart = new ReportFold();
        for (const batch of [fold(first), fold(second)]) if (batch !== undefined) apart.add(batch);
        const [got, expected] = [apart.take(), fold([...first, ...second])];
        const sorted = (batch: ReportBatch | undefined) =>
          batch?.flags.map((flag) => ({ ...flag, codedDefaults: flag.codedDefaults.map(String).sort() }));
        expect(sorted(got)).toEqual(sorted(expected));
      }),
      { numRuns: 100 },
    );
  });

  it('loses no count and keeps to its limits, whatever it is handed', () => {
    const name = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.constantFrom('a', 'b', '__proto__', '\0\0\0'),
    );
    const one = fc.tuple(
      name,
      fc.option(name, { nil: undefined }),
      fc.option(fc.jsonValue({ maxDepth: 1 }), { nil: undefined }),
    );
    const limits = fc.record({ keys: fc.integer({ min: 0, max: 20 }), bytes: fc.integer({ min: 60, max: 2000 }) });
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 80 }), limits, (asked, bounds) => {
        const fold = new ReportFold(bounds);
        for (const [key, variant, coded] of asked) fold.count(answerOf(key, variant), coded as JsonValue);
        const batch = fold.take()!;
        expect(sumOf(batch)).toBe(asked.length);
        expect(sizeOf(batch)).toBeLessThanOrEqual(bounds.bytes);
        const keys = batch.flags.reduce((sum, { variants }) => sum + 1 + Object.keys(variants).length, 0);
        expect(keys).toBeLessThanOrEqual(bounds.keys);
      }),
      { numRuns: 100 },
    );
  });
});
