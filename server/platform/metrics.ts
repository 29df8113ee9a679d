import { createServer, type Server } from 'node:http';
import type { Context, MiddlewareHandler } from 'hono';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Clock } from './clock.ts';
import { RequestTally } from './request-tally.ts';

/** What `/metrics` answers. */
export interface MetricsText {
  contentType: string;
  text: string;
}

/**
 * The numbers of this process, for Prometheus. It knows nothing of flags: rooms add theirs by name. Names get the
 * prefix `turnout_`; no label may hold what somebody outside chose, such as a flag, a key or an address.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests = new RequestTally();

  constructor() {
    collectDefaultMetrics({ register: this.#registry, prefix: 'turnout_' });
  }

  /** Told of each answer. `route` is a pattern, never an address. */
  noteRequest(method: string, route: string, status: number, tookMs: number): void {
    this.#requests.note(method, route, status, tookMs);
  }

  /** Something that only grows; answers how to add to it. The name ends in `_total`. */
  counter(name: string, help: string): (by?: number) => void {
    const counter = new Counter({ name: `turnout_${name}`, help, registers: [this.#registry] });
    return (by = 1) => counter.inc(by);
  }

  /** The same in kinds, of which there are few and known ones. */
  counterBy<Kind extends string>(name: string, help: string, label: string): (kind: Kind, by?: number) => void {
    const labelNames = [label];
    const counter = new Counter({ name: `turnout_${name}`, help, labelNames, registers: [this.#registry] });
    return (kind, by = 1) => counter.inc({ [label]: kind }, by);
  }

  /** Something that goes up and down, read when it is asked for; where `read` has no answer, none is given. */
  gauge(name: string, help: string, read: () => number | undefined): void {
    new Gauge({
      name: `turnout_${name}`,
      help,
      registers: [this.#registry],
      collect() {
        this.reset();
        const value = read();
        if (value === undefined || !Number.isFinite(value)) this.remove();
        else this.set(value);
      },
    });
  }

  /** The same in kinds. */
  gaugeBy(name: string, help: string, label: string, read: () => Record<string, number>): void {
    new Gauge({
      name: `turnout_${name}`,
      help,
      labelNames: [label],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [kind, value] of Object.entries(read())) this.set({ [label]: kind }, value);
      },
    });
  }

  async print(): Promise<MetricsText> {
    const text = `${await this.#registry.metrics()}\n${this.#requests.print()}`;
    return { contentType: this.#registry.contentType, text };
  }
}

/** The middleware that notes every answer of hono's routes; `patternOf` names the route that took the request. */
export function measureRequests(metrics: Metrics, clock: Clock, patternOf: (c: Context) => string): MiddlewareHandler {
  return async (c, next) => {
    const begun = clock.monotonic();
    await next();
    metrics.noteRequest(c.req.method, patternOf(c), c.res.status, clock.monotonic() - begun);
  };
}

/** Slow senders are cut off here as at the front door. */
const PATIENCE = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 1_000 };

/** `/metrics` on a port of its own and without a token, for METRICS_PORT. Resolves once it listens. */
export function serveMetrics(metrics: Metrics, port: number, host: string): Promise<Server> {
  const server = createServer(PATIENCE, (request, response) => {
    if (request.method !== 'GET' || request.url?.split('?', 1)[0] !== '/metrics') {
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end('There is only GET /metrics here.\n');
      return;
    }
    metrics.print().then(
      ({ contentType, text }) => response.writeHead(200, { 'Content-Type': contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}
