import { expect, test } from 'vitest';
import type { SegmentDraft } from './segment-draft.ts';
import { nameSome, tellSegmentChanges, tellWho, titlesOf } from './tell-segment.ts';

const before: SegmentDraft = {
  ...{ name: 'Staff', description: '', by: 'targetingKey', included: ['ada', 'bob'], excluded: [], if: null },
};
const beta = { attribute: 'plan', op: 'equals' as const, values: ['beta'] };

test.each<[Partial<SegmentDraft>, string[]]>([
  [{}, []],
  [{ name: '' }, ['Name: Staff → nothing']],
  [{ by: 'email' }, ['What is looked up: targetingKey → email']],
  [{ if: beta }, ['Rule: no rule → plan is beta']],
  [{ included: ['ada', 'cleo'] }, ['Always in: 2 members → 2 members; 1 new: cleo; 1 taken out: bob']],
  [
    { excluded: Array.from({ length: 10 }, (_, at) => `u${at}`) },
    ['Never in: 0 members → 10 members; 10 new: u0, u1, u2, u3, u4, u5, u6, u7 and 2 more'],
  ],
  [{ included: [] }, ['Always in: 2 members → 0 members; 2 taken out: ada, bob']],
])('%j is told as %j', (changed, told) => {
  const changes = tellSegmentChanges(before, { ...before, ...changed });
  expect(changes.map(({ title, was, is }) => `${title}: ${was} → ${is}`)).toEqual(told);
});

test.each([
  [0, 0, null, 'Nobody is in it.'],
  [0, 4, null, 'Nobody is in it.'],
  [1, 0, null, 'In it: the 1 that is always in.'],
  [2, 1, null, 'In it: the 2 that are always in. Never in: 1.'],
  [2, 3, beta, 'In it: the 2 that are always in, and everybody for whom this holds: plan is beta. Never in: 3.'],
  [0, 0, beta, 'In it: everybody for whom this holds: plan is beta.'],
])('%i in, %i out and %j: who that is, in words', (included, excluded, rule, told) => {
  expect(tellWho({ included, excluded, rule })).toBe(told);
});

test('a thousand members that came are one title', () => {
  const came = Array.from({ length: 1_000 }, (_, at) => `included u${at}`);
  expect(titlesOf([...came, 'excluded x', 'if'])).toEqual(['Always in', 'Never in', 'Rule']);
  expect(nameSome(['a', 'b'], 2)).toBe('a, b');
});
