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

/** A patch as it travels: `text` is the canonical JSON that was committed, the same bytes for every stream. */
export interface PatchFrame {
  from: string;
  to: string;
  text: string;
}

/** How what is served followed what was served before. */
export interface ServedStep {
  before: Served | undefined;
  /**
   * What leads from the position before to the position now, in order; empty where only the overlay changed, undefined
   * where only a whole ruleset will do (another epoch, a gap).
   */
  patches: readonly PatchFrame[] | undefined;
  overlayChanged: boolean;
}

/** What the rest of the house needs of the rulesets that a node holds. Nothing here but `load` waits for a database. */
export interface HeldRulesets {
  served(environmentId: number): Served | undefined;
  /** From memory, the database or the disk; loads are single-flight. Rejects with 503 where none of them has it. */
  load(environmentId: number): Promise<Served>;
  /** How long ago this node last confirmed its position with the database. */
  ageMs(environmentId: number): number;
  /** The latest position that a doorbell named. */
  heard(environmentId: number): string | undefined;
  onServed(listener: (now: Served, step: ServedStep) => void): () => void;
  /** What leads from `from` to what is served, where the ring still has it; empty when `from` is served. */
  patchesFrom(environmentId: number, from: string): readonly PatchFrame[] | undefined;
  /** Those of `ids` that the served base records; old ones are asked of the database, and left out where it is away. */
  settledAmong(environmentId: number, ids: readonly string[]): Promise<string[]>;
  /** Reads the database again, once for all who ask meanwhile: a client is ahead of this node. */
  refresh(environmentId: number): Promise<void>;
}
