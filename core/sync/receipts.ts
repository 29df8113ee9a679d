import type { Compiled } from '../evaluate/compile.ts';
import { isUnknownKill } from './held-entries.ts';
import type { Ports } from './ports.ts';
import { isRefusal } from './refusal.ts';
import { HEADERS, type OverlayEntry, type Receipt } from './wire.ts';

export interface ReceiptParts {
  ports: Pick<Ports, 'send' | 'sleep' | 'random'>;
  /** A monotonic clock, in ms. */
  now(): number;
  headers: Record<string, string>;
  /** What is in force at this moment. */
  held(): { position: string | undefined; overlay: readonly OverlayEntry[]; compiled: Compiled | undefined };
  /** Wall time as RFC 3339, where the owner has one. */
  date?: (() => string) | undefined;
}

const PATH = '/sdk/v1/receipts';
/** What is put in force within this time is told together. */
const TOGETHER_MS = 1_000;
/** A sign of life, also where nothing happens. */
const ALIVE_MS = 20_000;
const TIMEOUT_MS = 10_000;
const GOODBYE_MS = 1_000;
/** A receipt that takes long holds up one other at most. */
const MOST_AT_ONCE = 2;
/** What a server reads; a client that holds more kills tells the newest. */
const MOST_OVERLAYS = 500;
const MOST_UNSUPPORTED = 100;

/**
 * Tells the node of the open stream what was put in force: always all of it, so that one that got lost is made up for by
 * the next. At once for kills and what is urgent; the rest of what happens within a second is told together. It is sent
 * after the turn in which something came, so that applying never waits for telling.
 */
export class Receipts {
  readonly #parts: ReceiptParts;
  #token: string | undefined;
  #sentAt = Number.NEGATIVE_INFINITY;
  /** When the next one is sent; infinite while there is nobody to send it to. */
  #dueAt = Number.POSITIVE_INFINITY;
  #running = 0;
  #isWaiting = false;
  #failures = 0;
  /** Ids of the kills that the last receipt of this stream told. */
  #told: ReadonlySet<string> = new Set();
  #appliedAt: string | undefined;
  #stop: () => void = () => undefined;

  constructor(parts: ReceiptParts) {
    this.#parts = parts;
  }

  /** A stream is open, and its node takes receipts. */
  open(token: string): void {
    this.#token = token;
    this.#told = new Set();
    this.#failures = 0;
    this.#sendWithin(0);
  }

  /** There is no stream any more; its token is worth nothing. */
  close(): void {
    this.#token = undefined;
    this.#isWaiting = false;
    this.#clear();
  }

  /** Something was put in force. A kill that is not told yet is always urgent. */
  applied(isUrgent: boolean): void {
    if (this.#parts.date !== undefined) this.#appliedAt = this.#parts.date();
    if (this.#token === undefined) return;
    const isKill = this.#parts.held().overlay.some(({ id }) => !this.#told.has(id));
    const together = this.#sentAt + TOGETHER_MS - this.#parts.now();
    this.#sendWithin(isUrgent || isKill ? 0 : Math.max(0, together));
  }

  /** Says that nobody needs to wait for this client any more. Never rejects. */
  async goodbye(): Promise<void> {
    const token = this.#token;
    this.close();
    if (token === undefined) return;
    await this.#post(token, { ...this.#receipt(), goodbye: true }, GOODBYE_MS).catch(() => undefined);
  }

  #sendWithin(ms: number): void {
    const { now, ports } = this.#parts;
    const dueAt = now() + ms;
    if (dueAt >= this.#dueAt) return;
    this.#clear();
    this.#dueAt = dueAt;
    let isOff = false;
    const send = () => {
      if (!isOff) this.#send();
    };
    const cancel = ms > 0 ? ports.sleep(ms, send) : undefined;
    if (ms <= 0) void Promise.resolve().then(send);
    this.#stop = () => {
      isOff = true;
      cancel?.();
    };
  }

  #clear(): void {
    this.#stop();
    this.#dueAt = Number.POSITIVE_INFINITY;
  }

  #send(): void {
    const token = this.#token;
    this.#clear();
    if (token === undefined) return;
    if (this.#running >= MOST_AT_ONCE) {
      this.#isWaiting = true;
      return;
    }
    const receipt = this.#receipt();
    this.#told = new Set(this.#parts.held().overlay.map(({ id }) => id));
    this.#sentAt = this.#parts.now();
    this.#running++;
    this.#post(token, receipt, TIMEOUT_MS).then(
      (status) => this.#answered(token, status),
      () => this.#answered(token, 0),
    );
    this.#sendWithin(ALIVE_MS);
  }

  #answered(token: string, status: number): void {
    this.#running--;
    if (token !== this.#token) return;
    if (isRefusal(status)) {
      // The node does not know this stream, or not any more: the next `hello` brings another token.
      this.close();
      return;
    }
    if (status >= 200 && status < 300) this.#failures = 0;
    else this.#sendWithin(this.#retryMs());
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    this.#sendWithin(0);
  }

  #retryMs(): number {
    const bound = Math.min(ALIVE_MS, TOGETHER_MS * 2 ** Math.min(this.#failures++, 10));
    return bound * (0.5 + this.#parts.ports.random() / 2);
  }

  #receipt(): Receipt {
    const { position, overlay, compiled } = this.#parts.held();
    const overlays = overlay.filter((entry) => !isUnknownKill(entry)).map(({ id }) => id);
    return {
      position: position ?? null,
      overlays: overlays.slice(-MOST_OVERLAYS),
      unsupported: compiled === undefined ? [] : unsupportedIn(compiled),
      ...(this.#appliedAt === undefined ? {} : { appliedAt: this.#appliedAt }),
    };
  }

  async #post(token: string, receipt: Receipt, timeoutMs: number): Promise<number> {
    const headers = {
      ...this.#parts.headers,
      [HEADERS.receipt]: token,
      accept: 'application/json',
      'content-type': 'application/json',
    };
    const body = JSON.stringify(receipt);
    return (await this.#parts.ports.send({ method: 'POST', path: PATH, headers, body, timeoutMs })).status;
  }
}

const unsupported = new WeakMap<Compiled, string[]>();

/** Flags that this evaluator does not understand, and answers with an error. */
function unsupportedIn(compiled: Compiled): string[] {
  let keys = unsupported.get(compiled);
  if (keys === undefined) {
    keys = [...compiled.flags.values()].filter(({ faults }) => faults.length > 0).map(({ key }) => key);
    keys = keys.slice(0, MOST_UNSUPPORTED);
    unsupported.set(compiled, keys);
  }
  return keys;
}
