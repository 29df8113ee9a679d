import type { Context } from '../model/evaluation.ts';
import type { Values } from './held-values.ts';
import type { Ports } from './ports.ts';
import type { SessionProblem } from './session.ts';
import type { ValueItem } from './values-wire.ts';

/** One step of what is served. */
export interface ValuesChange {
  /** Flags that have another value or variant than before, or are there and were not, or the other way round. */
  keys: string[];
  values: Values;
}

/** What a session of values needs of its owner. Its callbacks throw nothing. */
export interface ValuesParts {
  ports: Ports;
  /** A monotonic clock, in ms. */
  now(): number;
  /** Sent with every fetch: authorization, SDK. The stream is opened without any, for its address is enough. */
  headers: Record<string, string>;
  /** Whom it asks for at first. */
  context: Context;
  /** False where the host cannot read a stream: then values are fetched now and then. */
  canStream?: boolean;
  /** What is served has changed, or where it stands, or for whom: the session already has it. */
  onChange?(change: ValuesChange): void;
  /** A server has given the values, or has said that they are the present ones. */
  onConfirm?(): void;
  /** It has another state; the session already has it. */
  onState?(): void;
  /** Once per problem, until a server answers well again. */
  onProblem?(code: SessionProblem, message: string): void;
}

/** What an owner has from before. */
export interface ValuesStart {
  items: Iterable<ValueItem>;
  /** `position~overlayHash`, where a server said it. */
  state?: string | undefined;
  /** In ms; infinite where nobody knows. */
  ageMs: number;
}
