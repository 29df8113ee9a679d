import { followValues, type ValuesLoss } from './follow-values.ts';
import { isRefusal } from './refusal.ts';
import { isSameAnswer, type Values } from './same-answer.ts';
import type { ValuesParts, ValuesProblem, ValuesStart, ValuesState, Visitor } from './values-parts.ts';
import type { ValuesSaid } from './values-wire.ts';

/** From asking to the first word. A line that keeps streams back is told sooner than a server that is slow. */
const STREAM_MS = 4_000;
const ONCE_MS = 10_000;
/** A key that is refused may be made valid again, so it is tried for ever, but seldom. */
const REFUSED_MS = 15_000;
/** Between two attempts there is at least this much. What is drawn comes on top: at first up to a second, later more. */
const LEAST_WAIT_MS = 50;
const FIRST_WAIT_MS = 1_000;
const MOST_WAIT_MS = 30_000;
/** A server may ask for more than that, but not for ever. */
const MOST_ASKED_MS = 300_000;

/**
 * Follows the values of one visitor by one stream, which begins with all of them. What it says holds in the order in
 * which it comes. Where it says that other flags changed as well, another one is asked for, at a moment that the server
 * spreads, and takes over with its first word. What is held goes along with every request: no server answers with
 * anything older, and a kill that it has not heard of stays until one says that its id is settled.
 */
export class ValuesSession<V extends Visitor = Visitor> {
  state: ValuesState = 'paused';
  /** Why nothing was heard, until something is. */
  problem: ValuesProblem | undefined;
  /** By key; undefined while nothing is known. */
  values: Values | undefined;
  /** Whose values these are, and whose are asked for. */
  visitor: V;
  wanted: V;
  /** What to begin with another time: as it was fetched and stepped on, and what unrecorded kills lay over it, by id. */
  readonly start: Required<ValuesStart>;
  readonly #parts: ValuesParts<V>;
  /** What the server calls the values that it evaluated; undefined where others have changed since. */
  #tag: string | undefined;
  /** Closes the stream that is followed, and the one that was asked for and has said nothing yet. */
  #leave = () => {};
  #cancel: (() => void) | undefined;
  #stopWait: (() => void) | undefined;
  /** Who waits for the first word. */
  #waiting: ((problem?: ValuesProblem) => void)[] = [];
  /** Attempts since a stream was last had. */
  #failures = 0;
  #heardAt: number;

  constructor(parts: ValuesParts<V>, start?: ValuesStart) {
    this.#parts = parts;
    this.#heardAt = parts.ports.now();
    this.visitor = this.wanted = parts.visitor;
    this.start = { items: {}, held: {}, state: undefined, ageMs: Number.POSITIVE_INFINITY, ...start };
    if (start) this.#serve();
  }

  /** For how long, in ms, no server was heard; from the beginning, where none was yet. */
  silentMs(): number {
    return this.state === 'live' ? 0 : this.#parts.ports.now() - this.#heardAt;
  }

  /** How old the values may be, in ms: what their node said of itself, and the time since. */
  ageMs(): number {
    return this.start.ageMs + this.silentMs();
  }

  /** Asks for a stream and follows it; after a `pause` again. */
  begin(): void {
    if (this.state !== 'paused') return;
    this.#setState(this.problem?.code ?? 'connecting');
    this.#ask();
  }

  /** Closes the stream and asks nothing more of its own accord; `begin` goes on, unless it is closed. */
  pause(state: ValuesState = 'paused'): void {
    const isAsking = this.#cancel;
    this.#leave();
    this.#setState(state);
    this.#stop();
    // Whoever waits for values gets them, and no stream.
    if (isAsking) this.#ask();
  }

  /** After this nothing is asked and nobody is told anything. What is held goes on being served. */
  end(): void {
    this.pause('closed');
  }

