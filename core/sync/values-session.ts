import type { Context } from '../model/evaluation.ts';
import { Backoff } from './backoff.ts';
import { Connection } from './connection.ts';
import type { PollResult } from './connection-parts.ts';
import { HeldValues, isOlderState } from './held-values.ts';
import type { PlainAnswer } from './ports.ts';
import { isValuesAnswer, readValuesEvent } from './read-values.ts';
import { readRetryAfter } from './retry-after.ts';
import type { SessionProblem, SessionState } from './session.ts';
import type { ValuesParts, ValuesStart } from './values-parts.ts';
import type { ValueItem, ValuesAnswer, ValuesEvent } from './values-wire.ts';

const PATH = '/ofrep/v1/evaluate/flags';
const TIMEOUT_MS = 10_000;
/** Pages are many, and each fetch of one is an evaluation: without a stream they ask less often than servers. */
const POLL_MS = 15_000;
/** A stream that went on for so long was a good one. */
const GOOD_STREAM_MS = 10_000;

/**
 * Follows the values of one context: a fetch, then a stream whose events carry what became the same for everybody, and
 * a fetch for anything else, at a moment that the server spreads. An older state is never taken, and what a kill brought
 * about stays until it is recorded, whatever another node answers.
 */
export class ValuesSession {
  readonly #parts: ValuesParts;
  readonly #held: HeldValues;
  readonly #backoff: Backoff;
  #connection: Connection<{ event: 'values'; data: ValuesEvent }> | undefined;
  #state: SessionState = 'idle';
  #wantedContext: Context;
  #context: Context;
  #running: Promise<PollResult> | undefined;
  /** What the server calls what it gave, and of which state that is. */
  #tag: { etag: string; state: string } | undefined;
  /** Where the stream is; undefined until a fetch has said it. */
  #address: string | undefined;
  /** A fetch comes before the stream is opened, or opened again after a pause. */
  #isFetchFirst = true;
  /** A state that only a fetch brings, and when that is due where the server said so. */
  #wanted: string | undefined;
  #spreadMs: number | undefined;
  #stopWait: (() => void) | undefined;
  #heardAt: number;
  #statedAgeMs = 0;
  #helloAt = Number.NEGATIVE_INFINITY;

  constructor(parts: ValuesParts, start?: ValuesStart) {
    this.#parts = parts;
    this.#heardAt = parts.now();
    this.#context = parts.context;
    this.#wantedContext = parts.context;
    this.#held = new HeldValues((change) => this.#tell(() => parts.onChange?.(change)));
    this.#backoff = new Backoff(() => parts.ports.random());
    if (start === undefined) return;
    this.#statedAgeMs = start.ageMs;
    this.#held.start(start.items, start.state);
  }

  /** By key; undefined while nothing is known. A flag that stays as it was stays the same object. */
  get values(): ReadonlyMap<string, ValueItem> | undefined {
    return this.#held.values;
  }

  /** Whose values these are. */
  get context(): Context {
    return this.#context;
  }

  /** `position~overlayHash`; undefined where no server said it. */
  get at(): string | undefined {
    return this.#held.state;
  }

  get state(): SessionState {
    return this.#state;
  }

  /** For how long, in ms, no server was heard; from the beginning, where none was yet. */
  silentMs(): number {
    return this.#state === 'stream' ? 0 : this.#parts.now() - this.#heardAt;
  }

  /** How old the values may be, in ms: what their node said of itself, and the time since. */
  ageMs(): number {
    return this.#statedAgeMs + this.silentMs();
  }

  /** Fetches, and follows the stream; after a `pause` again. */
  begin(): void {
    if (this.#connection !== undefined || this.#state === 'closed') return;
    const { ports, now, canStream } = this.#parts;
    this.#isFetchFirst = true;
    this.#connection = new Connection({
      ports,
      now,
      pollMs: POLL_MS,
      request: () => (canStream === false || this.#isFetchFirst ? undefined : this.#request()),
      isMoved: () => this.#forgetAddress(),
      read: readValuesEvent,
      onHello: () => this.#hello(),
      onEvent: ({ data }) => this.#take(data),
      onDown: () => this.#held.leaveStream(),
      poll: () => this.fetch(),
      onState: (state) => state !== 'closed' && this.#setState(state),
      onProblem: (code, message) => this.#tell(() => this.#parts.onProblem?.(code, message)),
    });
    this.#connection.begin();
  }

  /** Closes the stream and asks nothing more of its own accord; `begin` goes on. */
  pause(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#stopWait?.();
    this.#stopWait = undefined;
    connection?.end();
    this.#held.leaveStream();
    this.#setState('idle');
  }

  /** After this nothing is asked and nobody is told anything. What is held goes on being served. */
  end(): void {
    this.pause();
    this.#setState('closed');
  }

  /**
   * Asks for somebody else. What is held stays until their values are there, and then all of them change in one step.
   * Answers how the first fetch went; where it failed, more follow.
   */
  setContext(context: Context): Promise<PollResult> {
    this.#wantedContext = context;
    this.#running = undefined;
    this.#tag = undefined;
    return this.fetch();
  }

  /** Fetches now, one fetch at a time for all who ask meanwhile. Never rejects. */
  fetch(): Promise<PollResult> {
    this.#running ??= this.#run(this.#wantedContext);
    return this.#running;
  }

  async #run(context: Context): Promise<PollResult> {
    const result = await this.#ask(context);
    // Somebody else is asked for by now: how that goes is what counts.
    if (context !== this.#wantedContext) return this.fetch();
    this.#running = undefined;
    this.#askAgain(result);
    return result;
  }

