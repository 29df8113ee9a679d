import type { Flag, Ruleset, Serve } from '@turnout/core';
import { flagWith, rulesetWith, segmentWith } from '@turnout/core/fixtures';
import { describe, expect, it } from 'vitest';
import { flagFaultsIn, flagUsers, goneVariantFaults, variantUses } from './check-flag.ts';

const flag = (key: string, over: Partial<Flag> = {}): Flag =>
  flagWith({
    ...{ key, type: 'string', variants: { a: 'A', b: 'B', off: '' }, fallthrough: { variant: 'a' } },
    ...over,
  });
const needs = (...keys: string[]) => ({ prerequisites: keys.map((key) => ({ flag: key, variants: ['a'] })) });
const ruleset = (...flags: Flag[]): Ruleset =>
  rulesetWith(Object.fromEntries(flags.map((one) => [one.key, one])), {
    segments: { staff: segmentWith({ key: 'staff' }) },
  });
const told = (candidate: Flag, among: Ruleset) =>
  flagFaultsIn(candidate, among).map(({ path, code }) => `${path} ${code}`);
const rule = (condition: Flag['rules'][number]['if'], serve: Serve = { variant: 'a' }) => ({
  id: 'r',
  if: condition,
  serve,
});

describe('a flag among the others of its environment', () => {
  it.each<[string, Partial<Flag>, string[]]>([
    ['fits', { ...needs('base'), rules: [rule({ not: { segment: 'staff' } })] }, []],
    [
      'names a segment that is not there',
      { rules: [rule({ any: [{ segment: 'staff' }, { segment: 'x' }] })] },
      ['/rules/0/if/any/1/segment unknown_segment'],
    ],
    [
      'names a segment that every object has',
      { rules: [rule({ segment: 'constructor' })] },
      ['/rules/0/if/segment unknown_segment'],
    ],
    ['needs a flag that every object has', needs('toString'), ['/prerequisites/0/flag unknown_flag']],
    ['needs itself', needs('f'), ['/prerequisites/0/flag cycle']],
    ['needs what needs it', needs('base', 'user'), ['/prerequisites/1/flag cycle']],
    ['needs what needs what needs it', needs('far'), ['/prerequisites/0/flag cycle']],
    [
      'needs a variant twice',
      { prerequisites: [{ flag: 'base', variants: ['a', 'a'] }] },
      ['/prerequisites/0/variants/1 duplicate'],
    ],
    ['serves what it does not have', { fallthrough: { variant: 'x' } }, ['/fallthrough/variant unknown_variant']],
    [
      'has slices with a hole',
      {
        rules: [
          rule(
            { all: [] },
            {
              split: {
                by: 'k',
                salt: 's',
                of: 9,
                slices: [
                  [0, 3, 'a'],
                  [4, 9, 'b'],
                ],
              },
            },
          ),
        ],
      },
      ['/rules/0/serve/split/slices/1/0 out_of_range'],
    ],
    ['is too heavy', { variants: { a: 'x'.repeat(256 * 1024), b: '', off: '' } }, ['/ too_large']],
  ])('%s', (_title, over, faults) => {
    const among = ruleset(flag('f'), flag('base'), flag('user', needs('f')), flag('far', needs('user')));
    expect(told(flag('f', over), among)).toEqual(faults);
  });

  it('does not fit where the environment is full, unless it gets no heavier', () => {
    const heavy = Array.from({ length: 34 }, (_, i) => flag(`heavy-${i}`, { variants: { a: 'x'.repeat(250 * 1024) } }));
    const full = ruleset(flag('f', { variants: { a: 'xx', off: '' } }), ...heavy);
    expect(told(flag('f', { variants: { a: 'xxx', off: '' } }), full)).toEqual(['/ ruleset_too_large']);
    expect(told(flag('f', { variants: { a: 'x', off: '' } }), full)).toEqual([]);
  });
});

describe('what names a variant', () => {
  const split: Serve = {
    split: {
      by: 'k',
      salt: 's',
      of: 2,
      slices: [
        [0, 1, 'a'],
        [1, 2, 'b'],
      ],
    },
  };
  const served = flag('f', { rules: [rule({ all: [] }, split)], fallthrough: { variant: 'a' } });
  const among = ruleset(served, flag('user', { prerequisites: [{ flag: 'f', variants: ['b'] }] }));

  it('is each place of the flag, and each flag that needs it', () => {
    expect(variantUses(served, 'a', among)).toEqual(['rule r', 'fallthrough']);
    expect(variantUses(served, 'b', among)).toEqual(['rule r', 'prerequisite of flag user']);
    expect(variantUses(served, 'off', among)).toEqual(['offVariant']);
    expect([flagUsers('f', among), flagUsers('f', among, 'a')]).toEqual([['user'], []]);
  });

  it('keeps it there, and lets others go', () => {
    expect(goneVariantFaults(flag('g', { variants: { a: 1, 'x/y': 2, off: 3 } }), { a: 1, off: 3 }, among)).toEqual([]);
    expect(goneVariantFaults(served, { a: 'A' }, among).map(({ path }) => path)).toEqual([
      '/variants/b',
      '/variants/off',
    ]);
  });
});
