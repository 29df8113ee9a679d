import type { Bootstrap, Context, Evaluation, JsonValue } from '@turnout/core';
import type { Status } from '../options.ts';

/** What the hooks need of a client: `Turnout`, whatever its flags are. */
export interface PageClient {
  /** What it was made with. */
  readonly bootstrap: Bootstrap | undefined;
  /** Whom it asks for now: another object after every `setContext`. */
  readonly context: Context;
  /** What `evaluate` would answer, without being counted as asked. */
  peek(key: string, coded: JsonValue): Evaluation;
  /** Counts that this answer was given to somebody. */
  count(answer: Evaluation): void;
  /** Calls back after whatever `peek` or `status` may answer otherwise. Answers how to end it. */
  subscribe(listener: () => void): () => void;
  status(): Status;
  setContext(context: Context, options?: { contextToken?: string }): Promise<void>;
  track(event: string, details?: { value?: number }): void;
  flush(): Promise<void>;
}
