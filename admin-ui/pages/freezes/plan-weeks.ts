import type { FreezeAnswer } from '@turnout/server/contracts';

/** A window of a freeze as far as it lies in a week: where it begins and ends, as shares of the week. */
export interface Bar {
  id: string;
  name: string;
  from: Date;
  to: Date;
  start: number;
  end: number;
  environments: readonly string[] | null;
  tags: readonly string[] | null;
  /** It holds now. */
  isNow: boolean;
}

export interface Week {
  /** The Monday, at its first moment on the clock of whoever looks. */
  from: Date;
  /** The first moment of the next Monday: a week in which clocks are put is shorter or longer. */
  to: Date;
  bars: Bar[];
}

export type Windowed = Pick<FreezeAnswer, 'id' | 'name' | 'environments' | 'tags' | 'windows'>;

const DAYS = 7;

/** The first moment of the Monday at or before a moment, on this machine's clock. */
function mondayOf(at: Date): Date {
  const day = (at.getDay() + 6) % DAYS;
  return new Date(at.getFullYear(), at.getMonth(), at.getDate() - day);
}

/** Weeks that follow one another, from the present one on or from another, with the windows that lie in each. */
export function planWeeks(freezes: readonly Windowed[], now: Date, many = 5, begin = now): Week[] {
  const first = mondayOf(begin);
  return Array.from({ length: many }, (_, at) => {
    const monday = (weeks: number) => new Date(first.getFullYear(), first.getMonth(), first.getDate() + weeks * DAYS);
    const [from, to] = [monday(at), monday(at + 1)];
    const bars = freezes.flatMap((freeze) => barsOf(freeze, { from, to }, now));
    return { from, to, bars: bars.sort((a, b) => a.from.getTime() - b.from.getTime()) };
  });
}

function barsOf(
  { id, name, environments, tags, windows }: Windowed,
  week: Pick<Week, 'from' | 'to'>,
  now: Date,
): Bar[] {
  const [begin, length] = [week.from.getTime(), week.to.getTime() - week.from.getTime()];
  const share = (at: Date) => Math.min(1, Math.max(0, (at.getTime() - begin) / length));
  return windows
    .map((window) => ({ from: new Date(window.from), to: new Date(window.to) }))
    .filter(({ from, to }) => from < week.to && to > week.from)
    .map(({ from, to }) => {
      const isNow = from <= now && now < to;
      return { id, name, environments, tags, from, to, start: share(from), end: share(to), isNow };
    });
}