  /**
   * Asks for this visitor. What is held stays until there are their values, and then all of them change in one step.
   * Asks while it is paused as well, for the values alone. Never rejects; answers why the first attempt brought nothing,
   * and more follow then.
   */
  fetch(visitor: V): Promise<ValuesProblem | undefined> {
    this.wanted = visitor;
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#ask();
    });
  }

  /** `isOnce`: for an answer that ends, which also comes by a line that keeps streams back. */
  #ask(isOnce = this.state === 'paused'): void {
    this.#stop();
    if (this.state === 'closed') {
      this.#answer();
      return;
    }
    const { wanted, start } = this;
    const { ports } = this.#parts;
    const ask = { from: start.state, tag: this.#tag, held: Object.keys(start.held), isOnce };
    const close = followValues(
      ports.sleep,
      (listener) => ports.open(ask, wanted, listener),
      isOnce ? ONCE_MS : STREAM_MS,
      (said) => {
        if (close === this.#cancel) {
          this.#cancel = undefined;
          this.#stop();
          this.#leave();
          this.#leave = close;
        }
        this.#take(said, wanted);
      },
      (loss) => {
        if (close !== this.#cancel) {
          if (this.state === 'live') this.#setState('connecting');
          this.#again(loss.askedMs);
        } else if (loss.status === 0 && !isOnce) this.#ask(true);
        else this.#fail(loss);
      },
    );
    this.#cancel = close;
  }

  #take({ to, tag, flags, removed, held, settled, refetchMs, ageMs, beatMs }: ValuesSaid, visitor: V): void {
    const { start } = this;
    // What only says goodbye says nothing of values.
    if (!to) return;
    if (tag) {
      start.items = flags;
      this.#tag = tag;
    }
    Object.assign(start.items, flags);
    for (const key of removed) delete start.items[key];
    Object.assign(start.held, held);
    for (const id of settled) delete start.held[id];
    start.state = to;
    if (ageMs !== undefined) {
      start.ageMs = ageMs;
      this.problem = undefined;
      this.#heardAt = this.#parts.ports.now();
      if (beatMs) this.#failures = 0;
      if (this.state !== 'paused') this.#setState(beatMs ? 'live' : 'polling');
    }
    const isOther = visitor !== this.visitor;
    this.visitor = visitor;
    this.#parts.onChange(this.#serve(), isOther);
    this.#answer();
    if (refetchMs !== undefined) {
      this.#tag = undefined;
      this.#askIn(refetchMs * this.#parts.ports.random());
    }
    // What was asked for before this was said may be of before.
    if (this.#cancel) this.#ask();
  }

  /** Answers the keys of what is another than before. */
  #serve(): string[] {
    const { items, held } = this.start;
    const { values: before } = this;
    const values = new Map([items, ...Object.values(held)].flatMap((part) => Object.entries(part)));
    this.values = values;
    return [...new Map([...(before ?? []), ...values]).keys()].filter(
      (key) => !isSameAnswer(before?.get(key), values.get(key)),
    );
  }

  #fail({ status, message, askedMs }: ValuesLoss): void {
    const isKey = isRefusal(status ?? 0);
    const problem = { code: isKey ? 'unauthorized' : 'unreachable', message } as const;
    this.#cancel = undefined;
    // Beside a stream that goes on it is no problem but of those who wait.
    if (this.state !== 'live' && this.state !== 'paused') {
      this.problem = problem;
      this.#setState(problem.code);
    }
    this.#answer(problem);
    this.#again(isKey ? REFUSED_MS * 2 ** this.#failures : askedMs);
  }

  #answer(problem?: ValuesProblem): void {
    for (const resolve of this.#waiting.splice(0)) resolve(problem);
  }

  /**
   * Asks after what a server asked for, and a moment drawn from below a bound that doubles, so that many pages which
   * lost the same server do not come back together. It never gives up.
   */
  #again(leastMs: number): void {
    const { random } = this.#parts.ports;
    const boundMs = Math.min(MOST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures++);
    this.#askIn(Math.min(MOST_ASKED_MS, leastMs || 0) * (1 + random() / 2) + LEAST_WAIT_MS + random() * boundMs);
  }

  /** The moment that was asked for first, for that is soon in any case. */
  #askIn(ms: number): void {
    if (this.state !== 'paused') this.#stopWait ??= this.#parts.ports.sleep(ms, () => this.#ask());
  }

  #stop(): void {
    this.#stopWait?.();
    this.#cancel?.();
    this.#stopWait = this.#cancel = undefined;
  }

  #setState(state: ValuesState): void {
    if (this.state === state || this.state === 'closed') return;
    this.#heardAt = this.#parts.ports.now() - this.silentMs();
    this.state = state;
    this.#parts.onState();
  }
}
