import { describe, expect, test } from 'vitest';
import { beginOfPage, dayKey, moveDay, planMonth, readDay } from './plan-month.ts';

const on = (month: number, day: number, hour = 0) => new Date(2026, month - 1, day, hour);
const freeze = (name: string, ...windows: [Date, Date][]) => ({
  ...{ id: name, name, environments: null, tags: null },
  windows: windows.map(([from, to]) => ({ from: from.toISOString(), to: to.toISOString() })),
});
const NOW = on(11, 26, 12);

describe('The page of a month', () => {
  test('has whole weeks, from the Monday before its first day to the Sunday after its last', () => {
    const november = planMonth([], on(11, 26), NOW);
    expect(november).toHaveLength(6);
    expect([november[0]?.days[0]?.key, november.at(-1)?.days[6]?.key]).toEqual(['2026-10-26', '2026-12-06']);
    const february = planMonth([], on(2, 1), NOW);
    expect([february[0]?.days[0]?.key, february.at(-1)?.days[6]?.key]).toEqual(['2026-01-26', '2026-03-01']);
    expect(november.flatMap(({ days }) => days.filter(({ isInMonth }) => isInMonth))).toHaveLength(30);
    expect(november.flatMap(({ days }) => days.filter(({ isToday }) => isToday)).map(({ key }) => key)).toEqual([
      '2026-11-26',
    ]);
  });

  test('says of each day what holds at some moment of it: the end of a window is not in it any more', () => {
    const weekend = freeze('Weekend', [on(11, 27, 17), on(11, 30)]);
    const days = planMonth([weekend], on(11, 1), NOW).flatMap((week) => week.days);
    expect(days.filter(({ windows }) => windows.length > 0).map(({ key }) => key)).toEqual([
      ...['2026-11-27', '2026-11-28', '2026-11-29'],
    ]);
  });

  test('lays what overlaps below one another, and what follows beside it', () => {
    const [a, b, c] = [
      freeze('a', [on(11, 3), on(11, 5)]),
      freeze('b', [on(11, 4), on(11, 6)]),
      freeze('c', [on(11, 5), on(11, 7)]),
    ];
    const [, week] = planMonth([c, b, a], on(11, 1), NOW);
    expect(week?.bars.map(({ name, lane }) => [name, lane])).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 0],
    ]);
  });
});

describe('From a day', () => {
  test.each([
    ['ArrowLeft', '2026-10-31'],
    ['ArrowRight', '2026-11-02'],
    ['ArrowUp', '2026-10-25'],
    ['ArrowDown', '2026-11-08'],
    ['Home', '2026-10-26'],
    ['End', '2026-11-01'],
    ['PageUp', '2026-10-01'],
    ['PageDown', '2026-12-01'],
  ])('%s leads to %s', (key, day) => {
    expect(dayKey(moveDay(on(11, 1), key) ?? NOW)).toBe(day);
  });

  test('that the next month has not, one comes to its last; other keys lead nowhere', () => {
    expect(dayKey(moveDay(on(1, 31), 'PageDown') ?? NOW)).toBe('2026-02-28');
    expect(moveDay(NOW, 'a')).toBeUndefined();
  });

  test('an address leads to it; what is no day leads to this one', () => {
    expect(dayKey(readDay('2026-02-28', NOW))).toBe('2026-02-28');
    for (const bad of [undefined, '', '2026-02-30', 'tomorrow']) expect(dayKey(readDay(bad, NOW))).toBe('2026-11-26');
    expect(dayKey(beginOfPage(on(11, 26)))).toBe('2026-10-26');
  });
});
