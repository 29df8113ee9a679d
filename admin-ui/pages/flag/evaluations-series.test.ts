import type { FlagEvaluationsAnswer } from '@turnout/server/contracts';
import { describe, expect, it } from 'vitest';
import { askForRange, readRange } from './evaluations-range.ts';
import { countPages, countUncounted, readGiven, readTimes, stack } from './evaluations-series.ts';

const answer = (on: number[], off: number[], coded: number[]): FlagEvaluationsAnswer => {
  const sum = (counts: number[]) => counts.reduce((a, b) => a + b, 0);
  const series = (counts: number[]) => ({
    total: sum(counts),
    counts,
    lastAt: sum(counts) > 0 ? '2026-03-01T01:30:00Z' : null,
  });
  return {
    ...{ flag: 'cart', environment: 'e', step: 'hour', from: '2026-03-01T00:00:00Z', to: '2026-03-01T02:00:00Z' },
    variants: [
      { variant: 'on', position: null, ...series(on) },
      { variant: 'off', position: null, ...series(off) },
    ],
    coded: series(coded),
    codedDefaults: { values: [], differ: false },
    uncounted: { overflow: [0, 1], unknown: [2, 0], dropped: [0, 0] },
    lifecycle: { state: 'live', why: '' },
    ...{ lastAskedAt: null, lastGivenAt: null },
    pages: { variants: [], coded: series([0, 0]), lastAskedAt: null },
  };
};

describe('what a flag gave', () => {
  it('is told by variant with its share, and of the coded default where anybody got it', () => {
    const given = readGiven(answer([3, 3], [1, 0], [0, 1]));
    expect(given.map(({ name, total, share }) => [name, total, share])).toEqual([
      ['on', 6, 0.75],
      ['off', 1, 0.125],
      ['coded default', 1, 0.125],
    ]);
    expect(readGiven(answer([0, 0], [0, 0], [0, 0])).map(({ name, share }) => [name, share])).toEqual([
      ['on', 0],
      ['off', 0],
    ]);
  });

  it('is laid on top of each other, the uppermost first', () => {
    const areas = stack(readGiven(answer([3, 4], [1, 0], [0, 1])));
    expect(areas.map(({ given, tops }) => [given.name, tops])).toEqual([
      ['coded default', [4, 5]],
      ['off', [4, 4]],
      ['on', [3, 4]],
    ]);
  });

  it('has a moment for each step', () => {
    expect(readTimes(answer([0, 0], [0, 0], [0, 0]))).toEqual([1_772_323_200, 1_772_326_800]);
    expect(countUncounted(answer([0, 0], [0, 0], [0, 0]))).toBe(3);
  });
});

describe('a range', () => {
  it.each([
    ['7d', '7d'],
    [undefined, '24h'],
    ['toString', '24h'],
  ])('%s is %s', (name, range) => {
    expect(readRange(name)).toBe(range);
  });

  it('asks for steps that the API still tells apart', () => {
    const now = Date.parse('2026-03-31T00:00:00Z');
    expect(askForRange('1h', now)).toEqual({ from: '2026-03-30T23:00:00.000Z', step: 'minute' });
    expect(askForRange('30d', now)).toEqual({ from: '2026-03-01T00:00:00.000Z', step: 'day' });
  });

  it('is told apart by pages, where they gave anything', () => {
    const { pages } = answer([9], [9], [9]);
    expect(countPages(pages)).toEqual([]);
    const [on, off] = [
      { variant: 'on', total: 2, counts: [2], lastAt: null },
      { variant: 'off', total: 0, counts: [0], lastAt: null },
    ];
    expect(countPages({ ...pages, variants: [on, off], coded: { ...off, total: 1 } })).toEqual([
      { name: 'on', total: 2 },
      { name: 'coded default', total: 1 },
    ]);
  });
});
