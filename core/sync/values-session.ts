import type { Context } from '../model/evaluation.ts';
import { followValues, type Loss } from './follow-values.ts';
import { aheadBy, HeldValues, isOlderState, isSameAnswer, type Values } from './held-values.ts';
import type { PlainAnswer } from './ports.ts';
import type { SessionState } from './session.ts';
import type { ValuesParts, ValuesProblem, ValuesStart } from './values-parts.ts';
import type { ValuesAnswer, ValuesEvent } from './values-wire.ts';

const PATH = '/ofrep/v1/evaluate/flags';
const TIMEOUT_MS = 10_000;
/** Pages are many, and each fetch of one is an evaluation: without a stream they ask less often than servers. */
const POLL_MS = 15_000;
/** A key that is refused may be made valid again, so it is tried for ever, but seldom. */
const REFUSED_MS = 15_000;
/** Between two attempts there is at least this much. What is drawn comes on top: at first up to a second, later more. */
const LEAST_WAIT_MS = 50;
const FIRST_WAIT_MS = 1_000;
const MOST_WAIT_MS = 30_000;
/** A server may ask for more than that, but not for ever. */
const MOST_ASKED_MS = 300_000;

/**
 * Follows the values of one context: a fetch, then a stream whose events carry what became the same for everybody, and
 * a fetch for anything else, at a moment that the server spreads. An older state is never taken, and what a kill brought
 * about stays until it is recorded, whatever another node answers.
 *
 * It is one loop: fetch, open, read, wait. Whatever goes wrong leads to the wait, and the wait to the fetch.
 */
export class ValuesSession {
  readonly #parts: ValuesParts;
  readonly #held: HeldValues;
  #state: SessionState = 'idle';
  #values: Values | undefined;
  /** Whose values are held, and whose are asked for. */
  #context: Context;
  #wantedContext: Context;
  #running: Promise<ValuesProblem | undefined> | undefined;
  /** What the server calls what it gave, and of which state that is. */
  #etag: string | undefined;
  #etagState = '';
  /** Where the stream is. A fetch comes before every stream: it brings an address that has not expired. */
  #address: string | undefined;
  #endStream: (() => void) | undefined;
  /** What the open stream said last, and what it said while a fetch was under way. */
  #last: ValuesEvent | undefined;
  #kept: ValuesEvent[] = [];
  /** A state that only a fetch brings. */
  #wanted: string | undefined;
  /** Attempts since a stream last brought values. */
  #failures = 0;
  /** What a server asks for before the next attempt. */
  #leastMs = 0;
  #dueAt = Number.POSITIVE_INFINITY;
  #stopWait = () => {};
  #heardAt: number;
  #statedAgeMs: number;

  constructor(parts: ValuesParts, start?: ValuesStart) {
    this.#parts = parts;
    this.#heardAt = parts.now();
    this.#context = this.#wantedContext = parts.context;
    this.#statedAgeMs = start?.ageMs ?? 0;
    this.#held = new HeldValues(start?.items ?? [], start?.state);
    if (start) this.#values = this.#held.served();
  }

  /** By key; undefined while nothing is known. */
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

  /**
   * `idle` before `begin` and while paused; `connecting` before the first answer, after a loss, and while nothing is
   * answered; `polling` while fetches stand in for a stream that cannot be had.
   */
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
    if (this.#state !== 'idle') return;
    this.#setState('connecting');
    void this.fetch();
  }

  /** Closes the stream and asks nothing more of its own accord; `begin` goes on. */
  pause(): void {
    this.#rest('idle');
  }

  /** After this nothing is asked and nobody is told anything. What is held goes on being served. */
  end(): void {
    this.#rest('closed');
  }

  /**
   * Asks for somebody else. What is held stays until their values are there, and then all of them change in one step.
   * Answers why the first fetch brought nothing; more follow then.
   */
  setContext(context: Context): Promise<ValuesProblem | undefined> {
    this.#wantedContext = context;
    this.#running = undefined;
    return this.fetch();
  }

