import type { Bootstrap, Context } from '@turnout/core';

export interface TurnoutOptions {
  /** The address of a node or of what stands before it, with a path where it has one: `https://flags.example.com`. */
  url: string;
  /** A client key. It names the environment, and everybody may read it. */
  key: string;
  /**
   * Who the page is for. Without a `targetingKey` one is drawn and kept in storage, so that a visitor keeps their
   * variants until they sign in.
   */
  context?: Context;
  /**
   * For client keys with signed contexts: the JWT that says who this is, or what gives one. A function is asked again
   * when the server says that the token has expired.
   */
  contextToken?: string | (() => string | Promise<string>);
  /** What the server has evaluated for this page already. Used where its `contextHash` is that of `context`. */
  bootstrap?: Bootstrap;
  /** `console` unless given; `false` for silence. */
  logger?: Logger | false;
  /** Where the last values are kept; `localStorage` unless given, `false` for nowhere. */
  storage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | false;
}

/** Where problems are written to. */
export interface Logger {
  warn(message: string): void;
  error(message: string): void;
}

/** Where the present values came from; `defaults` while there are none. */
export type Source = 'server' | 'bootstrap' | 'storage' | 'defaults';

export interface ConnectionError {
  code: 'unauthorized' | 'unreachable';
  message: string;
}

/** What `ready` answers. It never rejects: without values every question gives the coded default. */
export interface Readiness {
  source: Source;
  /** `epoch.revision`, null without values. */
  position: string | null;
  /** How old the values may be; null without any, or when nobody knows. */
  ageMs: number | null;
  /** Why the server was not heard from. */
  error?: ConnectionError;
}

/**
 * `connecting` before the stream is open, the first time or again; `live` while it is; `polling` while it is not, but the
 * server answers; `paused` while the page is hidden or offline; `unreachable` and `unauthorized` while the server does not
 * answer, or not to this key; `closed` after `close`.
 */
export type ClientState = 'connecting' | 'live' | 'polling' | 'paused' | 'unreachable' | 'unauthorized' | 'closed';

export interface Status {
  state: ClientState;
  source: Source;
  position: string | null;
  ageMs: number | null;
}

export interface Change {
  /** `epoch.revision` of what is now served; null where the values came from no server. */
  position: string | null;
  /** Flags whose value or variant is another one than before. */
  keys: string[];
}

/** What a client tells of, and with what. */
export interface TurnoutEvents {
  /** The first values are there, wherever they came from; or the server is back after `stale` or `error`. */
  ready: Readiness;
  /** The server is not heard from; what is known goes on being served, and grows old. */
  stale: Status;
  error: ConnectionError;
  change: Change;
}

export type Listener<K extends keyof TurnoutEvents> = (what: TurnoutEvents[K]) => void;
