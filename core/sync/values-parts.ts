import type { Context } from '../model/evaluation.ts';
import type { ValueItems, ValuesAsk } from './values-wire.ts';

/** Why the server was not heard from; `unauthorized` where it was, and does not answer this key. */
export interface ValuesProblem {
  code: 'unauthorized' | 'unreachable';
  message: string;
}

/**
 * `paused` before `begin` and after `pause`; `connecting` before the first answer and after a loss; `live` while a stream
 * is followed; `polling` while none can be had, but the server answers; a problem's code while it does not.
 */
export type ValuesState = 'paused' | 'connecting' | 'live' | 'polling' | ValuesProblem['code'] | 'closed';

/** Whom values are asked for. Its owner may know more of them. */
export interface Visitor {
  readonly context: Context;
}

/** What comes of a stream that was asked for. After it was closed nothing is called any more. */
export interface ValuesListener {
  /** The answer's head has come, and after how many seconds to come back, where it says so. */
  onHead(status: number, retryAfter: number): void;
  /** The next piece of the body, whatever the status; it may end anywhere. A stream for which this throws is at its end. */
  onText(text: string): void;
  /** It is over: closed by the other side, cut, or never opened. */
  onEnd(error: unknown): void;
}

/** How a session of values reaches the world. */
export interface ValuesPorts<V extends Visitor = Visitor> {
  /** Asks for the values of a visitor: `POST /client/v1/values`. Answers how to close it. */
  open(ask: ValuesAsk, visitor: V, listener: ValuesListener): () => void;
  /** Calls `then` once after `ms` unless cancelled by what it answers. Keeps no process alive. */
  sleep(ms: number, then: () => void): () => void;
  /** In [0, 1). */
  random(): number;
  /** A monotonic clock, in ms. */
  now(): number;
}

/** What a session of values needs of its owner. Its callbacks throw nothing. */
export interface ValuesParts<V extends Visitor> {
  ports: ValuesPorts<V>;
  /** Whom it asks for at first. */
  visitor: V;
  /**
   * A server has said what is served, or that it is still the same: the session already has it. `keys` are the flags
   * that have another value or variant than before, or are there and were not, or the other way round. `isOther`: they
   * are of another visitor than before.
   */
  onChange(keys: string[], isOther: boolean): void;
  /** It has another state, and maybe another problem; the session already has them. */
  onState(): void;
}

/** What an owner has from before. It is the session's from then on. */
export interface ValuesStart {
  /** By key, without what kills brought about that were not recorded. */
  items: ValueItems;
  /** That, by the ids of the kills. */
  held?: Record<string, ValueItems>;
  /** `position~overlayHash`, where a server said it. */
  state?: string | null | undefined;
  /** In ms; infinite where nobody knows. */
  ageMs: number;
}