  /** Fetches now, one fetch at a time for all who ask meanwhile. Never rejects; answers why it brought nothing. */
  fetch(): Promise<ValuesProblem | undefined> {
    this.#running ??= this.#run(this.#wantedContext);
    return this.#running;
  }

  async #run(context: Context): Promise<ValuesProblem | undefined> {
    this.#cancelWait();
    this.#kept = [];
    this.#leastMs = 0;
    let problem: ValuesProblem | undefined;
    try {
      problem = this.#takeAnswer(await this.#ask(context), context);
    } catch (error) {
      problem = { code: 'unreachable', message: `${error}` };
    }
    // Somebody else is asked for by now: how that goes is what counts.
    if (context !== this.#wantedContext) return this.fetch();
    this.#running = undefined;
    if (this.#state !== 'idle' && this.#state !== 'closed') this.#goOn(problem);
    return problem;
  }

  #ask(context: Context): Promise<PlainAnswer> {
    const { ports, headers } = this.#parts;
    const { state } = this.#held;
    const newest = this.#wanted ?? state;
    const etag = this.#etag;
    // A tag of something else than what is held would be answered by a 304 that says nothing of it.
    const isTagged = etag && this.#etagState === state && context === this.#context;
    return ports.send({
      method: 'POST',
      path: PATH + (newest ? `?flagConfigEtag=${encodeURIComponent(newest)}` : ''),
      headers: { ...headers, 'content-type': 'application/json', ...(isTagged && { 'if-none-match': etag }) },
      body: JSON.stringify({ context }),
      timeoutMs: TIMEOUT_MS,
    });
  }

  #takeAnswer({ status, headers, body }: PlainAnswer, context: Context): ValuesProblem | undefined {
    if (this.#state === 'closed' || context !== this.#wantedContext) throw new Error('not wanted any more');
    if (status !== 200 && status !== 304) return this.#refused(status, headers);
    let state = this.#etagState;
    let ageMs: unknown = headers['turnout-age-ms'];
    if (status === 200) {
      const { flags, eventStreams, metadata }: ValuesAnswer = JSON.parse(body);
      ({ state, ageMs } = metadata);
      const fetched = { flags, state, kept: this.#kept, last: this.#last };
      const isTaken = this.#held.replace(fetched, context !== this.#context);
      // Of a node that lacks but a kill its stream is as good as any, and its values are not.
      if (!isTaken && aheadBy(this.#held.state, state) > 0) throw new Error('the server is behind what it said before');
      this.#address = eventStreams?.[0]?.endpoint?.requestUri;
      if (isTaken) {
        this.#etag = headers.etag;
        this.#etagState = state;
        this.#context = context;
        this.#serve();
      }
    }
    if (!isOlderState(state, this.#wanted)) this.#wanted = undefined;
    this.#statedAgeMs = Number(ageMs) || 0;
    this.#heardAt = this.#parts.now();
    this.#parts.onConfirm?.();
    return undefined;
  }

  #refused(status: number, headers: PlainAnswer['headers']): ValuesProblem {
    const isKey = status === 401 || status === 403;
    this.#leastMs = isKey ? REFUSED_MS * 2 ** this.#failures : 1_000 * (Number(headers['retry-after']) || 0);
    return { code: isKey ? 'unauthorized' : 'unreachable', message: `the server answered ${status}` };
  }

  /** What follows a fetch. */
  #goOn(problem: ValuesProblem | undefined): void {
    const isBehind = this.#wanted || this.#context !== this.#wantedContext;
    if (this.#endStream) {
      if (!isBehind) this.#cancelWait();
    } else if (problem) this.#fail('connecting', problem);
    else this.#openOrPoll();
    // What an event asked for meanwhile is fetched when the event says, and what brought too little a while later.
    if (isBehind && this.#dueAt === Number.POSITIVE_INFINITY) this.#again();
  }

  #openOrPoll(): void {
    const { ports, canStream } = this.#parts;
    if (!this.#address || canStream === false) {
      this.#setState('polling');
      this.#fetchIn(POLL_MS * (1 + ports.random() / 2));
      return;
    }
    this.#endStream = followValues({
      ports,
      path: `${this.#address}&values=1&from=${encodeURIComponent(this.#held.state ?? '')}`,
      onText: () => this.#setState('stream'),
      onValues: (event) => this.#take(event),
      onLost: (loss) => this.#lose(loss),
    });
  }

  #take(event: ValuesEvent): void {
    const { to, refetchMs } = event;
    const { state } = this.#held;
    this.#failures = 0;
    this.#last = event;
    if (this.#running) this.#kept.push(event);
    const isNext = this.#held.follow(event);
    // From elsewhere: a kill that it leaves out may be recorded there, or not known. A fetch will tell.
    if (!isNext) this.#held.lay(event);
    this.#serve();
    // What is behind its own state it knows already, from a faster node.
    if (isNext ? refetchMs === undefined : aheadBy(state, to) > 0) return;
    this.#wanted = to;
    this.#fetchIn((refetchMs ?? 0) * this.#parts.ports.random());
  }

  /** The stream is gone, or none came. Where none can be had, fetches go on bringing the values. */
  #lose({ retryMs, status, headers }: Loss): void {
    const wasOpen = this.#state === 'stream';
    this.#close();
    if (status === 200) this.#leastMs = retryMs;
    const problem = status === 200 ? undefined : this.#refused(status, headers);
    const isKey = problem?.code === 'unauthorized';
    this.#fail(wasOpen || isKey ? 'connecting' : 'polling', isKey ? problem : undefined);
  }

