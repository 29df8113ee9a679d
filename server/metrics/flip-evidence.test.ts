import type { Flag, MeasuredRun } from '@turnout/core';
import { describe, expect, it } from 'vitest';
import { findSuspects, isAfter, servable } from './flip-evidence.ts';

const flag: Flag = {
  key: 'f',
  type: 'string',
  variants: { a: 'A', b: 'B', c: 'C', off: '' },
  state: 'on',
  offVariant: 'off',
  prerequisites: [],
  rules: [],
  fallthrough: { variant: 'a' },
  clientVisible: false,
};
const split = (...variants: string[]) => ({
  split: {
    ...{ by: 'targetingKey', salt: 's', of: 100 },
    slices: variants.map((variant, i): [number, number, string] => [i * 50, i * 50 + 50, variant]),
  },
});
const rule = (variant: string) => ({
  ...{ id: variant, if: { attribute: 'x', op: 'equals' as const, values: [1] } },
  serve: { variant },
});
const run = { from: 'b', to: 'c' } as MeasuredRun;

describe('what a flag may serve', () => {
  it.each<[string, Partial<Flag>, string[]]>([
    ['one variant to everybody', {}, ['a', 'off']],
    ['those of its rules', { rules: [rule('b')] }, ['a', 'b', 'off']],
    ['those of its split', { fallthrough: split('b', 'c') }, ['b', 'c', 'off']],
    ['what its code says', { fallthrough: { coded: true } }, ['off']],
    ['nothing of its own when it is off without a variant', { state: 'off', offVariant: null }, []],
    ['its off variant when it is off', { state: 'off', rules: [rule('b')] }, ['off']],
    ['its off variant when it is killed', { killed: true }, ['off']],
    ['the arms of its measured run', { run }, ['a', 'b', 'c', 'off']],
  ])('is %s', (_name, change, expected) => {
    expect([...servable({ ...flag, ...change })].sort()).toEqual(expected);
  });
});

const at = (revision: number, epoch = 'e') => ({ epoch, revision });

describe('what was served after a change', () => {
  it.each([
    ['before it', at(4), false],
    ['by it', at(5), true],
    ['by a later one', at(6), true],
    ['by one of another epoch, which nobody can compare', at(6, 'other'), null],
    ['by none that was told', undefined, null],
  ])('is known of %s', (_name, seen, expected) => {
    expect(isAfter(seen, at(5))).toBe(expected);
  });

  it('is suspect where the change gives it to nobody, and only then', () => {
    const seen = (variant: string, position = at(5)) => ({ variant, lastAt: new Date(0), position });
    const all = [seen('a'), seen('b'), seen('c', at(4)), seen('c', at(9, 'other')), seen('off')];
    expect(findSuspects(flag, all, at(5))).toEqual([seen('b')]);
    expect(findSuspects(undefined, all, at(5))).toEqual([seen('a'), seen('b'), seen('off')]);
    expect(findSuspects({ ...flag, fallthrough: split('a', 'b') }, all, at(5))).toEqual([]);
  });
});
