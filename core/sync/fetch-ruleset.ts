import type { PollResult } from './connection-parts.ts';
import type { HeldRuleset, Offered } from './held-ruleset.ts';
import type { PlainAnswer } from './ports.ts';
import { isSnapshot } from './read-event.ts';
import { isRefusal, sayStatus } from './refusal.ts';
import { readRetryAfter } from './retry-after.ts';
import type { SessionParts } from './session.ts';
import { HEADERS } from './wire.ts';

const PATH = '/sdk/v1/ruleset';
const TIMEOUT_MS = 30_000;

/** `confirmed`: the base is what the server has. */
export type Fetched = PollResult & { offered?: Offered; confirmed?: boolean };

/** Fetches the whole ruleset, one fetch at a time for all who ask meanwhile. */
export class RulesetFetch {
  readonly #parts: SessionParts;
  readonly #held: HeldRuleset;
  #running: Promise<Fetched> | undefined;
  /** What the server calls what it gave, and where that is. */
  #tag: { etag: string; position: string } | undefined;
  #isEnded = false;

  constructor(parts: SessionParts, held: HeldRuleset) {
    this.#parts = parts;
    this.#held = held;
  }

  /** What comes after this changes nothing. */
  end(): void {
    this.#isEnded = true;
  }

  /** Never rejects. */
  run(): Promise<Fetched> {
    this.#running ??= this.#ask().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #ask(): Promise<Fetched> {
    const { ports, now } = this.#parts;
    const askedAt = now();
    try {
      const answer = await ports.send({ method: 'GET', path: PATH, headers: this.#headers(), timeoutMs: TIMEOUT_MS });
      if (this.#isEnded) return failed('unreachable', 'the session has ended');
      return this.#take(answer, askedAt);
    } catch (error) {
      return failed('unreachable', error instanceof Error ? error.message : String(error));
    }
  }

  #headers(): Record<string, string> {
    const headers: Record<string, string> = { ...this.#parts.headers, accept: 'application/json' };
    const names = this.#held.names();
    if (names !== '') headers[HEADERS.overlay] = names;
    // A tag of something else than what is held would be answered by a 304 that says nothing of it.
    if (this.#tag !== undefined && this.#tag.position === this.#held.position)
      headers['if-none-match'] = this.#tag.etag;
    return headers;
  }

  #take(answer: PlainAnswer, askedAt: number): Fetched {
    const { status, headers } = answer;
    if (status === 200) return this.#takeWhole(answer, askedAt);
    if (status === 304 && this.#tag !== undefined) {
      return { kind: 'good', confirmed: this.#confirm(this.#tag.position, readAge(headers)) };
    }
    const message = sayStatus(status);
    if (isRefusal(status)) return { kind: 'forbidden', message };
    return failed('unreachable', message, readRetryAfter(headers));
  }

  #takeWhole({ headers, body }: PlainAnswer, askedAt: number): Fetched {
    const snapshot = readJson(body);
    if (!isSnapshot(snapshot)) return failed('malformed', 'the server gave something else than a ruleset');
    const now = this.#parts.now();
    const age = readAge(headers);
    const seen = { after: askedAt - (age ?? 0), before: now - (age ?? 0), isStated: age !== undefined };
    const offered = this.#held.offer(snapshot, seen);
    const position = `${snapshot.ruleset.epoch}.${snapshot.ruleset.revision}`;
    const confirmed = this.#confirm(position, age);
    this.#tag = headers.etag === undefined ? undefined : { etag: headers.etag, position };
    return { kind: 'good', offered, confirmed };
  }

  #confirm(position: string, age: number | undefined): boolean {
    const now = this.#parts.now();
    return this.#held.confirm(position, now - (age ?? Number.POSITIVE_INFINITY), now - (age ?? 0));
  }
}

/** How long ago the server has seen Postgres, in ms; undefined where it does not say. */
export function readAge(headers: Record<string, string | undefined>): number | undefined {
  const text = headers[HEADERS.age]?.trim();
  return text !== undefined && /^[0-9]{1,16}$/.test(text) ? Number(text) : undefined;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function failed(problem: 'unreachable' | 'malformed', message: string, retryAfterMs?: number): Fetched {
  return { kind: 'failed', problem, message, retryAfterMs };
}
