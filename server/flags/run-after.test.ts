import type { MeasuredRun, Rule, Serve } from '@turnout/core';
import { describe, expect, it } from 'vitest';
import { runAfter } from './run-after.ts';

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
