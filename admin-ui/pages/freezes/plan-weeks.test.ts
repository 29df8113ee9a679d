import { describe, expect, test } from 'vitest';
import { planWeeks } from './plan-weeks.ts';

/** Moments on the clock of whoever looks: weeks are theirs. */
const at = (day: number, hour = 0) => new Date(2026, 10, day, hour);
const freeze = (name: string, ...windows: [Date, Date][]) => ({
  ...{ id: name, name, environments: null, tags: null },
  windows: windows.map(([from, to]) => ({ from: from.toISOString(), to: to.toISOString() })),
});
/** A Thursday; its Monday is the 23rd. */
const NOW = at(26, 12);

describe('The weeks to come', () => {
  test('begin with the Monday of this one, and follow one another', () => {
    const weeks = planWeeks([], NOW, 3);
    expect(weeks.map(({ from }) => from)).toEqual([at(23), at(30), at(37)]);
    expect(weeks.map(({ to }) => to)).toEqual([at(30), at(37), at(44)]);
    expect(planWeeks([], at(29, 23), 1)[0]?.from).toEqual(at(23));
    expect(planWeeks([], at(30), 1)[0]?.from).toEqual(at(30));
  });

  test('show a window in each week that it reaches into, as far as it does', () => {
    const [first, second, third] = planWeeks([freeze('long', [at(28), at(31)])], NOW, 3);
    expect(first?.bars).toMatchObject([{ name: 'long', start: 5 / 7, end: 1, isNow: false }]);
    expect(second?.bars).toMatchObject([{ name: 'long', start: 0, end: 1 / 7 }]);
    expect(third?.bars).toEqual([]);
  });

  test('leave out what ended as the week began, and put first what begins first', () => {
    const [week] = planWeeks([freeze('late', [at(27), at(28)]), freeze('early', [at(24), at(25)])], NOW, 1);
    expect(week?.bars.map(({ name }) => name)).toEqual(['early', 'late']);
    expect(planWeeks([freeze('before', [at(20), at(23)])], NOW, 1)[0]?.bars).toEqual([]);
  });

  test('say which window holds now: its end is not in it any more', () => {
    const isNow = (from: Date, to: Date) => planWeeks([freeze('f', [from, to])], NOW, 1)[0]?.bars[0]?.isNow;
    expect(isNow(NOW, at(27))).toBe(true);
    expect(isNow(at(25), NOW)).toBe(false);
  });
});
