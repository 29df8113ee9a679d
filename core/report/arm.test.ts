import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucket } from '../evaluate/bucket.ts';
import { compile } from '../evaluate/compile.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { rulesetWith } from '../evaluate/ruleset.fixture.ts';
import type { Evaluation } from '../model/evaluation.ts';
import type { MeasuredRun } from '../model/ruleset.ts';
import { armOf, armsOf } from './arm.ts';
import { measuredFlag, RUN } from './measured.fixture.ts';

const answer = (more: Partial<Evaluation>): Evaluation => ({
  ...{ key: 'f', value: true, variant: 'on', reason: 'SPLIT', metadata: {} },
  ...more,
});
const unitAt = (from: number, below: number): string => {
  for (let i = 0; ; i++) {
    const at = bucket(RUN.salt, `u${i}`, 100_000);
    if (at >= from && at < below) return `u${i}`;
  }
};
const treated = unitAt(0, 20_000);
const between = unitAt(20_000, 50_000);
const controlled = unitAt(50_000, 70_000);

describe('the arm of a unit', () => {
  it('is the one into which the run’s own split put it', () => {
    expect(armOf(RUN, answer({}), treated)).toBe('treatment');
    expect(armOf(RUN, answer({ variant: 'off' }), controlled)).toBe('control');
    expect(armOf(RUN, answer({ variant: 'off' }), between)).toBeUndefined();
  });

  it('is none where a split gave `to` outside of the arms, which is still an exposure', () => {
    const wide: MeasuredRun = { ...RUN, treatment: [0, 20_000], control: [80_000, 100_000] };
    expect(armOf(wide, answer({}), between)).toBe('to');
    expect(armsOf(wide).mayExpose(between)).toBe(true);
    expect(armsOf(RUN).mayExpose(between)).toBe(false);
  });

  it.each([
    ['another rule chose', { ruleId: 'other' }],
    ['it was no split that chose', { reason: 'DEFAULT' as const }],
    ['the flag is off', { reason: 'DISABLED' as const, disabledBy: 'off' as const }],
    ['it failed', { reason: 'ERROR' as const, errorCode: 'GENERAL' as const }],
    ['the answer is older than it may be', { reason: 'STALE' as const }],
    ['it is a variant of neither side', { variant: 'third' }],
  ])('is none where %s', (_name, more) => {
    expect(armOf(RUN, answer(more), treated)).toBeUndefined();
  });

  it('is none for the audience, which is exposed all the same', () => {
    const run = { ...RUN, audienceRule: 'staff' };
    expect(armOf(run, answer({ reason: 'TARGETING_MATCH', ruleId: 'staff' }), controlled)).toBe('to');
    expect(armsOf(run).mayExpose(between)).toBe(true);
  });

  it('is that of its rule where a rule is the target', () => {
    const run = { ...RUN, target: 'beta' };
    expect(armOf(run, answer({ ruleId: 'beta' }), treated)).toBe('treatment');
    expect(armOf(run, answer({}), treated)).toBeUndefined();
  });

  it('agrees with what was served, for everybody', () => {
    const compiled = compile(rulesetWith({ f: measuredFlag() }));
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), (unit) => {
        const found = evaluate(compiled, 'f', { targetingKey: unit });
        const arm = armOf(RUN, found, unit);
        if (arm === 'treatment') expect(found.variant).toBe('on');
        if (arm === 'control') expect(found.variant).toBe('off');
        expect(arm).not.toBe('to');
        if (arm !== undefined) expect(armsOf(RUN).mayExpose(unit)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
