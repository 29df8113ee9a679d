import type { Clock } from '../platform/clock.ts';
import { Problem } from '../platform/problem.ts';
import { networkOf } from './client-address.ts';

/** A try that was let in. It counts as failed until it is said to have succeeded. */
export interface SignInTry {
  succeeded(): void;
}

interface Failures {
  count: number;
  /** When `count` was right, on the monotonic clock; it fades from then on. */
  at: number;
  /** Until when nothing is taken; for addresses alone. */
  notBefore: number;
}

/** An address may mistype so often before it has to wait, from then on twice as long each time. */
const FREE_TRIES = 4;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** Everybody who signs in to an account that is guessed at waits so long at most, wherever they are. */
const LONGEST_PAUSE_MS = 1_000;
const FIRST_PAUSE_MS = 50;
const MOST_PAUSED = 20;
/** Half of what failed is forgotten after that. */
const HALF_LIFE_MS = 15 * 60_000;
const MOST_KEPT = 20_000;

/**
 * Slows down whoever guesses passwords, in this node's memory. An address waits for its own failures, longer each time.
 * An account has no lock: what others failed at costs a pause of a second at most, and none from an address from which
 * its owner has signed in before. So nobody can keep somebody else out.
 */
export class SignInDelay {
  readonly #clock: Clock;
  readonly #sleep: (ms: number) => Promise<unknown>;
  readonly #addresses = new Map<string, Failures>();
  readonly #accounts = new Map<string, Failures>();
  readonly #familiar = new Map<string, true>();
  readonly #paused = new Map<string, number>();

  constructor(clock: Clock, sleep = (ms: number): Promise<unknown> => new Promise((done) => setTimeout(done, ms))) {
    this.#clock = clock;
    this.#sleep = sleep;
  }

  /**
   * Resolves when the try may be made. Throws 429 where the address has to wait. Many tries at once are no way around
   * it: each counts from its beginning.
   */
  async admit(login: string, address: string): Promise<SignInTry> {
    const account = login.toLowerCase();
    const network = networkOf(address);
    const now = this.#clock.monotonic();
    const failed = this.#read(this.#addresses, network);
    if (now < failed.notBefore) {
      const seconds = Math.ceil((failed.notBefore - now) / 1_000);
      const detail = `Too many passwords from this address were wrong. Wait ${seconds} s and try again.`;
      throw new Problem('too_many', detail, { retryAfterSeconds: seconds });
    }
    failed.count++;
    if (failed.count > FREE_TRIES) {
      const doubled = FIRST_WAIT_MS * 2 ** Math.min(20, Math.floor(failed.count - FREE_TRIES) - 1);
      failed.notBefore = now + Math.min(LONGEST_WAIT_MS, doubled);
    }
    const guessed = this.#read(this.#accounts, account);
    const familiar = `${account} ${network}`;
    const pause = this.#familiar.has(familiar) ? 0 : pauseAfter(guessed.count);
    guessed.count++;
    if (pause > 0) await this.#pause(account, pause);
    return {
      succeeded: () => {
        failed.count = Math.max(0, failed.count - 1);
        failed.notBefore = 0;
        guessed.count = Math.max(0, guessed.count - 1);
        keep(this.#familiar, familiar, true);
      },
    };
  }

  async #pause(account: string, ms: number): Promise<void> {
    const waiting = this.#paused.get(account) ?? 0;
    if (waiting >= MOST_PAUSED) {
      throw new Problem('too_many', 'Too many try to sign in to this account at once.', { retryAfterSeconds: 1 });
    }
    this.#paused.set(account, waiting + 1);
    try {
      await this.#sleep(ms);
    } finally {
      const left = (this.#paused.get(account) ?? 1) - 1;
      if (left > 0) this.#paused.set(account, left);
      else this.#paused.delete(account);
    }
  }

  /** The failures of an address or account, as many as are not forgotten yet. */
  #read(kept: Map<string, Failures>, name: string): Failures {
    const now = this.#clock.monotonic();
    const found = kept.get(name) ?? { count: 0, at: now, notBefore: 0 };
    found.count *= 0.5 ** ((now - found.at) / HALF_LIFE_MS);
    found.at = now;
    keep(kept, name, found);
    return found;
  }
}

function pauseAfter(count: number): number {
  return count < 1 ? 0 : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(20, Math.floor(count)));
}

/** The oldest makes room: memory has an end, and whoever guesses from everywhere is paused all the same. */
function keep<T>(kept: Map<string, T>, name: string, value: T): void {
  kept.delete(name);
  kept.set(name, value);
  if (kept.size <= MOST_KEPT) return;
  const [oldest] = kept.keys();
  if (oldest !== undefined) kept.delete(oldest);
}
