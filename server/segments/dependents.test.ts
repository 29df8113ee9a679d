import type { Condition } from '@turnout/core';
import { expect, it } from 'vitest';
import { type Asked, dependentsOf, type Naming, usersOfEach } from './dependents.ts';

const flag = (key: string, needs: string[], rules: Record<string, Condition> = {}) => ({
  key,
  prerequisites: needs.map((one) => ({ flag: one, variants: ['on'] })),
  rules: Object.entries(rules).map(([id, condition]) => ({ id, if: condition })),
});
const inSegment = (segment: string): Condition => ({ all: [{ not: { any: [{ segment }] } }] });

const shop: Naming = {
  flags: [
    flag('base', []),
    flag('cart', ['base']),
    flag('checkout', ['cart', 'base'], { staff: inSegment('staff'), again: inSegment('staff') }),
    flag('alone', [], { beta: { attribute: 'plan', op: 'equals', values: ['beta'] } }),
    flag('search', [], { beta: inSegment('beta') }),
    // Two that need one another are found once each.
    flag('left', ['right', 'search']),
    flag('right', ['left']),
  ],
  segments: [{ key: 'staff' }, { key: 'beta', if: { any: [{ segment: 'staff' }, { segment: 'staff' }] } }],
};
/** `direct flag/cart: prerequisite base`, in the order of the answer. */
const told = (asked: Asked) =>
  dependentsOf(asked, shop).map(({ kind, key, direct, through }) => {
    const how = through.map((one) => (one.by === 'rule' ? `rule ${one.rule} ${one.of}` : `${one.by} ${one.of}`));
    return `${direct ? 'direct' : 'over'} ${kind}/${key}: ${how.join(', ')}`;
  });

it.each<[Asked, string[]]>([
  [{ flags: ['alone'] }, []],
  [{ flags: ['nobody'], segments: ['nobody'] }, []],
  [
    { flags: ['base'] },
    ['direct flag/cart: prerequisite base', 'direct flag/checkout: prerequisite base, prerequisite cart'],
  ],
  [
    { segments: ['staff'] },
    [
      'direct flag/checkout: rule again staff, rule staff staff',
      'direct segment/beta: condition staff',
      'over flag/left: prerequisite right, prerequisite search',
      'over flag/right: prerequisite left',
      'over flag/search: rule beta beta',
    ],
  ],
  [{ flags: ['left'] }, ['direct flag/right: prerequisite left']],
  [{ flags: ['base', 'cart'] }, ['direct flag/checkout: prerequisite base, prerequisite cart']],
])('of %j are: %j', (asked, expected) => {
  expect(told(asked)).toEqual(expected);
});

it('finds who names each segment, once, and in order', () => {
  expect(Object.fromEntries(usersOfEach(shop))).toEqual({
    staff: { flags: ['checkout'], segments: ['beta'] },
    beta: { flags: ['search'], segments: [] },
  });
});
