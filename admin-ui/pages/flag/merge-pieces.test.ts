import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyDraft } from './draft.fixture.ts';
import type { Draft, DraftRule } from './draft.ts';
import { putTogether, takeApart } from './draft-pieces.ts';
import { choosePiece, mergePieces, samePieces } from './merge-pieces.ts';

const rule = (id: string, variant = 'on'): DraftRule => ({ id, if: { segment: id }, serve: { variant } });
const base: Draft = {
  offVariant: 'off',
  prerequisites: [],
  rules: [rule('a'), rule('b'), rule('c')],
  fallthrough: { variant: 'off' },
  shedAt: null,
  maxStalenessMs: null,
  whenStale: null,
};
const withRules = (...rules: DraftRule[]): Draft => ({ ...base, rules });

function merge(mine: Draft, theirs: Draft) {
  const { pieces, conflicts } = mergePieces(takeApart(base), takeApart(mine), takeApart(theirs));
  return { draft: putTogether(pieces), conflicts: conflicts.map(({ place }) => place) };
}
const order = ({ rules }: Draft) => rules.map(({ id }) => id).join('');

describe('Two people who change one flag', () => {
  test('keep both what they did, where it is in different places', () => {
    const mine = { ...withRules(rule('a', 'off'), rule('b'), rule('c')), shedAt: 2 as const };
    const theirs = { ...withRules(rule('a'), rule('b'), rule('c', 'off')), fallthrough: { variant: 'on' } };
    expect(merge(mine, theirs)).toEqual({
      draft: { ...withRules(rule('a', 'off'), rule('b'), rule('c', 'off')), shedAt: 2, fallthrough: { variant: 'on' } },
      conflicts: [],
    });
  });

  test.each<[string, Draft, Draft, string[]]>([
    [
      'the same rule',
      withRules(rule('a', 'x'), rule('b'), rule('c')),
      withRules(rule('a', 'y'), rule('b'), rule('c')),
      ['rule a'],
    ],
    [
      'a rule that one took out',
      withRules(rule('b'), rule('c')),
      withRules(rule('a', 'y'), rule('b'), rule('c')),
      ['rule a'],
    ],
    ['the same field', { ...base, offVariant: null }, { ...base, offVariant: 'x' }, ['offVariant']],
    ['the order', withRules(rule('b'), rule('a'), rule('c')), withRules(rule('a'), rule('c'), rule('b')), ['order']],
  ])('are asked about %s, and mine stands until then', (_what, mine, theirs, conflicts) => {
    expect(merge(mine, theirs)).toEqual({ draft: mine, conflicts });
  });

  test.each<[string, Draft, Draft, string]>([
    [
      'I added one, they moved one',
      withRules(rule('a'), rule('n'), rule('b'), rule('c')),
      withRules(rule('c'), rule('a'), rule('b')),
      'canb',
    ],
    [
      'they added one, I moved one',
      withRules(rule('c'), rule('a'), rule('b')),
      withRules(rule('a'), rule('b'), rule('n'), rule('c')),
      'cabn',
    ],
    ['both took one out', withRules(rule('b'), rule('c')), withRules(rule('a'), rule('b')), 'b'],
    ['both added one', withRules(...base.rules, rule('m')), withRules(...base.rules, rule('t')), 'abcmt'],
    ['both moved alike', withRules(rule('c'), rule('b'), rule('a')), withRules(rule('c'), rule('b'), rule('a')), 'cba'],
    ['they put one first', withRules(...base.rules), withRules(rule('n'), ...base.rules), 'nabc'],
  ])('find an order: %s', (_what, mine, theirs, expected) => {
    const merged = merge(mine, theirs);
    expect([order(merged.draft), merged.conflicts]).toEqual([expected, []]);
  });

  test('lose nothing where only one of them did anything, or both did the same', () => {
    const apart = anyDraft.map(takeApart);
    fc.assert(
      fc.property(apart, apart, (a, b) => {
        for (const [merged, expected] of [
          [mergePieces(a, b, a), b],
          [mergePieces(a, a, b), b],
          [mergePieces(a, b, b), b],
        ] as const) {
          expect(merged.conflicts).toEqual([]);
          expect(samePieces(merged.pieces, expected)).toBe(true);
        }
      }),
    );
  });
});

describe('A choice', () => {
  const pieces = takeApart(base);
  test('takes a piece as it was chosen, or takes it out', () => {
    const chosen = choosePiece(pieces, { place: 'rule a', value: rule('a', 'x') }, pieces.order);
    expect(putTogether(chosen).rules[0]).toEqual(rule('a', 'x'));
    expect(order(putTogether(choosePiece(pieces, { place: 'rule a', value: undefined }, pieces.order)))).toBe('bc');
  });
  test('puts a rule back where it stands for others', () => {
    const without = takeApart(withRules(rule('a'), rule('c')));
    expect(order(putTogether(choosePiece(without, { place: 'rule b', value: rule('b') }, pieces.order)))).toBe('abc');
  });
  test('takes an order with what it does not name', () => {
    const chosen = choosePiece(pieces, { place: 'order', value: ['rule c', 'rule a'] }, pieces.order);
    expect(order(putTogether(chosen))).toBe('cab');
  });
});
