/** Upper bounds of the buckets, in milliseconds: an evaluation takes a fraction of one, a change some, a wait many. */
const BOUNDS_MS = [0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 1_000, 5_000, 30_000];

interface Row {
  labels: string;
  statuses: Map<number, number>;
  /** How many took so long, by bucket; the last is for those above all bounds. */
  buckets: number[];
  sumMs: number;
}

/**
 * Counts answered requests by route. Written by hand, and printed in Prometheus' text format: a general counter sorts
 * and hashes its labels at every request, which costs more than evaluating a flag.
 */
export class RequestTally {
  readonly #byRoute = new Map<string, Map<string, Row>>();
  /** The row of the last request: most are followed by one like them. */
  #last: { method: string; route: string; row: Row } | undefined;

  /** `route` is a pattern, so that there is a bounded number of them. */
  note(method: string, route: string, status: number, tookMs: number): void {
    const row = this.#row(method, route);
    row.statuses.set(status, (row.statuses.get(status) ?? 0) + 1);
    row.sumMs += tookMs;
    let bucket = 0;
    while (bucket < BOUNDS_MS.length && tookMs > (BOUNDS_MS[bucket] as number)) bucket++;
    row.buckets[bucket] = (row.buckets[bucket] ?? 0) + 1;
  }

  print(): string {
    const rows = [...this.#byRoute.values()].flatMap((methods) => [...methods.values()]);
    return [
      '# HELP turnout_http_requests_total Requests that were answered, by route pattern and status.',
      '# TYPE turnout_http_requests_total counter',
      ...rows.flatMap(printStatuses),
      '# HELP turnout_http_request_duration_seconds How long they took, from their head to the end of the answer.',
      '# TYPE turnout_http_request_duration_seconds histogram',
      ...rows.flatMap(printDurations),
      '',
    ].join('\n');
  }

  #row(method: string, route: string): Row {
    if (this.#last?.route === route && this.#last.method === method) return this.#last.row;
    let methods = this.#byRoute.get(route);
    if (methods === undefined) {
      methods = new Map();
      this.#byRoute.set(route, methods);
    }
    let row = methods.get(method);
    if (row === undefined) {
      const labels = `method="${escapeLabel(method)}",route="${escapeLabel(route)}"`;
      row = { labels, statuses: new Map(), buckets: [...BOUNDS_MS, 0].map(() => 0), sumMs: 0 };
      methods.set(method, row);
    }
    this.#last = { method, route, row };
    return row;
  }
}

function printStatuses({ labels, statuses }: Row): string[] {
  return [...statuses].map(([status, count]) => `turnout_http_requests_total{${labels},status="${status}"} ${count}`);
}

function printDurations({ labels, buckets, sumMs }: Row): string[] {
  const name = 'turnout_http_request_duration_seconds';
  let count = 0;
  const lines = buckets.map((more, index) => {
    count += more;
    const bound = BOUNDS_MS[index];
    return `${name}_bucket{${labels},le="${bound === undefined ? '+Inf' : bound / 1_000}"} ${count}`;
  });
  return [...lines, `${name}_sum{${labels}} ${sumMs / 1_000}`, `${name}_count{${labels}} ${count}`];
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
