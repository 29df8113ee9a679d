import type { Compiled, OverlayEntry, Ruleset } from '@turnout/core';

/** A kill as it rests in the journal and travels between nodes. Clients see only `OverlayEntry`'s fields. */
export interface JournalEntry extends OverlayEntry {
  environmentId: number;
  actor: string;
  reason: string;
  incident?: string;
  request?: string;
}

/** What one node serves of one environment at this moment. Replaced whole, never changed in place. */
export interface Served {
  environmentId: number;
  projectId: number;
  /** `epoch.revision` of `base`. */
  position: string;
  digest: string;
  base: Ruleset;
  overlay: readonly JournalEntry[];
  overlayHash: string;
  /** Ids that this base records: recent ones; older ones are asked of the database by name. */
  settled: readonly string[];
  /** Of the base with the overlay laid on. */
  compiled: Compiled;
  /** Over ruleset, overlay and settled; strong, with its quotes. */
  etag: string;
}
