import { describe, expect, test } from 'vitest';
import { showCount, showShare } from './show-share.ts';

describe('A share', () => {
  test.each([
    [0, '0 %'],
    [0.0001, '< 0.1 %'],
    [0.031, '3.1 %'],
    [0.2, '20 %'],
    [0.3333, '33 %'],
    [0.955, '95.5 %'],
    [0.99999, '> 99.9 %'],
    [1, '100 %'],
  ])('of %d is shown as %s', (share, text) => expect(showShare(share)).toBe(text));
});

describe('A count', () => {
  test.each([
    [0, '0'],
    [999, '999'],
    [12_440, '12.4 k'],
    [999_499, '999 k'],
    [999_500, '1 M'],
    [3_100_000, '3.1 M'],
  ])('of %i is shown as %s', (count, text) => expect(showCount(count)).toBe(text));
});
