import type { Context, Evaluation } from '@turnout/core';
import { makeId, type PagePorts } from './transport.ts';

const PATH = '/client/v1/reports';
/** How far apart reports are, give or take a fifth, so that pages which were opened together do not report together. */
const EVERY_MS = 10_000;
const TIMEOUT_MS = 10_000;
/** So many batches wait for a server; the oldest is given up for a newer one. */
const MOST_WAITING = 4;
/** Names stand in code; names made of data are a mistake, and must not make a batch without bounds. */
const MOST_NAMES = 200;

interface Batch {
  batchId: string;
  ended: number;
}

export interface ReportParts {
  ports: PagePorts;
  now(): number;
  url: string;
  key: string;
  /** Whose evaluations these are, and by which flags. */
  whose(): { context: Context; contextToken: string | undefined; position: string | null };
}

/** Counts what was asked and tracked, and reports it: how often, never each time. Nothing of it throws. */
export class Reports {
  readonly #parts: ReportParts;
  #flags = new Map<string, { flag: string; variants: Record<string, number>; coded: number }>();
  #events = new Map<string, { event: string; count: number; valued: number; sum: number }>();
  #begun: number;
  #waiting: Batch[] = [];
  #sending: Promise<void> | undefined;
  #stop = () => {};

  constructor(parts: ReportParts) {
    this.#parts = parts;
    this.#begun = parts.now();
  }

  begin(): void {
    const { ports } = this.#parts;
    this.#stop = ports.sleep(EVERY_MS * (0.8 + 0.4 * ports.random()), () => {
      void this.flush();
      this.begin();
    });
  }

  count({ key, variant }: Evaluation): void {
    const found = this.#flags.get(key) ?? { flag: key, variants: {}, coded: 0 };
    if (this.#flags.size < 5 * MOST_NAMES) this.#flags.set(key, found);
    if (variant === undefined) found.coded++;
    else found.variants[variant] = (found.variants[variant] ?? 0) + 1;
  }

  /** A value that is no number counts as none. */
  track(event: string, value: unknown): void {
    const name = `${event}`.length > 128 ? '' : `${event}`;
    const found = this.#events.get(name) ?? { event: name, count: 0, valued: 0, sum: 0 };
    if (this.#events.size < MOST_NAMES) this.#events.set(name, found);
    found.count++;
    if (typeof value !== 'number' || !Number.isFinite(value)) return;
    found.valued++;
    found.sum += value;
  }

  /** Ends a batch: from now on somebody else is asked for, or by other flags. */
  cut(): void {
    const { key, whose, now } = this.#parts;
    const ended = now();
    if (this.#flags.size + this.#events.size > 0) {
      const counted = { flags: [...this.#flags.values()], events: [...this.#events.values()] };
      const batch = {
        key,
        batchId: makeId(),
        ...whose(),
        durationMs: Math.round(ended - this.#begun),
        ...counted,
        ended,
      };
      this.#waiting = [...this.#waiting.slice(1 - MOST_WAITING), batch];
      this.#flags.clear();
      this.#events.clear();
    }
    this.#begun = ended;
  }

  /** Sends what there is, one batch after the other; what does not arrive is sent again later, and counts once. */
  flush(): Promise<void> {
    this.cut();
    this.#sending ??= this.#send().finally(() => {
      this.#sending = undefined;
    });
    return this.#sending;
  }

  /** Hands what there is to the browser, which sends it although the page goes. What it does not take is sent later. */
  hand(): void {
    this.cut();
    this.#waiting = this.#waiting.filter(
      (batch) => !globalThis.navigator?.sendBeacon?.(this.#parts.url + PATH, this.#write(batch)),
    );
  }

  end(): void {
    this.#stop();
  }

  async #send(): Promise<void> {
    for (const batch of this.#waiting) {
      const request = { method: 'POST', path: PATH, headers: {}, body: this.#write(batch) } as const;
      try {
        const { status } = await this.#parts.ports.send({ ...request, timeoutMs: TIMEOUT_MS, keepalive: true });
        // Refused for what it holds, it is refused again however often it comes.
        if (status > 499 || status === 429 || status === 401 || status === 403) return;
      } catch {
        return;
      }
      this.#waiting = this.#waiting.filter((other) => other !== batch);
    }
  }

  #write({ ended, ...batch }: Batch): string {
    return JSON.stringify({ ...batch, ageMs: Math.round(this.#parts.now() - ended) });
  }
}
