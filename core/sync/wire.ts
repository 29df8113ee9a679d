import type { Flag, Ruleset, Segment, ShedLevel } from '../model/ruleset.ts';

/**
 * A kill that lies over the ruleset until a revision of its base records it. Whoever made it and why stays on the
 * server; a client needs to know what is killed and by which entry.
 */
export interface OverlayEntry {
  kind: 'kill';
  /** 128 random bits in hex, made by the node that took the call. */
  id: string;
  /** The epoch in which the kill was made. It is laid over any epoch. */
  epoch: string;
  flag: string;
  /** RFC 3339. */
  at: string;
  /**
   * Set by a client that changed over to an epoch which does not know this kill. It then also ends when the base of
   * that epoch has the flag killed by itself.
   */
  carried?: true;
}

/**
 * What every carrier of a ruleset carries: the GET, the `ruleset` event, disk caches, bundled files. `ruleset` is the
 * base and never has the overlay laid in; `settled` names the entries that this base records.
 */
export interface Snapshot {
  ruleset: Ruleset;
  overlay: OverlayEntry[];
  settled: string[];
}

export type SegmentPatch = { whole: Segment } | { members: MemberChanges };

/** Members by list, for segments whose other fields are untouched. */
export interface MemberChanges {
  included?: { added: string[]; removed: string[] };
  excluded?: { added: string[]; removed: string[] };
}

/** What turns the ruleset at `from` into the ruleset at `to`. Flags travel whole, large segments by member. */
export interface Patch {
  from: string;
  to: string;
  flags: Record<string, Flag>;
  removedFlags: string[];
  segments: Record<string, SegmentPatch>;
  removedSegments: string[];
  shedLevel?: ShedLevel;
  /** Ids of overlay entries that the ruleset at `to` records. */
  settles: string[];
  urgent?: true;
}

/** The first event of a stream. */
export interface Hello {
  heartbeatMs: number;
  node: string;
  /** What the receipts of this stream are sent with; a server that takes none gives none. */
  receiptToken?: string;
}

/** What a client says it has put in force: `POST /sdk/v1/receipts`, with the token of its live stream. */
export interface Receipt {
  /** Where its base is; null while it has none. */
  position: string | null;
  /** Ids of the kills that lie over it. */
  overlays: string[];
  /** Keys of flags that its evaluator does not understand. */
  unsupported: string[];
  /** When it was put in force by the client's own clock; no figure is made of it. */
  appliedAt?: string;
  /** The client ends: from now on nobody waits for it. */
  goodbye?: true;
}

/** The events of `GET /sdk/v1/stream`. `ruleset` and `patch` carry their position as the SSE `id`; no other event has one. */
export type StreamEvent =
  | { event: 'hello'; data: Hello }
  | { event: 'overlay'; data: OverlayEvent }
  | { event: 'ruleset'; data: Snapshot }
  | { event: 'patch'; data: Patch }
  | { event: 'resync'; data: { position: string; spreadMs: number } }
  | { event: 'heartbeat'; data: { position: string; ageMs: number; overlayHash: string; behind?: true } }
  | { event: 'goodbye'; data: { retryMs: number } }
  | { event: 'revoked'; data: Record<string, never> };

/**
 * The node's whole set of unsettled entries. `settled` answers the ids that the client named when it connected: those
 * that the base at `position` records. It counts only for a client whose own base is at that position or later.
 */
export interface OverlayEvent {
  overlay: OverlayEntry[];
  settled: string[];
  position: string;
}

/** Request headers of the server SDK protocol, in lower case as Node gives them. */
export const HEADERS = {
  instance: 'turnout-instance',
  sdk: 'turnout-sdk',
  host: 'turnout-host',
  schema: 'turnout-schema',
  /** The token that `hello` gave, with each receipt. */
  receipt: 'turnout-receipt',
  /** Comma-separated ids of the overlay entries that the client holds. */
  overlay: 'turnout-overlay',
  /** Response: how long ago, in ms, the node last confirmed its position in Postgres. */
  age: 'turnout-age-ms',
} as const;
