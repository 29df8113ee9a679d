import type { Compiled } from '../evaluate/compile.ts';
import type { Ports } from './ports.ts';
import type { Snapshot } from './wire.ts';

/** `polling`: there is no stream, and the ruleset is fetched now and then. `idle`: before `begin`. */
export type SessionState = 'idle' | 'connecting' | 'stream' | 'polling' | 'closed';

/** Where the ruleset in force comes from, or by what it was last confirmed. */
export type SessionSource = 'stream' | 'snapshot' | 'cache' | 'file' | 'defaults';

/** `malformed`: a server was reached, and what it said cannot be read. */
export type SessionProblem = 'unauthorized' | 'unreachable' | 'malformed';

/** One step of what is in force. */
export interface RulesetChange {
  /** `epoch.revision` of the base. */
  position: string;
  /** Flags whose answers may have changed: they, or something that they name. Empty where only the place moved. */
  keys: string[];
  /** Those of `keys` that are killed now and were not before. */
  killed: string[];
  before: Compiled | undefined;
  after: Compiled;
}

/** What a session needs of its owner. A callback that throws breaks nothing. */
export interface SessionParts {
  ports: Ports;
  /** A monotonic clock, in ms. */
  now(): number;
  /** Sent with every request: authorization, instance, SDK. */
  headers: Record<string, string>;
  /** Wall time as RFC 3339, for what is told to people; nothing is decided by it. */
  date?(): string;
  /** Base or overlay changed; `compiled` is already the new one. */
  onChange?(change: RulesetChange): void;
  onState?(state: SessionState): void;
  /** Once per problem, until a server answers well again. */
  onProblem?(code: SessionProblem, message: string): void;
  /** Once: a server has given the ruleset, or has confirmed that the one at hand is in force. */
  onReady?(): void;
}

/** What an owner has from before: a cache on disk or a file that came with the application. */
export interface SessionStart {
  snapshot: Snapshot;
  /** Undefined where nobody knows; it then counts as infinitely old. */
  ageMs: number | undefined;
  source: 'cache' | 'file';
}
