import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyDraft, shownAs } from './draft.fixture.ts';
import { type Draft, type DraftRule, moveRule, readDraft, turnServe, writeDraft } from './draft.ts';
import { putTogether, ruleIdOf, takeApart } from './draft-pieces.ts';

describe('A draft', () => {
  test('that was sent and read again is the same', () => {
    fc.assert(
      fc.property(anyDraft, fc.constantFrom('on' as const, 'off' as const), (draft, state) => {
        expect(readDraft(shownAs(writeDraft(draft, state)))).toEqual(draft);
      }),
    );
  });
  test('that was taken apart and put together is the same', () => {
    fc.assert(
      fc.property(anyDraft, (draft) => {
        expect(putTogether(takeApart(draft))).toEqual(draft);
      }),
    );
  });
  test('names its rules among its pieces', () => {
    expect([ruleIdOf('rule staff'), ruleIdOf('offVariant')]).toEqual(['staff', undefined]);
  });
  test('sends no variant that gets nobody', () => {
    const draft: Draft = {
      ...{ offVariant: null, prerequisites: [], rules: [], shedAt: null, maxStalenessMs: null, whenStale: null },
      fallthrough: { split: { by: 'targetingKey', of: 100_000, weights: { on: 100_000, off: 0 } } },
    };
    expect(writeDraft(draft, 'on').fallthrough.split?.weights).toEqual({ on: 100_000 });
  });
});

describe('Moving a rule', () => {
  const rules = ['a', 'b', 'c'].map((id): DraftRule => ({ id, if: { all: [] }, serve: { coded: true } }));
  test.each([
    [0, 1, 'bac'],
    [0, 2, 'bca'],
    [2, 0, 'cab'],
    [1, 1, 'abc'],
    [0, 99, 'bca'],
    [2, -5, 'cab'],
    [7, 0, 'abc'],
  ])('from %i to %i', (from, to, order) => {
    expect(
      moveRule(rules, from, to)
        .map(({ id }) => id)
        .join(''),
    ).toBe(order);
  });
});

describe('A serve of another kind', () => {
  const split = { split: { by: 'company', of: 10, weights: { a: 3, b: 7 } } };
  test('keeps whom most had, or begins with everybody where everybody was', () => {
    expect(turnServe(split, 'variant', ['a', 'b'])).toEqual({ variant: 'b' });
    expect(turnServe({ variant: 'b' }, 'split', ['a', 'b'])).toEqual({
      split: { by: 'targetingKey', of: 100_000, weights: { a: 0, b: 100_000 } },
    });
    expect(turnServe({ coded: true }, 'variant', ['a', 'b'])).toEqual({ variant: 'a' });
    expect(turnServe(split, 'coded', ['a', 'b'])).toEqual({ coded: true });
    expect(turnServe(split, 'split', ['a', 'b'])).toBe(split);
  });
});
