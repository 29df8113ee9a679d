import type { Freeze } from './freeze.ts';
import { occurrencesBetween } from './occurrences.ts';
import { toLocal, toMoment } from './zone-time.ts';

/** A time in which a freeze holds; its end is not in it any more. */
export interface Window {
  name: string;
  start: number;
  end: number;
}

const DAY_MS = 86_400_000;

export const byStart = (a: Window, b: Window) => a.start - b.start;

/** The windows of these freezes that hold some moment from `from` to `to`. */
export function windowsBetween(freezes: readonly Freeze[], from: number, to: number): Window[] {
  return freezes.flatMap((freeze) => windowsOf(freeze, from, to));
}

/** The windows of one freeze that hold some moment of the time to come, the next first; so many at most. */
export function windowsAhead(freeze: Freeze, from: Date, to: Date, most: number): { from: Date; to: Date }[] {
  return windowsOf(freeze, from.getTime(), to.getTime())
    .slice(0, most)
    .map(({ start, end }) => ({ from: new Date(start), to: new Date(end) }));
}

/**
 * The windows of a freeze that hold some moment from `from` to `to`, the earliest first. Of those that began before `from`
 * only the latest: it ends no earlier than the others.
 */
export function windowsOf(freeze: Freeze, from: number, to: number): Window[] {
  const { name, rule, lastsMs } = freeze;
  const endedAt = freeze.endedAt?.getTime() ?? Number.POSITIVE_INFINITY;
  const [first, last] = [freeze.from.getTime(), freeze.to?.getTime() ?? Number.POSITIVE_INFINITY];
  const holds = ({ start, end }: Window) => start <= to && end > from && end > start;
  if (rule === null || lastsMs === null) return [{ name, start: first, end: Math.min(last, endedAt) }].filter(holds);
  const found: Window[] = [];
  for (const { start, end } of newestFirst({ ...freeze, rule, lastsMs }, from, to)) {
    if (start < first || start >= last) continue;
    found.push({ name, start, end: Math.min(end, endedAt) });
    if (start <= from) break;
  }
  return found.filter(holds).reverse();
}

function* newestFirst(
  { rule, zone, lastsMs, from: first }: Freeze & { rule: string; lastsMs: number },
  from: number,
  to: number,
): Generator<{ start: number; end: number }> {
  // A day to both sides, for clocks are put back and forth meanwhile.
  const locals = occurrencesBetween(
    { rule, from: toLocal(zone, first.getTime()) },
    toLocal(zone, from) - lastsMs - DAY_MS,
    toLocal(zone, to) + DAY_MS,
  );
  for (const local of locals.reverse()) {
    const start = toMoment(zone, local);
    // From the time that is shown then: what begins in a skipped hour is not shorter by it.
    yield { start, end: toMoment(zone, toLocal(zone, start) + lastsMs) };
  }
}
