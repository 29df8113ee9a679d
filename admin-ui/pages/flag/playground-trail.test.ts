import { type Context, compile, explain, type Flag, type Ruleset, type Segment } from '@turnout/core';
import { describe, expect, it } from 'vitest';
import { readTrail, type TrailNode } from './playground-trail.ts';

const flag = (key: string, over: Partial<Flag> = {}): Flag => ({
  ...{ key, type: 'boolean', variants: { on: true, off: false }, state: 'on', offVariant: 'off', clientVisible: false },
  ...{ prerequisites: [], rules: [], fallthrough: { variant: 'on' } },
  ...over,
});
const segment = (key: string, over: Partial<Segment> = {}): Segment => ({
  key,
  by: 'targetingKey',
  included: [],
  excluded: [],
  ...over,
});

function ruleset(flags: Flag[], segments: Segment[] = []): Ruleset {
  const byKey = <T extends { key: string }>(all: T[]) => Object.fromEntries(all.map((one) => [one.key, one]));
  return {
    ...{ schema: 1, project: 'p', environment: 'e', epoch: 'x', revision: 1, view: 'main', shedLevel: 0 },
    flags: byKey(flags),
    segments: byKey(segments),
  };
}

/** The tree as an indented text. */
const print = (nodes: readonly TrailNode[], indent = ''): string[] =>
  nodes.flatMap(({ text, holds, inner }) => [
    `${indent}${holds === undefined ? '·' : holds ? '✓' : '✗'} ${text}`,
    ...print(inner, `${indent}  `),
  ]);
const trailOf = (of: Ruleset, key: string, context: Context) =>
  print(readTrail(explain(compile(of), key, context).trail));

describe('how an answer came about', () => {
  it('of a flag without rules', () => {
    expect(trailOf(ruleset([flag('cart')]), 'cart', {})).toEqual([
      '· no rule holds before this: everybody else gets on',
    ]);
  });

  it('of a flag that is off, or killed', () => {
    expect(trailOf(ruleset([flag('cart', { state: 'off' })]), 'cart', {})).toEqual(['· it is off: everybody gets off']);
    const killed = flag('cart', { killed: true, offVariant: null });
    expect(trailOf(ruleset([killed]), 'cart', {})).toEqual([
      '· it is killed: everybody gets the caller’s coded default',
    ]);
  });

  it('through rules, conditions in conditions and segments in segments', () => {
    const cart = flag('cart', {
      rules: [
        { id: 'first', if: { attribute: 'country', op: 'equals', values: ['CH'] }, serve: { variant: 'on' } },
        {
          id: 'second',
          if: { all: [{ segment: 'staff' }, { not: { attribute: 'plan', op: 'exists', values: [] } }] },
          serve: { split: { by: 'targetingKey', salt: 's', of: 2, slices: [[0, 2, 'off']] } },
        },
      ],
    });
    const segments = [segment('staff', { if: { segment: 'testers' } }), segment('testers', { included: ['ada'] })];
    expect(trailOf(ruleset([cart], segments), 'cart', { targetingKey: 'ada', country: 'US' })).toEqual([
      '✗ rule 1, first',
      '  ✗ country is CH – it is "US"',
      '✓ rule 2, second',
      '  ✓ all of these hold',
      '    ✓ in segment staff',
      '      · targetingKey "ada" is in neither of its lists',
      '      ✓ in segment testers',
      '        · targetingKey "ada" is included by name',
      '    ✓ not',
      '      ✗ plan is there – it is not there',
      expect.stringMatching(/^· split by targetingKey: ada is in bucket [01] and gets off$/),
    ]);
  });

  it('through prerequisites, each with its own steps', () => {
    const flags = [
      flag('cart', {
        prerequisites: [
          { flag: 'ads', variants: ['on'] },
          { flag: 'shop', variants: ['on'] },
        ],
      }),
      flag('ads'),
      flag('shop', { state: 'off' }),
    ];
    expect(trailOf(ruleset(flags), 'cart', {})).toEqual([
      '✓ needs ads to give on: it gives on',
      '  · no rule holds before this: everybody else gets on',
      '✗ needs shop to give on: it gives off, for it is off',
      '  · it is off: everybody gets off',
    ]);
  });

  it('where the context names no unit, and of tests as flagd means them', () => {
    const cart = flag('cart', {
      rules: [{ id: 'old', if: { flagd: '==', attribute: 'a', values: [1] }, serve: { variant: 'on' } }],
      fallthrough: { split: { by: 'company', salt: 's', of: 1, slices: [[0, 1, 'on']] } },
    });
    const [rule, test, split] = trailOf(ruleset([cart]), 'cart', { a: 2 });
    expect([rule, test]).toEqual(['✗ rule 1, old', '  ✗ a == 1 (as flagd compares) – it is 2']);
    expect(split).toBe('· split by company, which the context does not have');
  });
});
