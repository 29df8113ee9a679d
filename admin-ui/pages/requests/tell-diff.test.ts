import type { Flag, Segment } from '@turnout/core';
import { describe, expect, test } from 'vitest';
import { tellDiff, tellFlagDiff } from './tell-diff.ts';

const flag = (over: Partial<Flag> = {}): Flag => ({
  ...{ key: 'cart', type: 'boolean', variants: { on: true, off: false }, state: 'on', offVariant: 'off' },
  ...{ prerequisites: [], rules: [], fallthrough: { variant: 'off' }, clientVisible: false, ...over },
});
const split = (salt: string, at: number) =>
  ({
    split: {
      by: 'targetingKey',
      salt,
      of: 100_000,
      slices: [
        [0, at, 'on'],
        [at, 100_000, 'off'],
      ],
    },
  }) as Flag['fallthrough'];
const lines = (before: Flag | null, after: Flag | null) => {
  return tellFlagDiff(before, after).map(({ title, was, is }) => `${title}: ${was} → ${is}`);
};

describe('What is served of a flag, before and after,', () => {
  test.each<[string, Flag | null, Flag | null, string[]]>([
    ['on', flag({ state: 'off' }), flag(), ['State: off → on']],
    ['killed', flag(), flag({ killed: true }), ['Kill: not killed → killed']],
    ['everybody', flag(), flag({ fallthrough: { variant: 'on' } }), ['Everybody else: off → on']],
    [
      'a share',
      flag({ fallthrough: split('s', 10_000) }),
      flag({ fallthrough: split('s', 25_000) }),
      ['Everybody else: on 10 %, off 90 % by targetingKey → on 25 %, off 75 % by targetingKey'],
    ],
    [
      'drawn anew',
      flag({ fallthrough: split('s', 10_000) }),
      flag({ fallthrough: split('t', 10_000) }),
      ['Draw: as now → everybody of everybody else is drawn anew'],
    ],
    ['variants', flag(), flag({ variants: { on: true } }), ['Variants: {"on":true,"off":false} → {"on":true}']],
    ['made', null, flag(), ['The flag: undefined → new, on, serves off']],
    ['archived', flag(), null, ['The flag: served → not served any more: apps get the default in their code']],
  ])('is told in words: %s', (_what, before, after, told) => {
    expect(lines(before, after)).toEqual(told);
  });

  test('is never told as nothing where something is different', () => {
    expect(lines(flag(), { ...flag(), later: 1 } as unknown as Flag)).toHaveLength(1);
  });
});

test('A rollout that begins is told with its policy and how far it goes, though nothing is served differently yet', () => {
  const started = {
    ...{ flag: 'cart', target: 'fallthrough', from: 'off', to: 'on', commit: null, actsBy: { policy: 'a'.repeat(64) } },
    ...{ policy: { key: 'careful', version: 3 }, path: ['staging', 'production'] },
  };
  const [told, ...more] = tellDiff({ flags: [], segments: [], rollouts: [started] });
  expect(more).toEqual([]);
  expect([told?.kind, told?.key]).toEqual(['rollout', 'cart']);
  expect(told?.changes.map(({ title, is }) => `${title}: ${is}`)).toEqual([
    'Starts: off → on for everybody else',
    'Policy: careful v3',
    'Goes through: staging, then production',
  ]);
});

describe('Of a segment', () => {
  const segment = (over: Partial<Segment> = {}): Segment => ({
    ...{ key: 'staff', by: 'targetingKey', included: ['a'], excluded: [], ...over },
  });
  const told = (diff: object) =>
    tellDiff({ flags: [], segments: [{ key: 'staff', ...diff }] }).flatMap(({ changes }) =>
      changes.map(({ is }) => is),
    );

  test('it is told who comes and who goes, also where only that is known', () => {
    expect(told({ before: segment(), after: segment({ included: ['b'] }) })).toEqual([
      '1 member; 1 new: b; 1 taken out: a',
    ]);
    expect(told({ members: { included: { added: ['x', 'y'], removed: [] } } })).toEqual(['2 new: x, y']);
    expect(told({ before: segment(), after: null })).toEqual(['taken out']);
    expect(told({ before: null, after: segment() })).toEqual(['new, looks up targetingKey', '1 member; 1 new: a']);
  });
});
