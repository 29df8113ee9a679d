import type { Context } from '../model/evaluation.ts';
import type { Ports } from './ports.ts';
import type { ValueItem } from './values-wire.ts';

/** Why the server was not heard from; `unauthorized` where it was, and does not answer this key. */
export interface ValuesProblem {
  code: 'unauthorized' | 'unreachable';
  message: string;
}

/** What a session of values needs of its owner. Its callbacks throw nothing. */
export interface ValuesParts {
  /** A stream whose `onText` throws is at its end. */
  ports: Ports;
  /** A monotonic clock, in ms. */
  now(): number;
  /** Sent with every fetch: authorization, SDK. The stream is opened without any, for its address is enough. */
  headers: Record<string, string>;
  /** Whom it asks for at first. */
  context: Context;
  /**
   * What is served has changed, or where it stands, or for whom: the session already has it. `keys` are the flags that
   * have another value or variant than before, or are there and were not, or the other way round.
   */
  onChange?(keys: string[]): void;
  /** A server has given the values, or has said that they are the present ones. */
  onConfirm?(): void;
  /** It has another state; the session already has it. */
  onState?(): void;
  /** Neither a stream nor a fetch brings anything. Told at each attempt. */
  onProblem?(problem: ValuesProblem): void;
}

/** What an owner has from before. */
export interface ValuesStart {
  items: Iterable<ValueItem>;
  /** `position~overlayHash`, where a server said it. */
  state?: string | undefined;
  /** In ms; infinite where nobody knows. */
  ageMs: number;
}
