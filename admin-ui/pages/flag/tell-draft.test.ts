import { describe, expect, test } from 'vitest';
import type { Draft, DraftRule } from './draft.ts';
import { tellChanges } from './tell-draft.ts';

const rule = (id: string, serve: DraftRule['serve'] = { variant: 'on' }): DraftRule => ({
  id,
  if: { attribute: 'country', op: 'equals', values: [id] },
  serve,
});
const before: Draft = {
  offVariant: 'off',
  prerequisites: [],
  rules: [rule('a'), rule('b')],
  fallthrough: { split: { by: 'targetingKey', of: 100_000, weights: { on: 20_000, off: 80_000 } } },
  shedAt: null,
  maxStalenessMs: null,
  whenStale: null,
};

describe('What a draft changes', () => {
  test('is nothing where it is as it was', () => expect(tellChanges(before, structuredClone(before))).toEqual([]));

  test.each<[string, Partial<Draft>, [string, string | undefined, string | undefined][]]>([
    ['a rule that is new', { rules: [...before.rules, rule('c')] }, [['Rule 3', undefined, 'country is c → on']]],
    ['a rule that is gone', { rules: [rule('a')] }, [['Rule 2', 'country is b → on', undefined]]],
    [
      'a rule that serves something else',
      { rules: [rule('a', { coded: true }), rule('b')] },
      [['Rule 1', 'country is a → on', 'country is a → the coded default']],
    ],
    [
      'rules in another order',
      { rules: [rule('b'), rule('a')] },
      [['Order of rules', '1. country is a; 2. country is b', '1. country is b; 2. country is a']],
    ],
    [
      'other weights',
      { fallthrough: { split: { by: 'company', of: 100_000, weights: { on: 23_100, off: 76_900 }, reseed: true } } },
      [['Everybody else', 'on 20 %, off 80 % by targetingKey', 'on 23.1 %, off 76.9 % by company, drawn anew']],
    ],
    [
      'what it needs of others, and what is beside',
      {
        prerequisites: [{ flag: 'cart', variants: ['on', 'beta'] }],
        offVariant: null,
        shedAt: 2,
        maxStalenessMs: 500,
        whenStale: 'off',
      },
      [
        ['Off variant', 'off', 'the coded default'],
        ['Prerequisites', 'none', 'cart gives on or beta'],
        ['Shed under load', 'never', 'from level 2'],
        ['Longest staleness', 'as the client says', '500 ms'],
        ['When stale', 'as the client says', 'off'],
      ],
    ],
  ])('%s', (_title, changed, expected) => {
    const told = tellChanges(before, { ...before, ...changed }).map(({ title, was, is }) => [title, was, is]);
    expect(told).toEqual(expected);
  });
});
