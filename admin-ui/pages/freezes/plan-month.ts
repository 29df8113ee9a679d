import { type Bar, planWeeks, type Week, type Windowed } from './plan-weeks.ts';

/** A day of a month's page, on the clock of whoever looks. */
export interface Day {
  /** `2026-11-27`. */
  key: string;
  date: Date;
  /** The pages of months begin and end with days of their neighbours. */
  isInMonth: boolean;
  isToday: boolean;
  /** The windows that hold at some moment of it, the first begun first. */
  windows: Bar[];
}

/** A bar and the row in which it lies, so that those that overlap lie below one another. */
export interface LaidBar extends Bar {
  lane: number;
}

export interface MonthWeek extends Omit<Week, 'bars'> {
  days: Day[];
  bars: LaidBar[];
}

const DAYS = 7;
const MOST_WEEKS = 6;

const addDays = (date: Date, days: number) => new Date(date.getFullYear(), date.getMonth(), date.getDate() + days);

/** A day as an address carries it. */
export function dayKey(date: Date): string {
  const two = (number: number) => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The day of a key, at its first moment; `otherwise` where it is none. */
export function readDay(key: string | undefined, otherwise: Date): Date {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(key ?? '');
  if (found === null) return addDays(otherwise, 0);
  const date = new Date(Number(found[1]), Number(found[2]) - 1, Number(found[3]));
  return dayKey(date) === key ? date : addDays(otherwise, 0);
}

/** The first moment of the Monday with which the page of a day's month begins. */
export function beginOfPage(day: Date): Date {
  const first = new Date(day.getFullYear(), day.getMonth(), 1);
  return addDays(first, -((first.getDay() + 6) % DAYS));
}

/** The page of a day's month: whole weeks, and what of them is frozen. */
export function planMonth(freezes: readonly Windowed[], day: Date, now: Date): MonthWeek[] {
  const month = day.getMonth();
  const begin = beginOfPage(day);
  return planWeeks(freezes, now, MOST_WEEKS, begin)
    .filter(({ from, to }) => from.getMonth() === month || addDays(to, -1).getMonth() === month)
    .map((week) => ({ ...week, bars: layBars(week.bars), days: daysOf(week, month, now) }));
}

function daysOf({ from, bars }: Week, month: number, now: Date): Day[] {
  return Array.from({ length: DAYS }, (_, at) => {
    const [date, next] = [addDays(from, at), addDays(from, at + 1)];
    return {
      ...{ key: dayKey(date), date, isInMonth: date.getMonth() === month, isToday: dayKey(date) === dayKey(now) },
      windows: bars.filter((bar) => bar.from < next && bar.to > date),
    };
  });
}

function layBars(bars: readonly Bar[]): LaidBar[] {
  const ends: number[] = [];
  return bars.map((bar) => {
    const free = ends.findIndex((end) => end <= bar.start);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = bar.end;
    return { ...bar, lane };
  });
}

/** The day to which a key leads from another one; undefined where the key means nothing here. */
export function moveDay(day: Date, key: string): Date | undefined {
  const inWeek = (day.getDay() + 6) % DAYS;
  switch (key) {
    case 'ArrowLeft':
      return addDays(day, -1);
    case 'ArrowRight':
      return addDays(day, 1);
    case 'ArrowUp':
      return addDays(day, -DAYS);
    case 'ArrowDown':
      return addDays(day, DAYS);
    case 'Home':
      return addDays(day, -inWeek);
    case 'End':
      return addDays(day, DAYS - 1 - inWeek);
    case 'PageUp':
      return moveMonth(day, -1);
    case 'PageDown':
      return moveMonth(day, 1);
    default:
      return undefined;
  }
}

/** The same day of another month; the last one of it, where it has no such day. */
export function moveMonth(day: Date, months: number): Date {
  const last = new Date(day.getFullYear(), day.getMonth() + months + 1, 0).getDate();
  return new Date(day.getFullYear(), day.getMonth() + months, Math.min(day.getDate(), last));
}
