import { describe, expect, it } from 'vitest';
import { suggestBelow } from './suggest-below.ts';

const MINUTE = 60_000;

describe('the size of a sample', () => {
  it.each([
    ['stays where nobody came', 100_000, 0, MINUTE, 100_000],
    ['stays while it is small enough', 100_000, 40_000, MINUTE, 100_000],
    ['is not cut for a little too much', 100_000, 60_000, MINUTE, 100_000],
    ['is cut where too many come a minute', 100_000, 200_000, 2 * MINUTE, 25_000],
    ['is cut where there are too many in all', 40_000, 1_000_000, 10_000 * MINUTE, 10_000],
    ['does not trust the pace of a moment', 100_000, 40_000, 100, 100_000],
    ['never vanishes', 150, 1e9, MINUTE, 100],
    ['never grows', 50, 1e9, MINUTE, 50],
  ])('%s', (_name, below, units, sinceMs, expected) => {
    expect(suggestBelow(below, units, sinceMs)).toBe(expected);
  });
});
