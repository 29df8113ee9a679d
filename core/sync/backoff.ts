/** Between two attempts there is at least this much, whatever anybody says. */
const LEAST_MS = 50;
/** The first wait is drawn from up to twice this. */
const FIRST_MS = 500;
const MOST_MS = 30_000;
/** A server may ask for more than that, but not for ever. */
const MOST_ASKED_MS = 300_000;
/** A key that is refused may be made valid again, so it is tried for ever, but seldom. */
const FORBIDDEN_MS = 15_000;
const MOST_FORBIDDEN_MS = 300_000;

/**
 * How long to wait before the next attempt. It never gives up. Waits are drawn from the whole range below a bound that
 * doubles (full jitter), so that many clients which lost the same server do not come back together.
 */
export class Backoff {
  readonly #random: () => number;
  #failures = 0;
  #advisedMs: number | undefined;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** The server's own word on when this client is to come back should it lose its stream. */
  advise(retryMs: number | undefined): void {
    this.#advisedMs = retryMs;
  }

  /** Things went well: the next wait begins anew. */
  succeed(): void {
    this.#failures = 0;
  }

  /** A stream that went well is lost, or the server said goodbye to it. */
  afterLoss(askedMs?: number): number {
    const isFirst = this.#failures++ === 0;
    const told = askedMs ?? (isFirst ? this.#advisedMs : undefined);
    return told === undefined ? this.#drawn() : within(told, LEAST_MS, MOST_ASKED_MS);
  }

  /** An attempt failed. What a server asks for is a lower bound: it asked many for the same. */
  afterFailure(askedMs = 0): number {
    this.#failures++;
    return within(askedMs, 0, MOST_ASKED_MS) + this.#drawn();
  }

  /** The key was refused. */
  afterRefusal(): number {
    const bound = Math.min(MOST_FORBIDDEN_MS, FORBIDDEN_MS * 2 ** Math.min(this.#failures++, 10));
    return bound * (1 + this.#random()) * 0.5 + FORBIDDEN_MS * 0.5;
  }

  #drawn(): number {
    const bound = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(this.#failures, 10));
    return LEAST_MS + this.#random() * (bound - LEAST_MS);
  }
}

function within(value: number, least: number, most: number): number {
  return Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : most;
}
