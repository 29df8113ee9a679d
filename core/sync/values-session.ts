import type { Context } from '../model/evaluation.ts';
import { Connection } from './connection.ts';
import type { PollResult } from './connection-parts.ts';
import {
  aheadBy,
  byKey,
  follow,
  type Held,
  isOlderState,
  layKills,
  replace,
  serve,
  type Values,
} from './held-values.ts';
import type { PlainAnswer } from './ports.ts';
import { isRefusal, sayStatus } from './refusal.ts';
import { readRetryAfter } from './retry-after.ts';
import type { SessionState } from './session.ts';
import { makeValuesFrames } from './values-frames.ts';
import type { ValuesParts, ValuesStart } from './values-parts.ts';
import type { ValuesAnswer, ValuesEvent, ValuesStreamEvent } from './values-wire.ts';

const PATH = '/ofrep/v1/evaluate/flags';
const TIMEOUT_MS = 10_000;
/** Pages are many, and each fetch of one is an evaluation: without a stream they ask less often than servers. */
const POLL_MS = 15_000;
/** A fetch that failed while the stream is open is made again after this, or half as much later. */
const RETRY_MS = 2_000;
/** More events than that during one fetch, and the fetch after it brings what they said. */
const MOST_KEPT = 100;

type StepEvent = Extract<ValuesStreamEvent, { event: 'values' }>;

/**
 * Follows the values of one context: a fetch, then a stream whose events carry what became the same for everybody, and
 * a fetch for anything else, at a moment that the server spreads. An older state is never taken, and what a kill brought
 * about stays until it is recorded, whatever another node answers.
 */
export class ValuesSession {
  readonly #parts: ValuesParts;
  #connection: Connection<StepEvent> | undefined;
  #isEnded = false;
  #held: Held;
  #values: Values | undefined;
  /** Whose values are held, and whose are asked for. */
  #context: Context;
  #wantedContext: Context;
  #running: Promise<PollResult> | undefined;
  /** What the server calls what it gave, and of which state that is. */
  #tag: { etag: string | undefined; state: string | undefined } = { etag: undefined, state: undefined };
  /** Where the stream is. A fetch comes before every stream: it brings an address that has not expired. */
  #address: string | undefined;
  #isFresh = false;
  /** What the open stream said last, and what it said while a fetch was under way. */
  #last: ValuesEvent | undefined;
  #kept: ValuesEvent[] = [];
  /** A state that only a fetch brings. */
  #wanted: string | undefined;
  #spreadMs = RETRY_MS;
  #dueAt = Number.POSITIVE_INFINITY;
  #stopWait = () => {};
  #heardAt: number;
  #statedAgeMs = 0;

  constructor(parts: ValuesParts, start?: ValuesStart) {
    this.#parts = parts;
    this.#heardAt = parts.now();
    this.#context = parts.context;
    this.#wantedContext = parts.context;
    this.#held = { state: start?.state, items: byKey(start?.items ?? []), kills: new Map() };
    if (!start) return;
    this.#statedAgeMs = start.ageMs;
    this.#values = this.#held.items;
  }

  /** By key; undefined while nothing is known. A flag that stays as it was stays the same object. */
  get values(): Values | undefined {
    return this.#values;
  }

  /** Whose values these are. */
  get context(): Context {
    return this.#context;
  }

  /** `position~overlayHash`; undefined where no server said it. */
  get at(): string | undefined {
    return this.#held.state;
  }

  /** `idle` before `begin` and while paused. */
  get state(): SessionState {
    return this.#isEnded ? 'closed' : (this.#connection?.state ?? 'idle');
  }

  /** For how long, in ms, no server was heard; from the beginning, where none was yet. */
  silentMs(): number {
    return this.state === 'stream' ? 0 : this.#parts.now() - this.#heardAt;
  }

  /** How old the values may be, in ms: what their node said of itself, and the time since. */
  ageMs(): number {
    return this.#statedAgeMs + this.silentMs();
  }

  /** Fetches, and follows the stream; after a `pause` again. */
  begin(): void {
    if (this.#connection || this.#isEnded) return;
    const { ports, now, canStream } = this.#parts;
    this.#isFresh = false;
    this.#connection = new Connection<StepEvent>({
      ports,
      now,
      pollMs: POLL_MS,
      request: () => (canStream === false ? undefined : this.#request()),
      frames: makeValuesFrames,
      // A frame without data is none: it only named its `retry`.
      read: ({ event, data }) => (data ? ({ event, data: JSON.parse(data) } as StepEvent) : undefined),
      onEvent: ({ event, data }) => event === 'values' && this.#take(data),
      onDown: () => this.#leaveStream(),
      poll: () => this.fetch(),
      onState: (state) => state !== 'closed' && this.#parts.onState?.(),
      onProblem: (code, message) => this.#parts.onProblem?.(code, message),
    });
    this.#connection.begin();
  }

  /** Closes the stream and asks nothing more of its own accord; `begin` goes on. */
  pause(): void {
    this.#leaveStream();
    this.#cancelWait();
    this.#connection?.end();
    this.#connection = undefined;
    this.#parts.onState?.();
  }

  /** After this nothing is asked and nobody is told anything. What is held goes on being served. */
  end(): void {
    this.#isEnded = true;
    this.pause();
  }

  /**
   * Asks for somebody else. What is held stays until their values are there, and then all of them change in one step.
   * Answers how the first fetch went; where it failed, more follow.
   */
  setContext(context: Context): Promise<PollResult> {
    this.#wantedContext = context;
    this.#running = undefined;
    return this.fetch();
  }

