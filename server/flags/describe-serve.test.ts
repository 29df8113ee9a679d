import type { Flag } from '@turnout/core';
import { flagWith } from '@turnout/core/fixtures';
import { expect, it } from 'vitest';
import { describeServe } from './describe-serve.ts';

const slices = (on: number): Flag['fallthrough'] => ({
  split: {
    by: 'targetingKey',
    salt: 's',
    of: 100_000,
    slices: [
      [0, on, 'on'],
      [on, 100_000, 'off'],
    ],
  },
});
const rule = { id: 'r', if: { all: [] }, serve: { variant: 'on' } };

it.each<[string, Partial<Flag>, number]>([
  ['on for everyone', {}, 0],
  ['the coded default for everyone', { fallthrough: { coded: true } }, 0],
  ['split on 30 %, off 70 %', { fallthrough: slices(30_000) }, 0],
  ['split on 0.001 %, off 99.999 %', { fallthrough: slices(1) }, 0],
  ['1 rule, else on', { rules: [rule] }, 0],
  ['2 rules, else split on 50 %, off 50 %', { rules: [rule, rule], fallthrough: slices(50_000) }, 0],
  [
    'on for everyone; where base allows it, else variant off',
    { prerequisites: [{ flag: 'base', variants: ['on'] }] },
    0,
  ],
  ['off: variant off', { state: 'off' }, 0],
  ['off: the coded default', { state: 'off', offVariant: null }, 0],
  ['killed: variant off', { killed: true }, 0],
  ['killed: variant off', { killed: true, state: 'off' }, 0],
  ['shed: variant off', { shedAt: 2 }, 2],
  ['on for everyone', { shedAt: 2 }, 1],
])('says %s of %j at shed level %i', (serves, over, shedLevel) => {
  expect(describeServe(flagWith(over), shedLevel)).toEqual({
    state: over.state ?? 'on',
    killed: over.killed === true,
    serves,
  });
});
