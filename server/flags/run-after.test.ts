import type { Condition, MeasuredRun, Rule, Serve } from '@turnout/core';
import { describe, expect, it } from 'vitest';
import { followTarget, runAfter, settleRun } from './run-after.ts';

const split = (to: number): Serve => ({
  split: {
    by: 'targetingKey',
    salt: 's',
    of: 100_000,
    slices: [
      [0, to, 'on'],
      [to, 100_000, 'off'],
    ],
  },
});
const rule = (id: string, serve: Serve = { variant: 'on' }): Rule => ({
  ...{ id, if: { attribute: 'country', op: 'equals', values: ['CH'] }, serve },
});
const run: MeasuredRun = {
  ...{ id: 'r', entry: 1, stage: 0, target: 'fallthrough', by: 'targetingKey', salt: 's', from: 'off', to: 'on' },
  ...{ treatment: [0, 5_000], control: [50_000, 55_000], sample: { salt: 'm', below: 100_000 } },
};
const before = { rules: [rule('staff')], fallthrough: split(5_000) };

describe('a live run and somebody’s edit', () => {
  it('lives through a rule that is added, and through one that is not its own', () => {
    const more = { ...before, rules: [rule('new'), rule('staff', split(1_000))] };
    expect(runAfter(run, before, more)).toBe(run);
    expect(runAfter(run, before, { ...before, rules: [] })).toBe(run);
  });

  it('ends where the serve of its target is another', () => {
    for (const fallthrough of [{ variant: 'on' }, { variant: 'off' }, split(6_000), { coded: true as const }]) {
      expect(runAfter(run, before, { ...before, fallthrough })).toBeNull();
    }
  });

  it('ends where its target is a rule that goes, and where the rule of its audience is another', () => {
    const ofRule = { ...run, target: 'staff' };
    expect(runAfter(ofRule, before, { ...before, fallthrough: { variant: 'on' } })).toBe(ofRule);
    expect(runAfter(ofRule, before, { ...before, rules: [] })).toBeNull();
    const withAudience = { ...run, audienceRule: 'staff' };
    expect(runAfter(withAudience, before, { ...before, rules: [rule('staff', { variant: 'off' })] })).toBeNull();
    expect(runAfter(withAudience, before, { ...before, rules: [] })).toBeNull();
  });

  it('is none where there was none', () => {
    expect(runAfter(null, before, before)).toBeNull();
  });
});

describe('the rule for the audience of a run', () => {
  const staff: Condition = { segment: 'staff' };
  const inFrance: Condition = { attribute: 'country', op: 'equals', values: ['FR'] };
  const audience: Rule = { id: 'audience-r', if: staff, serve: { variant: 'on' } };
  const owning = { ...run, audienceRule: audience.id };
  const stood = { rules: [rule('mine'), audience], fallthrough: split(5_000) };
  const off: Serve = { variant: 'off' };

  it('goes with its target, where that gives the new variant to nobody any more', () => {
    for (const fallthrough of [off, split(0), { coded: true as const }]) {
      const settled = settleRun(owning, stood, { ...stood, fallthrough });
      expect(settled).toMatchObject({ run: null, rules: [rule('mine')] });
      expect(settled.told).toBe(
        'The rollout of on ended by this. Its rule audience-r went with it: nobody gets on by it any more.',
      );
    }
  });

  it('stays where its target still gives it to somebody, and whoever edited that is told', () => {
    const { rules, told, ...left } = settleRun(owning, stood, { ...stood, fallthrough: split(100) });
    expect([left.run, rules]).toEqual([null, stood.rules]);
    expect(told).toContain('Its rule audience-r stays, for fallthrough still gives on to some');
  });

  it('goes where 0 % is set before the first share was served, and not where something else is edited', () => {
    const first = { ...stood, fallthrough: off };
    expect(settleRun(owning, first, first, 'fallthrough')).toMatchObject({ run: null, rules: [rule('mine')] });
    expect(settleRun(owning, first, { ...first, rules: [rule('more'), ...first.rules] })).toEqual({
      ...{ run: owning, rules: [rule('more'), ...first.rules] },
    });
    expect(settleRun({ ...owning, target: 'mine' }, first, first, 'fallthrough')).toMatchObject({ rules: first.rules });
  });

  it('gives what its target gives where others put rules between, whom they catch would else get something new', () => {
    const between = { ...stood, rules: [audience, rule('later', { variant: 'beta' })] };
    const settled = settleRun(owning, between, { ...between, fallthrough: off });
    expect(settled.rules).toEqual([{ ...audience, serve: off }, between.rules[1]]);
    expect(settled.told).toContain('gives what fallthrough gives now');
  });

  it('follows the condition of its target, and the run lives', () => {
    const ofRule = { ...owning, target: 'kept' };
    const inBoth = { ...audience, if: { all: [rule('kept').if, staff] } };
    const before = { rules: [inBoth, rule('kept', off)], fallthrough: off };
    const after = { ...before, rules: [inBoth, { ...rule('kept', off), if: inFrance }] };
    const settled = settleRun(ofRule, before, after);
    expect(settled.run).toBe(ofRule);
    expect(settled.rules).toEqual([{ ...inBoth, if: { all: [inFrance, staff] } }, after.rules[1]]);
    // Written once more it is the same.
    expect(settleRun(ofRule, before, { ...after, rules: settled.rules })).toMatchObject({ run: ofRule });
    expect(followTarget(audience, inFrance, rule('kept').if).if).toEqual({ all: [rule('kept').if, staff] });
  });

  it('is its editor’s where it was edited itself', () => {
    const edited = { ...stood, fallthrough: off, rules: [{ ...audience, serve: { variant: 'beta' } }] };
    expect(settleRun(owning, stood, edited)).toEqual({ run: null, rules: edited.rules });
    expect(settleRun(owning, stood, { ...stood, rules: [] })).toEqual({ run: null, rules: [] });
  });
});
