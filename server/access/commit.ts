import type { JsonValue } from '@turnout/core';
import type { Tx } from '../database/connect.ts';
import type { Committed } from '../platform/committed.ts';
import type { Principal } from './principal.ts';

/** What this room tells the one door: a change of who may do what, which alters no ruleset. */
export interface AccessOrder {
  projectId: number;
  environmentIds: number[];
  principal: Principal;
  /** Overrides how the actor is written, for what the node itself records about somebody. */
  actor?: string;
  action: string;
  subject: string;
  reason?: string;
  requestId?: string;
  /** True for what a node took and checked before, and records now. */
  settling?: true;
  /** True where memory must be read again everywhere; left out for entries that only record something. */
  access?: true;
  /** The environment whose admin may do it; left out where it takes an admin of the whole project. */
  within?: number;
}

export interface AccessWritten<T> {
  result: T;
  touched: { flags: string[]; segments: string[] };
  before?: JsonValue;
  after?: JsonValue;
  unchanged?: boolean;
}

/**
 * The one door, as this room sees it. `changes/` comes after this room, so it is handed in; `main.ts` gives
 * `(order, write) => commitChange(door, order, write)`.
 */
export type CommitAccess = <T>(
  order: AccessOrder,
  write: (tx: Tx, ground: { now: Date }) => Promise<AccessWritten<T>>,
) => Promise<Committed<T>>;

/** What keys and tokens touch of a ruleset: nothing. */
export const NO_RULESET = { flags: [], segments: [] };
