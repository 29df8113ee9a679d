import type { Context } from '../model/evaluation.ts';
import type { ValuesChange } from './held-values.ts';
import type { Ports } from './ports.ts';
import type { SessionProblem, SessionState } from './session.ts';
import type { ValueItem } from './values-wire.ts';

/** What a session of values needs of its owner. A callback that throws breaks nothing. */
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
  onState?(state: SessionState): void;
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
