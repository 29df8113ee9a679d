import { describe, expect, it } from 'vitest';
import { groupByDay, tellDay } from './group-by-day.ts';

/** By the clock of this machine, as the screen counts. */
const at = (month: number, day: number, hour = 12, year = 2026) => new Date(year, month - 1, day, hour);
const now = at(3, 4);

describe('a day in words', () => {
  it.each([
    [at(3, 4, 0), 'Today'],
    [at(3, 3, 23), 'Yesterday'],
    [at(3, 2), 'Monday, 2 March'],
    [at(1, 15), 'Thursday, 15 January'],
    [at(12, 31, 12, 2025), '31 December 2025'],
  ])('%s is %s', (moment, words) => {
    expect(tellDay(moment, now)).toBe(words);
  });
});

it('puts what happened on one day together, in the order in which it comes', () => {
  const item = (id: number, moment: Date) => ({ id, at: moment.toISOString() });
  const days = groupByDay([item(4, at(3, 4)), item(3, at(3, 4, 1)), item(2, at(3, 3, 23)), item(1, at(2, 1))], now);
  expect(days.map(({ day, items }) => [day, items.map(({ id }) => id)])).toEqual([
    ['2026-03-04', [4, 3]],
    ['2026-03-03', [2]],
    ['2026-02-01', [1]],
  ]);
  expect(groupByDay([], now)).toEqual([]);
});
