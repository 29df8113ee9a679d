import type { Clock } from '../platform/clock.ts';
import { withinDeadline } from '../platform/deadline.ts';
import { Problem } from '../platform/problem.ts';

/** A look at the database for unknown credentials takes this long at most, and there is never more than one at once. */
const LOOK_MS = 1_000;
/** Between two of them; and so many requests wait for the next one. */
const LOOK_EVERY_MS = 100;
const MOST_WAITING = 500;

/**
 * The look at the database that an unknown credential is worth before it is refused, shared by all who wait for it: so
 * that nobody can make the database busy by guessing.
 */
export class SecondLook {
  readonly #clock: Clock;
  readonly #refresh: () => Promise<void>;
  #look: Promise<void> | undefined;
  #startedAt = Number.NEGATIVE_INFINITY;
  #waiting = 0;

  constructor(clock: Clock, refresh: () => Promise<void>) {
    this.#clock = clock;
    this.#refresh = refresh;
  }

  /** When it resolves, memory is not older than the call. Throws 503 where too many wait, or nobody can be asked. */
  async take(): Promise<void> {
    if (this.#waiting >= MOST_WAITING) {
      throw new Problem('busy', 'Too many unknown credentials are waiting; try again.', { retryAfterSeconds: 1 });
    }
    this.#waiting++;
    try {
      // A look that is under way began before this request came, so it may have missed the credential.
      if (this.#look) await this.#look.catch(() => undefined);
      this.#look ??= this.#start().finally(() => {
        this.#look = undefined;
      });
      await this.#look;
    } finally {
      this.#waiting--;
    }
  }

  async #start(): Promise<void> {
    const wait = this.#startedAt + LOOK_EVERY_MS - this.#clock.monotonic();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    this.#startedAt = this.#clock.monotonic();
    const problem = (cause?: unknown) =>
      new Problem('database_unavailable', 'This credential is not known here, and the database cannot be asked now.', {
        retryAfterSeconds: 2,
        cause,
      });
    await withinDeadline(this.#refresh(), LOOK_MS, problem).catch((error: unknown) => {
      throw error instanceof Problem ? error : problem(error);
    });
  }
}
