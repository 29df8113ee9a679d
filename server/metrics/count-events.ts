import { isEventName } from '@turnout/core';
import { minuteOf } from './count-rows.ts';
import { type ArrivedReport, type ReportSource, sourceOf } from './report.ts';

export interface EventRow {
  environmentId: number;
  /** Empty where there is no name to be shown. */
  event: string;
  /** RFC 3339, at a whole minute. */
  at: string;
  count: number;
  valued: number;
  sum: number;
  source: ReportSource;
}

/** The name under which events are counted that have none to be shown. */
export const UNNAMED = '';

/** Adds up the events that reports hold, each name and minute once. `now` is the database's time. */
export function countEvents(arrived: readonly ArrivedReport[], now: Date): EventRow[] {
  const rows = new Map<string, EventRow>();
  for (const { place, report, waitedMs } of arrived) {
    const { environmentId } = place;
    const source = sourceOf(place);
    const at = minuteOf(now.getTime(), waitedMs + report.ageMs + report.durationMs / 2);
    for (const { event: given, count, valued, sum } of report.events ?? []) {
      if (count === 0) continue;
      const event = isEventName(given) ? given : UNNAMED;
      const name = `${environmentId} ${source} ${at} ${event}`;
      const found = rows.get(name) ?? { environmentId, event, at, count: 0, valued: 0, sum: 0, source };
      rows.set(name, found);
      found.count += count;
      found.valued += valued;
      found.sum += sum;
    }
  }
  return [...rows.values()];
}
