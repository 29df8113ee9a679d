import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Problem } from './problem.ts';

/**
 * How much each kind of caller may ask for, by the name in `LIMIT_<NAME>`. Kill, admin and health have admissions of
 * their own, which public load cannot use up.
 */
export const DEFAULT_LIMITS = {
  /** Requests a second of one client key from one address. */
  CLIENT_REQUESTS: 50,
  /** Streams of one client key from one address. */
  CLIENT_STREAMS: 2_000,
  /** Streams of one node, and how many of them only server keys may use. */
  STREAMS: 20_000,
  SERVER_STREAMS: 2_000,
  /** Requests that wait for a flag configuration newer than this node's. */
  NEWER_WAITERS: 100,
  /** Requests a second of one principal to the admin API. */
  ADMIN_REQUESTS: 1_000,
  /** Requests a second with credentials that are refused, of one address. */
  REFUSED_REQUESTS: 20,
} as const;

export type LimitName = keyof typeof DEFAULT_LIMITS;
export type Limits = Record<LimitName, number>;

/** Fixed windows of one second, in this node's memory. */
export class Admission {
  readonly #admin: RateLimiterMemory;
  readonly #refused: RateLimiterMemory;

  constructor(limits: Limits) {
    this.#admin = new RateLimiterMemory({ points: limits.ADMIN_REQUESTS, duration: 1 });
    this.#refused = new RateLimiterMemory({ points: limits.REFUSED_REQUESTS, duration: 1 });
  }

  /** For a call of the admin API other than kill, which no limit stands before. */
  async admitAdmin(principalId: string): Promise<void> {
    await consume(this.#admin, principalId, 'This token makes too many requests.');
  }

  /** Called for a credential that nobody knows, and for each link: guessing and leaks are slowed down, and known callers feel nothing. */
  async admitRefused(address: string): Promise<void> {
    await consume(this.#refused, address, 'Too many refused credentials from this address.');
  }
}

async function consume(limiter: RateLimiterMemory, caller: string, detail: string): Promise<void> {
  try {
    await limiter.consume(caller);
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused;
    const retryAfterSeconds = Math.max(1, Math.ceil(refused.msBeforeNext / 1_000));
    throw new Problem('too_many', detail, { retryAfterSeconds });
  }
}
