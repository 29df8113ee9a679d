import type { ListedPolicy, MetricAnswer, MetricRate } from '@turnout/server/contracts';

export const METRIC_KINDS: Record<MetricAnswer['kind'], { name: string; means: string }> = {
  rate: { name: 'Rate', means: 'the share of users who had the event: errors, purchases, logins' },
  mean: {
    name: 'Mean',
    means: 'of each user’s first value: milliseconds, money; cut at a cap, so that one value decides nothing',
  },
  ratio: { name: 'Ratio', means: 'one event over another; it is shown, and never decides' },
};

/** What a metric counts, in words. */
export function tellMetric({ kind, event, denominator, direction, unit, cap }: MetricAnswer): string {
  const worse = direction === 'up' ? 'more is worse' : 'less is worse';
  if (kind === 'rate') return `users with ${event}; ${worse}`;
  if (kind === 'ratio') return `${event} over ${denominator ?? '?'}; shown, never tested`;
  const [of, most] = [unit === '' ? '' : ` in ${unit}`, cap === undefined ? '' : `, at most ${cap}`];
  return `the value of ${event}${of}${most}; ${worse}`;
}

/** `2.5 % of 12,300 users in 40 h`. */
export function tellRate({ rate, n, hours }: Pick<MetricRate, 'rate' | 'n' | 'hours'>): string {
  const share = Number((rate * 100).toPrecision(3));
  return `${share} % of ${n.toLocaleString('en')} users in ${Math.max(1, Math.round(hours))} h`;
}

/** A guard that goes by a metric or by a source. */
export interface NamingGuard {
  policy: string;
  guard: string;
}

export function guardsNaming(
  policies: readonly ListedPolicy[],
  what: { metric: string } | { source: string },
): NamingGuard[] {
  return policies.flatMap(({ key, archived, watches }) =>
    archived
      ? []
      : watches
          .filter((one) => ('metric' in what ? one.metric === what.metric : one.source === what.source))
          .map(({ guard }) => ({ policy: key, guard })),
  );
}
