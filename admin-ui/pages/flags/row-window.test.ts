import { describe, expect, test } from 'vitest';
import { MOST_ROWS, rangeOf, rowByKey, windowOf } from './row-window.ts';

describe('The rows that are drawn', () => {
  test.each([
    [
      { total: 5_000, rowHeight: 40, from: 0, height: 800 },
      { first: 0, count: 37 },
    ],
    [
      { total: 5_000, rowHeight: 40, from: 4_000, height: 800 },
      { first: 92, count: 37 },
    ],
    [
      { total: 5_000, rowHeight: 40, from: 999_999, height: 800 },
      { first: 4_963, count: 37 },
    ],
    [
      { total: 3, rowHeight: 40, from: 0, height: 800 },
      { first: 0, count: 3 },
    ],
    [
      { total: 0, rowHeight: 40, from: 80, height: 800 },
      { first: 0, count: 0 },
    ],
    [
      { total: 5_000, rowHeight: 40, from: -500, height: -10 },
      { first: 0, count: 17 },
    ],
    [
      { total: 5_000, rowHeight: 40, from: 4_000, height: 9_000 },
      { first: 100, count: MOST_ROWS },
    ],
  ])('for %j are %j', (shown, drawn) => expect(windowOf(shown)).toMatchObject(drawn));

  test('are never more than the most, and hold all that can be seen, at any offset', () => {
    const rowHeight = 44;
    for (const height of [300, 740, 1_200, 2_200]) {
      for (let from = 0; from <= 5_000 * rowHeight - height; from += 377) {
        const { first, count } = windowOf({ total: 5_000, rowHeight, from, height });
        expect(count).toBeLessThanOrEqual(MOST_ROWS);
        expect(first * rowHeight).toBeLessThanOrEqual(from);
        expect((first + count) * rowHeight).toBeGreaterThanOrEqual(from + height);
      }
    }
  });
});

test('The elements of a window are as many as its rows, wherever it stands and however few flags there are', () => {
  const shown = { rowHeight: 44, height: 740 };
  const { ring } = windowOf({ ...shown, total: 5_000, from: 0 });
  expect(windowOf({ ...shown, total: 5_000, from: 90_000 })).toMatchObject({ ring, count: ring });
  expect(windowOf({ ...shown, total: 3, from: 0 })).toMatchObject({ ring, count: 3 });
});

test.each([
  ['ArrowDown', 4, 5],
  ['ArrowUp', 0, 0],
  ['ArrowDown', 99, 99],
  ['Home', 50, 0],
  ['End', 50, 99],
  ['PageDown', 50, 70],
  ['PageUp', 5, 0],
  ['a', 5, undefined],
])('%s leads from row %i to %s', (key, at, to) => expect(rowByKey(key, { at, total: 100, page: 20 })).toBe(to));

test('A range is the same in both directions, and one row where its other end is gone', () => {
  const keys = ['a', 'b', 'c', 'd'];
  expect(rangeOf(keys, 'b', 'd')).toEqual(['b', 'c', 'd']);
  expect(rangeOf(keys, 'd', 'b')).toEqual(['b', 'c', 'd']);
  expect(rangeOf(keys, 'gone', 'b')).toEqual(['b']);
});
