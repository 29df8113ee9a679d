import { reweigh } from '@turnout/core';
import type { ServeAnswer } from '@turnout/server/contracts';
import { describe, expect, test } from 'vitest';
import type { DraftServe } from './draft.ts';
import { planMoves, tellMoves } from './plan-moves.ts';

const stored = {
  split: {
    by: 'targetingKey',
    salt: 's',
    of: 100_000,
    slices: [
      [0, 20_000, 'on'],
      [20_000, 100_000, 'off'],
    ],
    weights: { on: 20_000, off: 80_000 },
  },
} satisfies ServeAnswer;
const split = (weights: Record<string, number>, more: object = {}): DraftServe => ({
  split: { by: 'targetingKey', of: 100_000, weights, ...more },
});
function told(was: ServeAnswer | undefined, draft: DraftServe): string | undefined {
  const moves = planMoves(was, draft, reweigh);
  return moves && tellMoves(moves);
}

describe('What a draft moves', () => {
  test.each<[string, ServeAnswer | undefined, DraftServe, string | undefined]>([
    ['a few', stored, split({ on: 23_100, off: 76_900 }), 'moves 3.1 % of users: off → on'],
    ['the other way', stored, split({ on: 10_000, off: 90_000 }), 'moves 10 % of users: on → off'],
    ['nobody', stored, split({ on: 20_000, off: 80_000, beta: 0 }), 'moves nobody'],
    [
      'to several',
      stored,
      split({ on: 30_000, off: 50_000, beta: 20_000 }),
      'moves 30 % of users: off → beta 20 %, off → on 10 %',
    ],
    ['to one for all', stored, { variant: 'on' }, 'moves 80 % of users: off → on'],
    ['from one for all', { variant: 'off' }, split({ on: 1_000, off: 99_000 }), 'moves 1 % of users: off → on'],
    ['to the coded default', { variant: 'off' }, { coded: true }, 'moves 100 % of users: off → coded default'],
    [
      'from the coded default',
      { coded: true },
      split({ on: 50_000, off: 50_000 }),
      'moves 100 % of users: coded default → on 50 %, coded default → off 50 %',
    ],
    [
      'by something else',
      stored,
      split({ on: 20_000, off: 80_000 }, { by: 'company' }),
      'draws everybody anew and moves 32 % of users: on → off 16 %, off → on 16 %',
    ],
    [
      'anew',
      stored,
      split({ on: 20_000, off: 80_000 }, { reseed: true }),
      'draws everybody anew and moves 32 % of users: on → off 16 %, off → on 16 %',
    ],
    ['of a rule that is new', undefined, split({ on: 20_000, off: 80_000 }), undefined],
    ['while the sum is wrong', stored, split({ on: 20_000, off: 70_000 }), undefined],
  ])('%s', (_title, was, draft, expected) => expect(told(was, draft)).toBe(expected));

  test('lays the slices out as the server would', () => {
    const moves = planMoves(stored, split({ on: 23_100, off: 76_900 }), reweigh);
    expect(moves?.slices).toEqual(reweigh(stored.split.slices, { on: 23_100, off: 76_900 }, 100_000).slices);
  });

  test('is exact where the buckets of an imported split are few', () => {
    const few: ServeAnswer = {
      split: {
        by: 'id',
        salt: 's',
        of: 3,
        slices: [
          [0, 1, 'a'],
          [1, 3, 'b'],
        ],
        weights: { a: 1, b: 2 },
      },
    };
    expect(told(few, { split: { by: 'id', of: 3, weights: { a: 2, b: 1 } } })).toBe('moves 33.333 % of users: b → a');
  });
});