  async #ask(context: Context): Promise<PollResult> {
    const { ports, headers } = this.#parts;
    this.#stopWait?.();
    this.#stopWait = undefined;
    this.#held.beginFetch();
    const { state } = this.#held;
    const newest = this.#wanted ?? state;
    // A tag of something else than what is held would be answered by a 304 that says nothing of it.
    const tag = this.#tag?.state === state ? this.#tag : undefined;
    try {
      const answer = await ports.send({
        method: 'POST',
        path: newest === undefined ? PATH : `${PATH}?flagConfigEtag=${encodeURIComponent(newest)}`,
        headers: {
          ...headers,
          'content-type': 'application/json',
          ...(tag === undefined ? {} : { 'if-none-match': tag.etag }),
        },
        body: JSON.stringify({ context }),
        timeoutMs: TIMEOUT_MS,
      });
      if (context !== this.#wantedContext || this.#state === 'closed') return failed('it is not wanted any more');
      return this.#takeAnswer(answer, tag?.state);
    } catch (error) {
      return failed(error instanceof Error ? error.message : String(error));
    }
  }

  #takeAnswer({ status, headers, body }: PlainAnswer, taggedState: string | undefined): PollResult {
    const age = Number(headers['turnout-age-ms']);
    if (status === 304 && taggedState !== undefined) return this.#confirm(taggedState, age);
    if (status === 200) return this.#takeWhole(JSON.parse(body), headers.etag);
    const message = `the server answered ${status}`;
    if (status === 401 || status === 403) return { kind: 'forbidden', message };
    return { kind: 'failed', problem: 'unreachable', message, retryAfterMs: readRetryAfter(headers) };
  }

  #takeWhole(answer: unknown, etag: string | undefined): PollResult {
    if (!isValuesAnswer(answer)) return failed('the server gave something else than values', 'malformed');
    const { state, ageMs } = answer.metadata;
    this.#address = addressOf(answer) ?? this.#address;
    // Whoever is told of the change finds it to be of the new one.
    const before = this.#context;
    this.#context = this.#wantedContext;
    if (!this.#held.offer(answer.flags, state, before !== this.#context)) {
      this.#context = before;
      return failed('the server is behind what it said before');
    }
    this.#tag = etag === undefined ? undefined : { etag, state };
    return this.#confirm(state, ageMs);
  }

  #confirm(state: string, ageMs: number): PollResult {
    this.#heardAt = this.#parts.now();
    this.#statedAgeMs = Math.max(0, ageMs || 0);
    this.#isFetchFirst = false;
    if (this.#wanted !== undefined && !isOlderState(state, this.#wanted)) this.#wanted = undefined;
    this.#tell(() => this.#parts.onConfirm?.());
    return { kind: 'good' };
  }

  #request() {
    if (this.#address === undefined) return undefined;
    const from = encodeURIComponent(this.#held.state ?? '');
    return { path: `${this.#address}&values=1&from=${from}`, headers: {} };
  }

  /** Whatever it is refused for, the next fetch brings a fresh address: without the tag, for a 304 brings none. */
  #forgetAddress(): boolean {
    this.#isFetchFirst = true;
    this.#tag = undefined;
    return true;
  }

  #hello(): void {
    const now = this.#parts.now();
    if (now - this.#helloAt > GOOD_STREAM_MS) this.#connection?.steady();
    this.#helloAt = now;
  }

  #take(event: ValuesEvent): void {
    this.#connection?.steady();
    const taken = this.#held.take(event);
    const { refetchMs } = event;
    if (taken === 'older' || (taken === 'taken' && refetchMs === undefined)) return;
    this.#wanted = event.to;
    this.#spreadMs = (refetchMs ?? 0) * this.#parts.ports.random();
    if (this.#running === undefined) this.#fetchIn(this.#spreadMs);
  }

  #fetchIn(ms: number): void {
    if (this.#stopWait !== undefined && ms > 0) return;
    this.#stopWait?.();
    this.#spreadMs = undefined;
    this.#stopWait = this.#parts.ports.sleep(ms, () => void this.fetch());
  }

  /** What is still owed after a fetch: a state that an event named, or values for whoever is asked for now. */
  #askAgain(result: PollResult): void {
    const isOwed = this.#wanted !== undefined || this.#context !== this.#wantedContext;
    if (result.kind === 'good') this.#backoff.succeed();
    if (!isOwed || this.#state === 'closed' || this.#state === 'idle') return;
    if (result.kind === 'forbidden') this.#fetchIn(this.#backoff.afterRefusal());
    else if (result.kind === 'failed') this.#fetchIn(this.#backoff.afterFailure(result.retryAfterMs));
    else this.#fetchIn(this.#spreadMs ?? this.#backoff.afterFailure());
  }

  #setState(state: SessionState): void {
    if (this.#state === state || this.#state === 'closed') return;
    if (this.#state === 'stream') this.#heardAt = this.#parts.now();
    this.#state = state;
    this.#tell(() => this.#parts.onState?.(state));
  }

  /** What an owner throws is the owner's; the session goes on. */
  #tell(call: () => void): void {
    try {
      call();
    } catch {}
  }
}

function addressOf({ eventStreams }: ValuesAnswer): string | undefined {
  return eventStreams?.find(({ type }) => type === 'sse')?.endpoint?.requestUri;
}

function failed(message: string, problem: SessionProblem = 'unreachable'): PollResult {
  return { kind: 'failed', problem, message };
}
