import type { Clock } from '../platform/clock.ts';

/** What a browser may send and read. The list is the same for the evaluations and for their event stream. */
const ALLOWED_HEADERS = 'authorization, content-type, if-none-match, x-api-key, turnout-context, turnout-sdk';
const EXPOSED_HEADERS = 'ETag, Retry-After, Turnout-Age-Ms, Turnout-Context-Error';
/** Collecting the origins of all keys is no work for every request; an origin is known this much later at most. */
const KEPT_MS = 1_000;

/** True when a list of origins has this one. Origins are compared as browsers write them. */
export function originAllowed(origin: string, allowed: { includes(origin: string): boolean }): boolean {
  return allowed.includes(origin) || allowed.includes('*');
}

/** Which pages may read answers at all: those of the origins that some client key allows. */
export class KnownOrigins {
  readonly #list: () => ReadonlySet<string>;
  readonly #clock: Clock;
  #kept: ReadonlySet<string> = new Set();
  #keptUntil = Number.NEGATIVE_INFINITY;

  constructor(list: () => ReadonlySet<string>, clock: Clock) {
    this.#list = list;
    this.#clock = clock;
  }

  /** The headers that let a page of this origin read an answer; none for other pages, and for no page. */
  answerHeaders(origin: string | undefined): Record<string, string> {
    if (origin === undefined || !this.#knows(origin)) return {};
    return { 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': EXPOSED_HEADERS };
  }

  /** The headers of an answer to a preflight, which carries no key. The key's own origins are held against the call. */
  preflightHeaders(origin: string | undefined): Record<string, string> {
    if (origin === undefined || !this.#knows(origin)) return {};
    return {
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Allow-Methods': 'GET, POST, OPTIONS',
      'Access-Control-Allow-Headers': ALLOWED_HEADERS,
      'Access-Control-Max-Age': '600',
    };
  }

  #knows(origin: string): boolean {
    const now = this.#clock.monotonic();
    if (now >= this.#keptUntil) {
      this.#kept = this.#list();
      this.#keptUntil = now + KEPT_MS;
    }
    return this.#kept.has(origin) || this.#kept.has('*');
  }
}
