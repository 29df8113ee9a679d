import type { Flag } from '@turnout/core';
import { flagWith, rulesetWith } from '@turnout/core/fixtures';
import { describe, expect, it } from 'vitest';
import { hasGrace, type TakenBack } from './grace.ts';

const ruleset = (over: Partial<Flag>) => rulesetWith({ f: flagWith(over) }, { revision: 7 });

const environment = {
  ...{ id: 3, projectId: 1, projectKey: 'p', key: 'e', protected: true },
  approvals: null,
  ...{ epoch: 'x', revision: 7, digest: 'd', shedLevel: 0 },
};
const off = { environment, before: ruleset({ state: 'off' }), after: ruleset({}) };
const at = new Date('2026-01-01T00:00:00Z');
const taken: TakenBack = { actor: 'token:a', at, environments: [{ environmentId: 3, position: 'x.7' }] };
const after = (ms: number) => new Date(at.getTime() + ms);

describe('the grace of whoever takes back what they just did', () => {
  it('holds for an off and for a kill, up to 60 s', () => {
    expect(hasGrace(off, taken, 'token:a', after(60_000))).toBe(true);
    expect(hasGrace({ ...off, before: ruleset({ killed: true }) }, taken, 'token:a', after(1))).toBe(true);
  });

  it.each<[string, typeof off, TakenBack, string, number]>([
    ['later', off, taken, 'token:a', 60_001],
    ['before it was made, by a clock that went back', off, taken, 'token:a', -1],
    ['for somebody else', off, taken, 'token:b', 1],
    ['where the environment moved', { ...off, environment: { ...environment, revision: 8 } }, taken, 'token:a', 1],
    ['in another epoch', { ...off, environment: { ...environment, epoch: 'y' } }, taken, 'token:a', 1],
    ['where that change did nothing', off, { ...taken, environments: [] }, 'token:a', 1],
    [
      'for the way back of something that was not towards safe',
      { ...off, before: ruleset({ fallthrough: { variant: 'off' }, offVariant: 'on' }) },
      taken,
      'token:a',
      1,
    ],
    [
      'where more is done than taken back',
      { ...off, after: ruleset({ variants: { on: true, off: true } }) },
      taken,
      'token:a',
      1,
    ],
  ])('does not hold %s', (_title, step, what, actor, ms) => {
    expect(hasGrace(step, what, actor, after(ms))).toBe(false);
  });
});