  #fail(state: SessionState, problem: ValuesProblem | undefined): void {
    this.#setState(state);
    if (problem) this.#parts.onProblem?.(problem);
    this.#again();
  }

  /**
   * Fetches after what a server asked for, and a moment drawn from below a bound that doubles, so that many pages which
   * lost the same server do not come back together. It never gives up.
   */
  #again(): void {
    const { ports } = this.#parts;
    const boundMs = Math.min(MOST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures++);
    const askedMs = Math.min(MOST_ASKED_MS, this.#leastMs) * (1 + ports.random() / 2);
    this.#fetchIn(askedMs + LEAST_WAIT_MS + ports.random() * boundMs);
  }

  /** The earliest of the moments that are asked for. */
  #fetchIn(ms: number): void {
    const dueAt = this.#parts.now() + ms;
    if (dueAt >= this.#dueAt) return;
    this.#cancelWait();
    this.#dueAt = dueAt;
    this.#stopWait = this.#parts.ports.sleep(ms, () => {
      this.#dueAt = Number.POSITIVE_INFINITY;
      void this.fetch();
    });
  }

  #cancelWait(): void {
    this.#stopWait();
    this.#dueAt = Number.POSITIVE_INFINITY;
  }

  #rest(state: SessionState): void {
    this.#close();
    this.#cancelWait();
    this.#setState(state);
  }

  #close(): void {
    if (this.#state === 'stream') this.#heardAt = this.#parts.now();
    this.#endStream?.();
    this.#endStream = this.#last = undefined;
  }

  #serve(): void {
    const before: Values = this.#values ?? new Map();
    const values = this.#held.served();
    this.#values = values;
    const keys = [...new Set([...before.keys(), ...values.keys()])].filter((key) => {
      const [was, is] = [before.get(key), values.get(key)];
      return !was || !is || !isSameAnswer(was, is);
    });
    this.#parts.onChange?.(keys);
  }

  #setState(state: SessionState): void {
    if (this.#state === state || this.#state === 'closed') return;
    this.#state = state;
    this.#parts.onState?.();
  }
}
