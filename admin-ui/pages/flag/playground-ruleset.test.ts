import { compile, evaluate, reweigh } from '@turnout/core';
import type { ConfigurationAnswer } from '@turnout/server/contracts';
import { describe, expect, it } from 'vitest';
import { readDraft } from './draft.ts';
import { attributesNamed, flagFromDraft, type ReadFlag, rulesetFrom, segmentsNamed } from './playground-ruleset.ts';

const slices: [number, number, string][] = [
  [0, 30_000, 'on'],
  [30_000, 100_000, 'off'],
];
const split = { by: 'targetingKey', salt: 'pepper', of: 100_000, slices };

function read(key: string, over: Partial<ConfigurationAnswer> = {}): ReadFlag {
  return {
    flag: { key, type: 'boolean', variants: { on: true, off: false }, clientVisible: false, metadata: null },
    configuration: {
      ...{ key, environment: 'production', type: 'boolean', archived: false, state: 'on', killed: false },
      ...{ offVariant: 'off', prerequisites: [], rules: [], fallthrough: { variant: 'on' } },
      ...{ shedAt: null, maxStalenessMs: null, whenStale: null, serves: '', version: 1 },
      ...over,
    },
  };
}
const cart = read('cart', {
  prerequisites: [{ flag: 'ads', variants: ['on'] }],
  rules: [
    {
      id: 'staff',
      if: { all: [{ segment: 'staff' }, { attribute: 'plan', op: 'equals', values: ['pro'] }] },
      serve: { variant: 'on' },
    },
  ],
  fallthrough: { split: { ...split, weights: { on: 30_000, off: 70_000 } } },
  shedAt: 2,
});
const staff = { key: 'staff', by: 'email', included: ['ada'], excluded: [], if: { not: { segment: 'guests' } } };
const guests = { key: 'guests', by: 'targetingKey', included: ['guest'], excluded: [], if: null };
const ruleset = rulesetFrom('shop', 'production', { flags: [cart, read('ads')], segments: [staff, guests] });

describe('a ruleset of what the API says', () => {
  it('holds what evaluators are sent, and nothing of what only people are shown', () => {
    expect(ruleset.flags.cart).toEqual({
      ...{ key: 'cart', type: 'boolean', variants: { on: true, off: false }, clientVisible: false, state: 'on' },
      ...{ offVariant: 'off', prerequisites: [{ flag: 'ads', variants: ['on'] }], shedAt: 2 },
      rules: cart.configuration.rules,
      fallthrough: { split },
    });
    expect(ruleset.segments.guests).toEqual({ key: 'guests', by: 'targetingKey', included: ['guest'], excluded: [] });
    expect(
      rulesetFrom('shop', 'production', { flags: [read('ads', { killed: true })], segments: [] }).flags.ads?.killed,
    ).toBe(true);
  });

  it('evaluates', () => {
    const compiled = compile(ruleset);
    expect(evaluate(compiled, 'cart', { targetingKey: 'u', email: 'ada', plan: 'pro' })).toMatchObject({
      variant: 'on',
      ruleId: 'staff',
    });
    expect(evaluate(compiled, 'cart', { targetingKey: 'guest', plan: 'pro' })).toMatchObject({ reason: 'SPLIT' });
  });

  it('names what it looks at, the user first', () => {
    expect(attributesNamed(ruleset)).toEqual([
      { name: 'targetingKey', values: ['guest'] },
      { name: 'plan', values: ['pro'] },
      { name: 'email', values: ['ada'] },
    ]);
    expect(segmentsNamed({ any: [{ not: { segment: 'a' } }, { all: [{ segment: 'b' }] }] })).toEqual(['a', 'b']);
  });
});

describe('a flag of a draft', () => {
  const draft = readDraft(cart.configuration);

  it('is the stored one where nothing was typed', () => {
    expect(flagFromDraft(cart, draft, reweigh)).toEqual({ flag: ruleset.flags.cart, undrawn: [] });
  });

  it('keeps who got what where weights change', () => {
    const grown = {
      ...draft,
      shedAt: null,
      fallthrough: { split: { by: 'targetingKey', of: 100_000, weights: { on: 40_000, off: 60_000 } } },
    };
    const { flag, undrawn } = flagFromDraft(cart, grown, reweigh);
    expect(flag.fallthrough).toEqual({
      split: {
        ...split,
        slices: [
          [0, 40_000, 'on'],
          [40_000, 100_000, 'off'],
        ],
      },
    });
    expect(flag).not.toHaveProperty('shedAt');
    expect(undrawn).toEqual([]);
  });

  it('says where users are drawn only when it is stored', () => {
    const fresh = { split: { by: 'targetingKey', of: 2, weights: { on: 1, off: 1 } } };
    const rule = { id: 'new', if: { segment: 'staff' }, serve: fresh };
    const reseeded = {
      split: { by: 'targetingKey', of: 100_000, weights: { on: 30_000, off: 70_000 }, reseed: true as const },
    };
    const { flag, undrawn } = flagFromDraft(
      cart,
      { ...draft, rules: [rule, ...draft.rules], fallthrough: reseeded },
      reweigh,
    );
    expect(undrawn).toEqual(['new', 'fallthrough']);
    expect(flag.rules[0]?.serve).toMatchObject({
      split: {
        of: 2,
        slices: [
          [0, 1, expect.any(String)],
          [1, 2, expect.any(String)],
        ],
      },
    });
  });
});
