/** What k6 leaves of a run, in the parts that are read here. */
interface Summary {
  metrics: Record<string, { values: Record<string, number>; thresholds?: Record<string, { ok: boolean }> }>;
}

/** One scenario against one server: a line of the report. */
export interface Row {
  scenario: string;
  /** Who was asked: ours with one of the sets of flags, or another server. */
  server: string;
  /** Answers a second, flat out. */
  perSecond: number;
  /** Milliseconds at the steady rate. */
  steady: { median: number; p95: number; p99: number };
  /** Milliseconds, flat out. */
  flatOutP95: number;
  requests: number;
  failed: number;
  /** Microseconds of CPU time of the server a request, where it is ours. */
  cpuMicros?: number;
  thresholds: { name: string; isKept: boolean }[];
}

/** Folds a summary of k6 into a line; throws where it is no summary of one of our scenarios. */
export function foldSummary(
  run: { scenario: string; server: string; seconds: number; cpuMs?: number },
  summary: unknown,
): Row {
  const { scenario, server, seconds, cpuMs } = run;
  if (!isSummary(summary)) throw new Error('k6 left no summary that can be read');
  const value = (metric: string, name: string): number => {
    const found = summary.metrics[metric]?.values[name];
    if (found === undefined) throw new Error(`k6 measured no ${name} of ${metric} in ${scenario}`);
    return found;
  };
  const steady = 'http_req_duration{scenario:steady}';
  const flatOut = 'http_req_duration{scenario:flatOut}';
  const requests = value('http_reqs', 'count');
  return {
    scenario,
    server,
    perSecond: value('http_reqs{scenario:flatOut}', 'count') / seconds,
    steady: { median: value(steady, 'med'), p95: value(steady, 'p(95)'), p99: value(steady, 'p(99)') },
    flatOutP95: value(flatOut, 'p(95)'),
    requests,
    failed: Math.round(value('http_req_failed', 'rate') * requests),
    ...(cpuMs === undefined ? {} : { cpuMicros: (cpuMs * 1_000) / requests }),
    thresholds: listThresholds(summary),
  };
}

function isSummary(summary: unknown): summary is Summary {
  return typeof summary === 'object' && summary !== null && 'metrics' in summary;
}

/** Thresholds that only put a figure into the summary hold always, and say nothing. */
function listThresholds({ metrics }: Summary): Row['thresholds'] {
  return Object.entries(metrics).flatMap(([metric, { thresholds = {} }]) =>
    Object.entries(thresholds)
      .filter(([rule]) => !rule.endsWith('>=0'))
      .map(([rule, { ok }]) => ({ name: `${metric} ${rule}`, isKept: ok })),
  );
}
