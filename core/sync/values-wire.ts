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

/** What flags answer, by key. */
export type ValueItems = Record<string, Omit<ValueItem, 'key'>>;

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

/** What a client of values says of what it has, beside whom it asks for: the body of `POST /client/v1/values`. */
export interface ValuesAsk {
  /** The state that it is at, or a position alone: it is answered with nothing older. */
  from?: string | null | undefined;
  /** The `tag` of its values, while nothing that it was not told has changed in them. */
  tag?: string | undefined;
  /** Ids of the kills that lie over its values. */
  held: string[];
  /** Whether the answer is to end after its first event. */
  isOnce: boolean;
}

/**
 * What a stream of values tells, in the order in which it holds. The first
 * event is of the one who asked, and later ones are the same bytes for everybody: what became the same for all comes
 * with them, dependants included, and for anything else a client asks again.
 */
export interface ValuesEvent {
  /** `position~overlayHash` of what is served with this. */
  to: string;
  /** Visible flags that answer otherwise than before, and the same to everybody; all of them where there is a `tag`. */
  flags: ValueItems;
  /** Flags that are gone, or not for clients any more. */
  removed: string[];
  /**
   * What each kill that is not recorded yet makes flags answer, by its id. It lies over everything until its id is
   * settled, for another node may not have heard of it.
   */
  held: Record<string, ValueItems>;
  /** Ids of kills that this state records by itself. */
  settled: string[];
  /** Other flags may answer otherwise as well: ask again at a moment drawn from so many ms. */
  refetchMs?: number;
  /** In the first event alone: names these values, which replace all that the client has. Without it they are the same. */
  tag?: string;
  /** In the first event alone: how long ago the node confirmed them with its database, in ms. */
  ageMs?: number;
  /** In the first event alone: how often a sign of life comes, in ms. Without it the stream ends here. */
  beatMs?: number;
  /** In the first event alone: when to come back should the stream break off. */
  retryMs?: number;
}

/** Events of a stream of values; heartbeats are comments. Their data tells them apart as well as their names do. */
export type ValuesStreamEvent =
  | { event: 'values'; data: ValuesEvent }
  | { event: 'goodbye'; data: { retryMs: number } }
  | { event: 'revoked'; data: Record<string, never> };

/** The data of any of them. */
export type ValuesSaid = Partial<ValuesEvent> & Pick<ValuesEvent, 'flags' | 'removed' | 'held' | 'settled'>;

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
