import type { Context } from '../model/evaluation.ts';
import { followValues } from './follow-values.ts';
import { aheadBy, HeldValues, isOlderState, isSameAnswer, type Values } from './held-values.ts';
import type { PlainAnswer } from './ports.ts';
import type { SessionState } from './session.ts';
import type { ValuesParts, ValuesProblem, ValuesStart } from './values-parts.ts';
import type { ValuesAnswer, ValuesEvent } from './values-wire.ts';

const PATH = '/ofrep/v1/evaluate/flags';
const TIMEOUT_MS = 10_000;
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
  /**
   * `idle` before `begin` and while paused; `connecting` before the first answer, after a loss, and while nothing is
   * answered; `polling` while fetches stand in for a stream that cannot be had.
   */
  state: SessionState = 'idle';
  /** By key; undefined while nothing is known. */
  values: Values | undefined;
  /** Whose values these are. */
  context: Context;
  readonly #parts: ValuesParts;
  readonly #held: HeldValues;
  /** Whose values are asked for. */
  #wantedContext: Context;
  #running: Promise<ValuesProblem | undefined> | undefined;
  /** What the server calls what is held; undefined where that has moved on since. */
  #etag: string | undefined;
  /** Where the stream is. A fetch comes before every stream: it brings an address that has not expired. */
  #address: string | undefined;
  #endStream: (() => void) | undefined;
  /** A state that only a fetch brings. */
  #wanted: string | undefined;
  /** Attempts since a stream last brought values. */
  #failures = 0;
  /** What a server asks for before the next attempt; NaN where it names a date, which needs a clock that both share. */
  #leastMs = 0;
  /** While a fetch is due. */
  #stopWait: (() => void) | undefined;
  #heardAt: number;
  #statedAgeMs: number;

  constructor(parts: ValuesParts, start?: ValuesStart) {
    this.#parts = parts;
    this.#heardAt = parts.now();
    this.context = this.#wantedContext = parts.context;
    this.#statedAgeMs = start?.ageMs ?? 0;
    this.#held = new HeldValues(start?.items ?? [], start?.state);
    if (start) this.values = this.#held.served();
  }

  /** `position~overlayHash`; undefined where no server said it. */
  get at(): string | undefined {
    return this.#held.state;
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
    if (this.state !== 'idle') return;
    this.#setState('connecting');
    void this.fetch();
  }

  /** Closes the stream and asks nothing more of its own accord; `begin` goes on, unless it is closed. */
  pause(state: SessionState = 'idle'): void {
    this.#close();
    this.#cancelWait();
    this.#setState(state);
  }

  /** After this nothing is asked and nobody is told anything. What is held goes on being served. */
  end(): void {
    this.pause('closed');
  }

  /**
   * Asks for somebody else. What is held stays until their values are there, and then all of them change in one step.
   * Answers why the first fetch brought nothing; more follow then.
   */
  setContext(context: Context): Promise<ValuesProblem | undefined> {
    this.#wantedContext = context;
    this.#running = this.#etag = undefined;
    return this.fetch();
  }

  /** Fetches now, one fetch at a time for all who ask meanwhile. Never rejects; answers why it brought nothing. */
  fetch(): Promise<ValuesProblem | undefined> {
    this.#running ??= this.#run(this.#wantedContext);
    return this.#running;
  }

  async #run(context: Context): Promise<ValuesProblem | undefined> {
    this.#cancelWait();
    this.#held.kept = [];
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
    if (this.state !== 'idle' && this.state !== 'closed') this.#goOn(problem);
    return problem;
  }

  #ask(context: Context): Promise<PlainAnswer> {
    const { ports, headers } = this.#parts;
    const newest = this.#wanted ?? this.at;
    const etag = this.#etag;
    return ports.send({
      method: 'POST',
      path: PATH + (newest ? `?flagConfigEtag=${encodeURIComponent(newest)}` : ''),
      headers: { ...headers, 'content-type': 'application/json', ...(etag && { 'if-none-match': etag }) },
      body: JSON.stringify({ context }),
      timeoutMs: TIMEOUT_MS,
    });
  }

  #takeAnswer({ status, headers, body }: PlainAnswer, context: Context): ValuesProblem | undefined {
    if (this.state === 'closed' || context !== this.#wantedContext) throw new Error('late');
    if (status === 200) this.#takeWhole(JSON.parse(body), context, headers.etag);
    else if (status !== 304) {
      const isKey = status === 401 || status === 403;
      this.#leastMs = isKey ? REFUSED_MS * 2 ** this.#failures : 1_000 * Number(headers['retry-after']);
      // What the server says of it is what somebody can act on.
      const why = /"errorDetails":("(?:[^"\\]|\\.)*")/.exec(body)?.[1];
      const message = `the server answered ${status}${why ? `: ${JSON.parse(why)}` : ''}`;
      return { code: isKey ? 'unauthorized' : 'unreachable', message };
    }
    this.#statedAgeMs = Number(headers['turnout-age-ms'] ?? 0);
    this.#heardAt = this.#parts.now();
    this.#parts.onConfirm?.();
    return undefined;
  }

  #takeWhole({ flags, eventStreams, metadata }: ValuesAnswer, context: Context, etag: string | undefined): void {
    const { state } = metadata;
    this.#address = eventStreams?.[0]?.endpoint?.requestUri;
    if (!isOlderState(state, this.#wanted)) this.#wanted = undefined;
    // Of a node that is behind its stream is as good as any, and its values are not.
    if (!this.#held.replace(flags, state, context !== this.context)) return;
    this.#etag = this.at === state ? etag : undefined;
    this.context = context;
    this.#serve();
  }

  /** What follows a fetch. */
  #goOn(problem: ValuesProblem | undefined): void {
    if (!this.#endStream) {
      if (problem) this.#fail('connecting', problem);
      else if (this.#address) this.#open(this.#address);
      else this.#fail('polling');
    }
    // What an event asked for meanwhile is fetched when the event says, and what brought too little a while later.
    if (this.#wanted || this.context !== this.#wantedContext) this.#again();
    else if (this.#endStream) this.#cancelWait();
  }

  #open(address: string): void {
    this.#endStream = followValues({
      ports: this.#parts.ports,
      path: `${address}&values=1&from=${encodeURIComponent(this.at ?? '')}`,
      onText: () => this.#setState('stream'),
      onValues: (event) => this.#take(event),
      onLost: (retryMs) => {
        const wasOpen = this.state === 'stream';
        this.#close();
        this.#leastMs = retryMs;
        // Fetches go on bringing the values where no stream can be had. A tag might keep an address that is no good.
        if (!wasOpen) this.#etag = undefined;
        this.#fail(wasOpen ? 'connecting' : 'polling');
      },
    });
  }

  #take(event: ValuesEvent): void {
    const { to, refetchMs } = event;
    const before = this.at;
    this.#failures = 0;
    this.#held.last = event;
    if (this.#running) this.#held.kept.push(event);
    const isNext = this.#held.follow(event);
    // From elsewhere: a kill that it leaves out may be recorded there, or not known. A fetch will tell.
    if (!isNext) this.#held.lay(event);
    if (this.at !== before) this.#etag = undefined;
    this.#serve();
    // What is behind its own state it knows already, from a faster node.
    if (isNext ? refetchMs === undefined : aheadBy(before, to) > 0) return;
    this.#wanted = to;
    this.#fetchIn((refetchMs ?? 0) * this.#parts.ports.random());
  }

  #fail(state: SessionState, problem?: ValuesProblem): void {
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
    const askedMs = Math.min(MOST_ASKED_MS, this.#leastMs || 0) * (1 + ports.random() / 2);
    this.#fetchIn(askedMs + LEAST_WAIT_MS + ports.random() * boundMs);
  }

  /** The moment that was asked for first, for that is soon in any case. */
  #fetchIn(ms: number): void {
    this.#stopWait ??= this.#parts.ports.sleep(ms, () => {
      this.#stopWait = undefined;
      void this.fetch();
    });
  }

  #cancelWait(): void {
    this.#stopWait?.();
    this.#stopWait = undefined;
  }

  #close(): void {
    if (this.state === 'stream') this.#heardAt = this.#parts.now();
    this.#endStream?.();
    this.#endStream = this.#held.last = undefined;
  }

  #serve(): void {
    const before = this.values;
    const values = this.#held.served();
    this.values = values;
    const keys = [...new Set([...(before?.keys() ?? []), ...values.keys()])];
    this.#parts.onChange?.(keys.filter((key) => !isSameAnswer(before?.get(key), values.get(key))));
  }

  #setState(state: SessionState): void {
    if (this.state === state || this.state === 'closed') return;
    this.state = state;
    this.#parts.onState?.();
  }
}
