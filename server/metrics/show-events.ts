import type { EnvironmentPlace } from '../access/asking.ts';
import type { Db } from '../database/connect.ts';
import { makePage, textAfter } from '../platform/page.ts';
import type { EventsQuery, TrackedEventsAnswer } from './contract.ts';
import { UNNAMED } from './count-events.ts';
import type { Span } from './evaluation-store.ts';
import { type EventStep, eventsOf, listEventNames } from './event-store.ts';
import { readSpan, zeros } from './span.ts';

/** What was tracked in an environment, by name and over time. */
export async function showEvents(
  db: Db,
  { environment }: EnvironmentPlace,
  query: EventsQuery,
  now: Date,
): Promise<TrackedEventsAnswer> {
  const span = readSpan(query, now);
  const { limit, told: by } = query;
  const names = await listEventNames(db, environment.id, { limit, after: textAfter(query), by });
  const asked = [UNNAMED, ...names.slice(0, limit).map(({ event }) => event)];
  const series = seriesOf(asked, await eventsOf(db, environment.id, asked, span, by), span);
  const { total, counts } = series(UNNAMED);
  return {
    ...{ environment: environment.key, step: query.step, told: by },
    ...{ from: span.from.toISOString(), to: span.to.toISOString() },
    ...makePage(
      names,
      limit,
      ({ event, lastAt }) => ({ event, ...series(event), lastAt: lastAt.toISOString() }),
      ({ event }) => event,
    ),
    unnamed: { total, counts },
  };
}

/** Gives for each name what there was of it, by step. */
function seriesOf(events: readonly string[], steps: readonly EventStep[], span: Span) {
  const nothing = () => ({ total: 0, counts: zeros(span), valued: 0, sum: 0 });
  const series = new Map(events.map((event) => [event, nothing()]));
  for (const { event, step, count, valued, sum } of steps) {
    const found = series.get(event) ?? nothing();
    found.counts[step] = count;
    found.total += count;
    found.valued += valued;
    found.sum += sum;
  }
  return (event: string) => series.get(event) ?? nothing();
}
