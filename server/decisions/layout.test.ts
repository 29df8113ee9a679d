import {
  armOf,
  type Condition,
  compile,
  type Evaluation,
  evaluate,
  type Flag,
  type Ruleset,
  type Serve,
} from '@turnout/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Stage } from '../policies/policy.ts';
import { growRun, leaveRun, type Served } from './grow-run.ts';
import { hasControl, layArms, layRun, type RunTerms, splitAt } from './layout.ts';

const OF = 100_000;
const SEED = 206;

const TERMS: RunTerms = {
  ...{ id: 'r1', target: 'fallthrough', targetIf: null, from: 'old', to: 'new', by: 'targetingKey', salt: 's' },
  anchor: { variant: 'old' },
  sample: { salt: 'm', below: OF },
};

/** Stages whose exposures do not shrink, some for an audience, some for one alone. */
const stages: fc.Arbitrary<Stage[]> = fc
  .tuple(
    fc.array(fc.oneof(fc.nat(OF), fc.constantFrom(0, 1, 49_999, 50_000, 50_001, 99_999, OF)), { maxLength: 7 }),
    fc.array(fc.constantFrom<'none' | 'staff' | 'beta'>('none', 'staff', 'beta'), { minLength: 9, maxLength: 9 }),
    fc.array(fc.boolean(), { minLength: 9, maxLength: 9 }),
  )
  .map(([exposures, audiences, alone]) => {
    const list = exposures
      .sort((a, b) => a - b)
      .map((exposure, at): Stage => {
        const audience = audiences[at];
        const stage = { bakeMs: 0, gates: [], approvals: [] };
        if (audience === 'none' || audience === undefined) return { ...stage, exposure };
        return alone[at] ? { ...stage, audience } : { ...stage, audience, exposure };
      });
    return list.length > 0 ? list : [{ bakeMs: 0, gates: [], approvals: [], audience: 'staff' }];
  });

type Range = [number, number];
const width = ([start, end]: Range) => end - start;
const overlap = (a: Range, b: Range) => Math.min(a[1], b[1]) > Math.max(a[0], b[0]);
const given = (serve: Serve, variant: string): number =>
  'split' in serve
    ? serve.split.slices.filter((slice) => slice[2] === variant).reduce((sum, slice) => sum + slice[1] - slice[0], 0)
    : 0;

describe('the arms', () => {
  it.each([
    [5_000, [0, 5_000], [50_000, 55_000]],
    [50_000, [0, 50_000], [50_000, OF]],
    [80_000, [0, 20_000], [80_000, OF]],
    [OF, [0, 0], [OF, OF]],
    [0, [0, 0], [50_000, 50_000]],
  ])(
    'At %i buckets the arms are as wide as they can be, from the first bucket and in the upper half',
    (exposure, treatment, control) => {
      expect(layArms(exposure)).toEqual({ treatment, control });
    },
  );

  it('Over random stages they are equal and disjoint, and nobody ever changes from one to the other', () => {
    fc.assert(
      fc.property(stages, (list) => {
        const laid = list.map((_, stage) => layRun(TERMS, list, stage, stage + 1));
        for (const [stage, { run, serve }] of laid.entries()) {
          const { treatment, control } = run!;
          expect(width(treatment)).toBe(width(control));
          expect(width(treatment) > 0).toBe(hasControl(list[stage]!));
          expect(treatment[0]).toBe(0);
          expect(control[1]).toBeLessThanOrEqual(OF);
          if (width(treatment) > 0) {
            expect(treatment[1]).toBeLessThanOrEqual(given(serve, 'new'));
            expect(control[0]).toBeGreaterThanOrEqual(given(serve, 'new'));
          }
          for (const other of laid) expect(overlap(treatment, other.run!.control)).toBe(false);
        }
      }),
      { seed: SEED, numRuns: 100 },
    );
  });
});

const RULES: Flag['rules'] = [
  { id: 'blocked', if: { attribute: 'blocked', op: 'equals', values: [true] }, serve: { variant: 'none' } },
  { id: 'de', if: { attribute: 'country', op: 'equals', values: ['de'] }, serve: { variant: 'old' } },
];
const BEFORE: Served = { rules: RULES, fallthrough: { variant: 'old' }, run: null };
const isGerman: Condition = RULES[1]!.if;

function answer(served: Served, context: { [attribute: string]: string | boolean }): Evaluation {
  const segment = (key: string) => ({ key, by: key, included: ['yes'], excluded: [] });
  const { run, ...rest } = served;
  const flag: Flag = {
    ...{ key: 'f', type: 'string', variants: { old: 'o', new: 'n', none: '' }, state: 'on', offVariant: null },
    ...{ prerequisites: [], clientVisible: false, ...rest, ...(run === null ? {} : { run }) },
  };
  const ruleset: Ruleset = {
    ...{ schema: 1, project: 'p', environment: 'e', epoch: 'x', revision: 1, view: 'main', shedLevel: 0 },
    flags: { f: flag },
    segments: { staff: segment('staff'), beta: segment('beta') },
  };
  return evaluate(compile(ruleset), 'f', context);
}

