import { Backoff } from '../sync/backoff.ts';
import type { PlainAnswer, Ports } from '../sync/ports.ts';
import { readRetryAfter } from '../sync/retry-after.ts';
import { type Report, ReportQueue } from './report-queue.ts';

export interface ReportSenderParts {
  ports: Pick<Ports, 'send' | 'sleep' | 'random'>;
  /** A monotonic clock, in ms. */
  now(): number;
  /** Sent with every request: authorization, instance, SDK. */
  headers: Record<string, string>;
  /** Where the ruleset is from which it begins. */
  position?: string | undefined;
  /** A server refused a batch for good, which is a mistake on one side: told with the status. */
  onRefused?(status: number): void;
}

const PATH = '/sdk/v1/reports';
/** How far apart reports are, give or take a fifth, so that a fleet which started together does not report together. */
export const REPORT_EVERY_MS = 10_000;
const SPREAD = 0.2;
const TIMEOUT_MS = 10_000;

/** Refused for what they hold, and refused again however often they come. */
const REFUSED = new Set([400, 409, 413, 415, 422]);
/** Nobody takes reports with this key, or there: it may be mended, so they are offered again, but seldom. */
const UNWANTED = new Set([401, 403, 404, 405]);

function makeId(random: () => number): string {
  let id = '';
  while (id.length < 32) {
    id += Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  }
  return id;
}

/**
 * Reports what was evaluated: every ten seconds or so, one batch after the other. What cannot be sent waits in the
 * queue, and comes later under the same name. Nothing here throws, and no timer of it keeps a process alive.
 */
export class ReportSender {
  readonly #parts: ReportSenderParts;
  readonly #queue: ReportQueue;
  readonly #backoff: Backoff;
  #cancel: (() => void) | undefined;
  #sending: Promise<void> | undefined;
  /** Not before this by our own patience, and not before that by the server's word. */
  #notBefore = Number.NEGATIVE_INFINITY;
  #askedUntil = Number.NEGATIVE_INFINITY;
  #state: 'idle' | 'open' | 'closed' = 'idle';

  constructor(parts: ReportSenderParts) {
    this.#parts = parts;
    const random = () => parts.ports.random();
    this.#queue = new ReportQueue({ now: parts.now, makeId: () => makeId(random) }, parts.position);
    this.#backoff = new Backoff(random);
  }

  /** Where evaluations are counted. */
  get queue(): ReportQueue {
    return this.#queue;
  }

  begin(): void {
    if (this.#state !== 'idle') return;
    this.#state = 'open';
    this.#schedule();
  }

  /** Other answers hold from now on, by the ruleset at `position`. */
  moved(position: string): void {
    this.#queue.cut(position);
  }

  /** Sends what there is. Resolves when it is stored, or when it could not be: at once where the server asked to wait. */
  async flush(): Promise<void> {
    if (this.#state !== 'open') return;
    await this.#sending;
    this.#queue.cut();
    if (this.#parts.now() < this.#askedUntil) return;
    await this.#send();
    // What did not fit into as many batches as may wait.
    if (this.#queue.length > 0 || this.#queue.units.waiting === 0) return;
    this.#queue.cut();
    await this.#send();
  }

  /** Sends for the last time, and is still afterwards. */
  async close(): Promise<void> {
    if (this.#state === 'open') {
      this.#cancel?.();
      await this.flush();
    }
    this.end();
  }

  /** Is still at once. What comes of a request that is under way is nobody's any more. */
  end(): void {
    this.#state = 'closed';
    this.#cancel?.();
  }

  #schedule(): void {
    const { ports } = this.#parts;
    const ms = REPORT_EVERY_MS * (1 - SPREAD + 2 * SPREAD * ports.random());
    this.#cancel = ports.sleep(ms, () => this.#tick());
  }

  #tick(): void {
    if (this.#state !== 'open') return;
    this.#queue.cut();
    const now = this.#parts.now();
    if (now >= this.#notBefore && now >= this.#askedUntil) void this.#send();
    this.#schedule();
  }

  /** One batch after the other until none is left, or one cannot be sent. Whoever calls meanwhile waits for the same. */
  #send(): Promise<void> {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
    });
    return this.#sending;
  }

  async #sendAll(): Promise<void> {
    do {
      for (let report = this.#queue.next(); report !== undefined; report = this.#queue.next()) {
        const answer = await this.#post(report);
        if (this.#state === 'closed' || !this.#take(report, answer)) return;
      }
      if (this.#queue.isBehind) this.#queue.cut();
    } while (this.#queue.length > 0);
  }

  async #post(report: Report): Promise<PlainAnswer | undefined> {
    const { ports, headers } = this.#parts;
    try {
      return await ports.send({
        method: 'POST',
        path: PATH,
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(report),
        timeoutMs: TIMEOUT_MS,
      });
    } catch {
      return undefined;
    }
  }

  /** Whether the next one may be sent at once. */
  #take({ batchId }: Report, answer: PlainAnswer | undefined): boolean {
    const status = answer?.status ?? 0;
    if (status >= 200 && status < 300) {
      this.#queue.settle(batchId);
      this.#backoff.succeed();
      this.#notBefore = Number.NEGATIVE_INFINITY;
      return true;
    }
    if (REFUSED.has(status)) {
      this.#queue.drop(batchId);
      this.#tell(status);
      return true;
    }
    const now = this.#parts.now();
    const askedMs = answer === undefined ? undefined : readRetryAfter(answer.headers);
    if (askedMs !== undefined) this.#askedUntil = now + askedMs;
    const waitMs = UNWANTED.has(status) ? this.#backoff.afterRefusal() : this.#backoff.afterFailure(askedMs);
    this.#notBefore = now + waitMs;
    return false;
  }

  /** What an owner throws is the owner's. */
  #tell(status: number): void {
    try {
      this.#parts.onRefused?.(status);
    } catch {}
  }
}
