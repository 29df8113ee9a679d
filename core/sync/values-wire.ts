import type { Reason } from '../model/evaluation.ts';
import type { JsonValue, Metadata } from '../model/ruleset.ts';

/** What one flag answers, as OFREP writes it: an item of the bulk answer. Without `value` the coded default holds. */
export interface ValueItem {
  key: string;
  value?: JsonValue;
  variant?: string;
  reason?: Reason;
  errorCode?: string;
  errorDetails?: string;
  metadata?: Metadata;
}

/** The bulk answer of OFREP, as far as a client of values reads it. */
export interface ValuesAnswer {
  flags: ValueItem[];
  eventStreams?: { type: string; endpoint?: { requestUri?: string } }[];
  metadata: {
    /** `position~overlayHash`: which recorded flags these are, and which kills lie over them. */
    state: string;
    position: string;
    ageMs: number;
    stale?: boolean;
  };
}

/**
 * What a node tells all its clients of values, the same bytes to each: what became the same for everybody comes with
 * it, dependants included, and for anything else a client fetches. Events follow one another by `from` and `to`; a
 * client that is elsewhere fetches.
 */
export interface ValuesEvent {
  /** The state that this follows; null as the first event of a stream whose client named another than `to`. */
  from: string | null;
  to: string;
  /** Visible flags that answer otherwise than at `from`, and the same to everybody. */
  flags: ValueItem[];
  /** Flags that are gone, or not for clients any more. */
  removed: string[];
  /**
   * What kills that are not recorded yet make flags answer: the whole set, on every event. It lies over whatever is
   * fetched, for another node may not have heard of them, until an event leaves it out.
   */
  held: ValueItem[];
  /** Other flags may answer otherwise as well: fetch at a moment drawn from so many ms. */
  refetchMs?: number;
}

/** Events of `GET /ofrep/v1/stream?token=…&values=1&from=<state>`; heartbeats are comments. */
export type ValuesStreamEvent =
  | { event: 'hello'; data: { heartbeatMs: number; node: string } }
  | { event: 'values'; data: ValuesEvent }
  | { event: 'goodbye'; data: { retryMs: number } }
  | { event: 'revoked'; data: Record<string, never> };

/** What was evaluated for a page before it was sent: `POST /sdk/v1/bootstrap`, or `turnout.bootstrap` of the Node client. */
export interface Bootstrap {
  v: 1;
  /** `epoch.revision`; null where nothing was known when it was made. */
  position: string | null;
  /** `contextHash` of the context that it was made for. */
  contextHash: string;
  /** Flags that clients may see. Without `value` the coded default holds. */
  flags: Record<string, { value?: JsonValue; variant?: string; reason: Reason }>;
}