const units = fc.array(
  fc.record({
    targetingKey: fc.integer({ min: 1, max: 1_000_000 }).map(String),
    staff: fc.constantFrom('yes', 'no'),
    beta: fc.constantFrom('yes', 'no'),
    country: fc.constantFrom('de', 'fr'),
    blocked: fc.boolean(),
  }),
  { minLength: 20, maxLength: 20 },
);

describe('what is served', () => {
  it.each([
    ['fallthrough', null],
    ['de', isGerman],
  ])(
    'Of the target %s, whoever got `to` in one stage has it in all later ones and after the finish',
    (target, targetIf) => {
      fc.assert(
        fc.property(stages, units, (list, contexts) => {
          const terms = { ...TERMS, target, targetIf };
          let served = BEFORE;
          let had = new Set<number>();
          for (const [stage] of list.entries()) {
            const writes = layRun(terms, list, stage, stage + 1);
            served = growRun(served, writes);
            const has = new Set(contexts.flatMap((one, at) => (answer(served, one).variant === 'new' ? [at] : [])));
            for (const at of had) expect(has).toContain(at);
            for (const at of has) expect(contexts[at]!.blocked).toBe(false);
            if (target === 'de') for (const at of has) expect(contexts[at]!.country).toBe('de');
            had = has;
            expect(leaveRun(served, writes, TERMS.anchor)).toEqual(BEFORE);
            const finished = leaveRun(served, writes, { variant: 'new' });
            for (const at of has) expect(answer(finished, contexts[at]!).variant).toBe('new');
          }
        }),
        { seed: SEED, numRuns: 30 },
      );
    },
  );

  it('As it is evaluated and reported, nobody is in one arm first and in the other later', () => {
    fc.assert(
      fc.property(stages, units, (list, contexts) => {
        const been = contexts.map(() => new Set<string>());
        let served = BEFORE;
        for (const [stage, { exposure }] of list.entries()) {
          const writes = layRun(TERMS, list, stage, stage + 1);
          served = growRun(served, writes);
          for (const [at, context] of contexts.entries()) {
            const evaluation = answer(served, context);
            const arm = armOf(writes.run!, evaluation, context.targetingKey);
            expect(arm === 'treatment' || arm === 'to').toBe(evaluation.variant === 'new');
            if (exposure === undefined) expect(arm === 'treatment' || arm === 'control').toBe(false);
            if (arm !== undefined && arm !== 'to') been[at]!.add(arm);
          }
        }
        for (const arms of been) expect(arms.size).toBeLessThan(2);
      }),
      { seed: SEED, numRuns: 30 },
    );
  });

  it('An audience comes directly before the target, and a stage for it alone leaves the target as it was', () => {
    const list: Stage[] = [{ audience: 'staff', bakeMs: 0, gates: [], approvals: [] }];
    const { serve, audienceRule, run } = layRun({ ...TERMS, target: 'de', targetIf: isGerman }, list, 0, 1);
    expect(serve).toEqual(TERMS.anchor);
    expect(run).toMatchObject({ audienceRule: 'audience-r1', treatment: [0, 0] });
    const { rules } = growRun(BEFORE, { target: 'de', serve, audienceRule, run });
    expect(rules.map(({ id }) => id)).toEqual(['blocked', 'audience-r1', 'de']);
    expect(rules[1]!.if).toEqual({ all: [isGerman, { segment: 'staff' }] });
  });

  it('A rule that somebody adds is still there after growing, after a rollback and after a finish', () => {
    const stage = { bakeMs: 0, gates: [], approvals: [] };
    const list: Stage[] = [
      { ...stage, audience: 'staff' },
      { ...stage, audience: 'beta', exposure: 10 },
    ];
    const added = {
      id: 'mine',
      if: { attribute: 'a', op: 'exists' as const, values: [true] },
      serve: { variant: 'none' },
    };
    const first = growRun(BEFORE, layRun(TERMS, list, 0, 1));
    const second = layRun(TERMS, list, 1, 2);
    const grown = growRun({ ...first, rules: [...first.rules, added] }, second);
    expect(grown.rules.map(({ id }) => id)).toEqual(['blocked', 'de', 'audience-r1', 'mine']);
    expect(grown.rules[2]!.if).toEqual({ any: [{ segment: 'staff' }, { segment: 'beta' }] });
    expect(leaveRun(grown, second, TERMS.anchor).rules.map(({ id }) => id)).toEqual(['blocked', 'de', 'mine']);
  });

  it('While a run lives its target is a split, also at 0 and at 100 %', () => {
    expect(splitAt(0, TERMS)).toEqual({ split: { by: 'targetingKey', salt: 's', of: OF, slices: [[0, OF, 'old']] } });
    expect(splitAt(OF, TERMS)).toEqual({ split: { by: 'targetingKey', salt: 's', of: OF, slices: [[0, OF, 'new']] } });
  });
});
