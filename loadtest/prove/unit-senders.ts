// Many apps in one process that fold and report as the SDK does, without the streams that are no part of this figure.
import http from 'node:http';
import {
  type Compiled,
  compile,
  evaluate,
  type PlainAnswer,
  type Ports,
  ReportSender,
  type Ruleset,
} from '@turnout/core';

/** What the senders of a process are to do. */
export interface SendersOrder {
  url: string;
  key: string;
  flag: string;
  senders: number;
  seconds: number;
  /** Distinct units that come in each minute, over all senders. */
  unitsPerMinute: number;
  /** Whether each sender sees all of them, or each unit comes to one. */
  eachSeesAll: boolean;
  /** Units of one round are nobody's in the next. */
  round: string;
}

/** What came of it. */
export interface SendersResult {
  units: number;
  exposures: number;
  failed: number;
}

const TICK_MS = 100;
const DRAIN_MS = 60_000;
/** One unit of so many tracks an event. */
const TRACKS_EVERY = 50;

const agent = new http.Agent({ keepAlive: true, maxSockets: 32 });

function post(
  base: URL,
  { method, path, headers, body, timeoutMs }: Parameters<Ports['send']>[0],
): Promise<PlainAnswer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = base;
    const request = http.request({ hostname, port, path, method, headers, agent, timeout: timeoutMs }, (response) => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: {}, body: '' }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

class Sender {
  readonly reports: ReportSender;
  readonly #compiled: Compiled;
  readonly #flag: string;

  constructor(order: SendersOrder, compiled: Compiled, onFailed: () => void) {
    this.#compiled = compiled;
    this.#flag = order.flag;
    const base = new URL(order.url);
    this.reports = new ReportSender({
      ports: {
        send: async (request) => {
          const answer = await post(base, request);
          if (answer.status !== 202) onFailed();
          return answer;
        },
        sleep: (ms, then) => {
          const timer = setTimeout(then, ms);
          return () => clearTimeout(timer);
        },
        random: Math.random,
      },
      now: () => performance.now(),
      headers: { authorization: `Bearer ${order.key}` },
      position: `${compiled.ruleset.epoch}.${compiled.ruleset.revision}`,
    });
    this.reports.queue.units.hold(compiled);
    this.reports.begin();
  }

  ask(unit: string, tracks: boolean): void {
    const context = { targetingKey: unit };
    const { queue } = this.reports;
    const found = evaluate(this.#compiled, this.#flag, context);
    queue.asked.count(found, false);
    queue.units.expose(found, context);
    if (!tracks) return;
    queue.events.count('failed', undefined);
    queue.units.track('failed', undefined, context);
  }
}

/** Until all is stored: what waits for a server that is busy comes again when it may. */
async function drain(reports: ReportSender): Promise<void> {
  const until = performance.now() + DRAIN_MS;
  const { queue } = reports;
  do {
    await reports.flush();
    if (queue.length > 0) await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  } while ((queue.length > 0 || queue.units.waiting > 0) && performance.now() < until);
  await reports.close();
}

async function send(order: SendersOrder): Promise<SendersResult> {
  const response = await fetch(`${order.url}/sdk/v1/ruleset`, { headers: { authorization: `Bearer ${order.key}` } });
  const { ruleset } = (await response.json()) as { ruleset: Ruleset };
  const compiled = compile(ruleset);
  const result: SendersResult = { units: 0, exposures: 0, failed: 0 };
  const senders = Array.from(
    { length: order.senders },
    () =>
      new Sender(order, compiled, () => {
        result.failed += 1;
      }),
  );
  const begun = performance.now();
  const most = Math.round((order.unitsPerMinute * order.seconds) / 60);
  while (result.units < most) {
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    const due = Math.min(most, Math.floor(((performance.now() - begun) * order.unitsPerMinute) / 60_000));
    for (; result.units < due; result.units++) {
      const unit = `${order.round}-${result.units}`;
      const tracks = result.units % TRACKS_EVERY === 0;
      const asked = order.eachSeesAll ? senders : [senders[result.units % senders.length] as Sender];
      for (const sender of asked) sender.ask(unit, tracks);
      result.exposures += asked.length;
    }
  }
  await Promise.all(senders.map(({ reports }) => drain(reports)));
  return result;
}

process.on('message', (order: SendersOrder) => {
  send(order).then(
    (result) => process.send?.({ result }),
    (error: Error) => process.send?.({ error: error.message }),
  );
});
process.once('disconnect', () => process.exit(0));
