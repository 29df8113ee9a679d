import type { Agent } from 'node:http';
import type { Context, Snapshot } from '@turnout/core';
import type { Hook } from './hooks.ts';
import type { Logger } from './logger.ts';

export interface TurnoutOptions {
  /** The address of a node or of what stands before it, with a path where it has one: `https://flags.example.com`. */
  url: string;
  /** A server key. It names the environment. */
  key: string;
  /** What every evaluation knows. What a call says goes before it. */
  context?: Context;
  /** What this process is called where running apps are listed; the name of the machine unless given. */
  host?: string;
  /** `console` unless given; `false` for silence. */
  logger?: Logger | false;
  /** For proxies and certificates of one's own: an agent of `node:https` for an https address. It stays its owner's. */
  agent?: Agent;
  /** Where the last ruleset is kept for a start without a server. Only its owner may read it. */
  cacheFile?: string;
  /** What to start from when there is neither server nor cache: an answer of `GET /sdk/v1/ruleset`, put into the build. */
  bootstrap?: Snapshot;
  /** Called around every evaluation of one flag. */
  hooks?: Hook[];
}

/** Where the present ruleset came from; `defaults` while there is none. */
export type Source = 'stream' | 'snapshot' | 'cache' | 'file' | 'defaults';

export interface ConnectionError {
  code: 'unauthorized' | 'unreachable';
  message: string;
}

/** What `ready` answers. It never rejects: without a ruleset every evaluation gives the coded default. */
export interface Readiness {
  source: Source;
  /** `epoch.revision`, null without a ruleset. */
  position: string | null;
  /** How old the ruleset may be; null without one, or when nobody knows. */
  ageMs: number | null;
  /** Why the server was not heard from. */
  error?: ConnectionError;
}

/**
 * `connecting` before the first answer; `live` while the stream is open; `polling` while it is not, but the server
 * answers; `unreachable` and `unauthorized` while it does not; `closed` after `close`.
 */
export type ClientState = 'connecting' | 'live' | 'polling' | 'unreachable' | 'unauthorized' | 'closed';

export interface Status {
  state: ClientState;
  source: Source;
  position: string | null;
  ageMs: number | null;
}

/** What is known of something that happened. */
export interface Tracked {
  /** For whom; laid over the client's own context. Only a hash of the unit that a measured rollout goes by is sent. */
  context?: Context;
  /** What it was worth, up to 10^15: sums are shown, and how many events had one. */
  value?: number;
}

export interface Change {
  /** `epoch.revision` of the ruleset that is now in force. */
  position: string;
  /** Flags that may answer otherwise than before, by themselves or through what they name. */
  keys: string[];
  /** Those of `keys` that were killed by this change. */
  killed: string[];
}

/** What a client tells of, and with what. */
export interface TurnoutEvents {
  /** The first ruleset is there, wherever it came from. */
  ready: Readiness;
  /** The server is not heard from; what is known goes on being served, and grows old. */
  stale: Status;
  error: ConnectionError;
  change: Change;
}