  /** Fetches now, one fetch at a time for all who ask meanwhile. Never rejects. */
  fetch(): Promise<PollResult> {
    this.#running ??= this.#run(this.#wantedContext);
    return this.#running;
  }

  async #run(context: Context): Promise<PollResult> {
    this.#cancelWait();
    this.#kept = [];
    let result: PollResult;
    try {
      result = this.#takeAnswer(await this.#ask(context), context);
    } catch (error) {
      result = { kind: 'failed', problem: 'unreachable', message: `${error instanceof Error ? error.message : error}` };
    }
    // Somebody else is asked for by now: how that goes is what counts.
    if (context !== this.#wantedContext) return this.fetch();
    this.#running = undefined;
    if (this.#wanted || this.#context !== context) this.#fetchAgain(result);
    return result;
  }

  #ask(context: Context): Promise<PlainAnswer> {
    const { ports, headers } = this.#parts;
    const newest = this.#wanted ?? this.#held.state;
    const query = newest ? `?flagConfigEtag=${encodeURIComponent(newest)}` : '';
    const { etag, state } = this.#tag;
    // A tag of something else than what is held would be answered by a 304 that says nothing of it.
    const isTagged = etag && state === this.#held.state && context === this.#context;
    return ports.send({
      method: 'POST',
      path: PATH + query,
      headers: { ...headers, 'content-type': 'application/json', ...(isTagged ? { 'if-none-match': etag } : {}) },
      body: JSON.stringify({ context }),
      timeoutMs: TIMEOUT_MS,
    });
  }

  #takeAnswer({ status, headers, body }: PlainAnswer, context: Context): PollResult {
    const message = sayStatus(status);
    if (this.#isEnded || context !== this.#wantedContext) throw new Error('not wanted any more');
    if (isRefusal(status)) return { kind: 'forbidden', message };
    const retryAfterMs = readRetryAfter(headers);
    if (status !== 304 && status !== 200) return { kind: 'failed', problem: 'unreachable', message, retryAfterMs };
    let ageMs = Number(headers['turnout-age-ms']);
    let { state = '' } = this.#tag;
    if (status === 200) {
      const answer: ValuesAnswer = JSON.parse(body);
      ({ state, ageMs } = answer.metadata);
      this.#takeWhole(answer, context, headers.etag);
    }
    if (this.#wanted && !isOlderState(state, this.#wanted)) this.#wanted = undefined;
    this.#isFresh = true;
    this.#statedAgeMs = Math.max(0, ageMs || 0);
    this.#heardAt = this.#parts.now();
    this.#parts.onConfirm?.();
    return { kind: 'good' };
  }

  #takeWhole({ flags, eventStreams, metadata }: ValuesAnswer, context: Context, etag: string | undefined): void {
    const { state } = metadata;
    const here = this.#held.state;
    const fetched = { flags, state, kept: this.#kept, last: this.#last };
    const held = replace(this.#held, fetched, context !== this.#context);
    // Of a node that lacks but a kill its stream is as good as any, and its values are not.
    if (!held && here && aheadBy(here, state) > 0) throw new Error('the server is behind what it said before');
    this.#address = eventStreams?.[0]?.endpoint?.requestUri;
    if (!held) return;
    this.#tag = { etag, state };
    this.#context = context;
    this.#hold(held);
  }

  #request() {
    const from = encodeURIComponent(this.#held.state ?? '');
    return this.#isFresh && this.#address ? { path: `${this.#address}&values=1&from=${from}`, headers: {} } : undefined;
  }

  #leaveStream(): void {
    if (this.state === 'stream') this.#heardAt = this.#parts.now();
    this.#last = undefined;
    this.#isFresh = false;
  }

  #take(event: ValuesEvent): void {
    this.#connection?.steady();
    this.#kept = [...this.#kept.slice(1 - MOST_KEPT), event];
    this.#last = event;
    const { to, refetchMs } = event;
    const { state } = this.#held;
    const next = follow(this.#held, event);
    // From elsewhere: a kill that it leaves out may be recorded there, or not known. A fetch will tell.
    this.#hold(next ?? layKills(this.#held, event));
    // What is behind its own state it knows already, from a faster node.
    if (next ? refetchMs === undefined : state && aheadBy(state, to) > 0) return;
    this.#wanted = to;
    this.#spreadMs = (refetchMs ?? 0) * this.#parts.ports.random();
    if (!this.#running) this.#fetchIn(this.#spreadMs);
  }

  /** What came during a fetch is fetched as its event says, and what failed, or brought too little, later. */
  #fetchAgain(result: PollResult): void {
    const askedMs = result.kind === 'failed' ? (result.retryAfterMs ?? RETRY_MS) : this.#spreadMs;
    this.#spreadMs = RETRY_MS;
    this.#fetchIn(result.kind === 'good' ? askedMs : askedMs * (1 + this.#parts.ports.random() / 2));
  }

  /** The earliest of the moments that are asked for. */
  #fetchIn(ms: number): void {
    const dueAt = this.#parts.now() + ms;
    if (!this.#connection || dueAt >= this.#dueAt) return;
    this.#cancelWait();
    this.#dueAt = dueAt;
    this.#stopWait = this.#parts.ports.sleep(ms, () => void this.fetch());
  }

  #cancelWait(): void {
    this.#stopWait();
    this.#dueAt = Number.POSITIVE_INFINITY;
  }

  #hold(held: Held): void {
    this.#held = held;
    const { values, keys } = serve(this.#values, held);
    this.#values = values;
    this.#parts.onChange?.({ keys, values });
  }
}
