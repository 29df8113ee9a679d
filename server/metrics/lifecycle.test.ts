import type { Flag } from '@turnout/core';
import { flagWith } from '@turnout/core/fixtures';
import { describe, expect, it } from 'vitest';
import { findLifecycle, type LifecycleFacts, possibleAnswers } from './lifecycle.ts';

const NOW = new Date('2026-06-30T12:00:00.000Z');
const ago = (days: number) => new Date(NOW.getTime() - days * 86_400_000);

const split = (on: number): Flag['fallthrough'] => ({
  split: {
    ...{ by: 'targetingKey', salt: 's', of: 100_000 },
    slices:
      on === 100_000
        ? [[0, 100_000, 'on']]
        : [
            [0, on, 'on'],
            [on, 100_000, 'off'],
          ],
  },
});
const forStaff = {
  id: 'r',
  if: { attribute: 'staff', op: 'equals' as const, values: [true] },
  serve: { variant: 'on' },
};

/** A flag that was made long ago, is on for everybody since yesterday, and is asked for now. */
function facts(flag: Partial<Flag> = {}, change: Partial<LifecycleFacts> = {}): LifecycleFacts {
  return {
    flag: flagWith({ key: 'f', ...flag }),
    ...{ kind: 'release', shedLevel: 0, createdAt: ago(100), changedAt: ago(1) },
    ...{ askedAt: ago(0), givenAt: undefined, reportedSince: ago(100) },
    ...change,
  };
}

const unseen = { askedAt: undefined };

describe('where a flag is in its life', () => {
  it.each<[string, LifecycleFacts, string]>([
    ['nobody asked, made today', facts({}, { ...unseen, createdAt: ago(0) }), 'new: Not evaluated yet.'],
    ['nobody asked in 29 days', facts({}, { ...unseen, createdAt: ago(29) }), 'new: Not evaluated yet.'],
    ['nobody asked in 30 days', facts({}, { ...unseen, createdAt: ago(30) }), 'stale: Never evaluated in 30 days.'],
    ['old, and reports began last week', facts({}, { ...unseen, reportedSince: ago(7) }), 'new: Not evaluated yet.'],
    [
      'nobody reports at all',
      facts({}, { ...unseen, reportedSince: undefined }),
      'new: Not evaluated yet: nothing reports evaluations of this environment.',
    ],
    ['asked for 29 days ago', facts({}, { askedAt: ago(29) }), 'live: Everybody gets on, for a day.'],
    ['asked for 30 days ago', facts({}, { askedAt: ago(30) }), 'stale: Not evaluated for 30 days.'],
    [
      'only given to pages',
      facts({ fallthrough: split(1_000) }, { askedAt: ago(90), givenAt: ago(1), changedAt: ago(200) }),
      'live: Users may get on or off.',
    ],
    [
      'never asked for, but given to pages',
      facts({ fallthrough: split(1_000) }, { ...unseen, givenAt: ago(1) }),
      'live: Users may get on or off. It is only given together with all others.',
    ],
    ['a split', facts({ fallthrough: split(30_000) }, { changedAt: ago(300) }), 'live: Users may get on or off.'],
    [
      'a split of everybody, 7 days',
      facts({ fallthrough: split(100_000) }, { changedAt: ago(7) }),
      'fully on: Everybody has got on for 7 days.',
    ],
    ['one variant, 6 days', facts({}, { changedAt: ago(6) }), 'live: Everybody gets on, for 6 days.'],
    ['one variant, 29 days', facts({}, { changedAt: ago(29) }), 'fully on: Everybody has got on for 29 days.'],
    [
      'one variant, 30 days',
      facts({}, { changedAt: ago(30) }),
      'stale: Everybody has got on for 30 days: its code can go.',
    ],
    [
      'one variant, 300 days, of a flag that may',
      facts({}, { changedAt: ago(300), kind: 'ops' }),
      'fully on: Everybody has got on for 300 days, as ops flags may.',
    ],
    [
      'a rule that gives the same',
      facts({ rules: [forStaff] }, { changedAt: ago(8) }),
      'fully on: Everybody has got on for 8 days.',
    ],
    [
      'a rule that gives another',
      facts({ rules: [forStaff], fallthrough: { variant: 'off' } }, { changedAt: ago(80) }),
      'live: Users may get on or off.',
    ],
    [
      'a prerequisite',
      facts({ prerequisites: [{ flag: 'g', variants: ['on'] }] }, { changedAt: ago(80) }),
      'live: Users may get off or on.',
    ],
    [
      'the coded default for everybody',
      facts({ fallthrough: { coded: true } }, { changedAt: ago(9) }),
      'fully on: Everybody has got the coded default for 9 days.',
    ],
    ['off', facts({ state: 'off' }, { changedAt: ago(90) }), 'live: Off: everybody gets off.'],
    [
      'off without an off variant',
      facts({ state: 'off', offVariant: null }),
      'live: Off: everybody gets the coded default.',
    ],
    ['killed', facts({ killed: true }, { changedAt: ago(90) }), 'live: Killed: everybody gets off.'],
    ['shed', facts({ shedAt: 2 }, { shedLevel: 2, changedAt: ago(90) }), 'live: Shed: everybody gets off.'],
    [
      'not shed yet',
      facts({ shedAt: 2 }, { shedLevel: 1, changedAt: ago(8) }),
      'fully on: Everybody has got on for 8 days.',
    ],
  ])('%s', (_name, known, expected) => {
    const { state, why } = findLifecycle(known, NOW);
    expect(`${state}: ${why}`).toBe(expected);
  });

  it('counts no variant that a split gives to nobody', () => {
    const flag = flagWith({
      fallthrough: { split: { by: 'targetingKey', salt: 's', of: 10, slices: [[0, 10, 'off']] } },
      rules: [{ ...forStaff, serve: { coded: true } }],
    });
    expect(possibleAnswers(flag)).toEqual(['the coded default', 'off']);
  });
});
