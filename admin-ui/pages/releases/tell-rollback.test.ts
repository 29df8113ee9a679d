import type { RollbackAnswer } from '@turnout/server/contracts';
import { describe, expect, test } from 'vitest';
import { isAskedFor, isNothing, isSameSeen, tellDone, tellReach } from './tell-rollback.ts';

type Flag = RollbackAnswer['flags'][number];
const flag = (key: string, effect: Flag['effect'], after: unknown = null): Flag => ({
  ...{ key, effect, direction: null, because: null, before: null, after },
});
const segment = { key: 'staff', before: null, after: null };
const change = { id: 7, seq: 7, at: '2026-01-01T00:00:00.000Z', environments: [] };
const request = { id: 'r', title: 'Rollback' };

describe('How far a rollback reaches', () => {
  test.each([
    [{ flags: [flag('a', 'changed')], segments: [], same: 0 }, 'One flag goes back.'],
    [
      { flags: [flag('a', 'changed'), flag('b', 'changed'), flag('c', 'kept')], segments: [segment], same: 140 },
      '2 flags go back, one segment too, one flag stays as it is, 140 flags are like that already.',
    ],
    [
      { flags: [flag('a', 'waits'), flag('b', 'waits')], segments: [], same: 1 },
      'No flag goes back, 2 flags wait for approval or for the end of a freeze, one flag is like that already.',
    ],
  ])('is said of %j', (effects, words) => {
    expect(tellReach(effects)).toBe(words);
  });

  test('is said in the past where it is done', () => {
    const flags = [flag('a', 'changed'), flag('b', 'changed'), flag('c', 'kept')];
    expect(tellReach({ flags, segments: [], same: 1 }, true)).toBe(
      '2 flags went back, one flag stayed as it is, one flag was like that already.',
    );
  });
});

test('It comes to nothing where all is like that, or has to stay', () => {
  expect(isNothing({ flags: [flag('a', 'kept')], segments: [] })).toBe(true);
  expect(isNothing({ flags: [flag('a', 'waits')], segments: [] })).toBe(false);
  expect(isNothing({ flags: [], segments: [segment] })).toBe(false);
});

test.each([
  [{ applied: 'all', change, request: null }, 'Production is back at autumn.'],
  [{ applied: 'all', request: null }, 'Production is like autumn already: nothing had to be done.'],
  [
    { applied: 'safe-part', change, request },
    'Production is partly back at autumn: what goes towards safe went at once, and what grows waits.',
  ],
  [{ applied: 'nothing', request }, 'Nothing of Production went back yet: all of it waits.'],
  [{ applied: 'nothing', request: null }, 'Nothing of Production went back.'],
] as const)('Of %j it is said “%s”', (done, words) => {
  expect(tellDone('Production', 'autumn', done)).toBe(words);
});

test('What waits becomes a request, and what is refused otherwise is refused', () => {
  const refusal = (code: string) => ({ refusal: { code, title: '', status: 403, detail: '' } as never });
  expect(isAskedFor(refusal('approval_required'), false)).toBe(true);
  expect(isAskedFor(refusal('frozen'), true)).toBe(false);
  expect(isAskedFor(refusal('limit_reached'), false)).toBe(false);
  expect(isAskedFor({ refusal: null }, false)).toBe(false);
});

test('What somebody changed meanwhile is noticed', () => {
  const answer = (after: unknown) =>
    ({ flags: [flag('a', 'changed', after)], segments: [] }) as unknown as RollbackAnswer;
  expect(isSameSeen(answer({ state: 'on' }), answer({ state: 'on' }))).toBe(true);
  expect(isSameSeen(answer({ state: 'on' }), answer({ state: 'off' }))).toBe(false);
});
