import type { JsonValue } from '@turnout/core';
import type { Db, Tx } from '../database/connect.ts';
import type { Ground, Written } from './door.ts';

/** A change as it is in the log, for whoever puts its subject back. */
export interface LoggedChange {
  id: number;
  projectId: number;
  seq: number;
  action: string;
  /** `flag/new-cart`: the kind and the key of what was changed. */
  subject: string;
  /** The part of the subject after the slash. */
  key: string;
  /** The subject before and after, in the form in which its room logged it; null where there was none. */
  before: JsonValue;
  after: JsonValue;
  /** The environments whose rulesets it altered. */
  environments: { id: number; key: string }[];
  /** Actor of whoever puts it back. */
  by?: string;
}

/** What an undoer wrote: the same as any use case, but for the result. */
export type Undone = Omit<Written<undefined>, 'result' | 'takesBack'>;

/**
 * How one kind of subject is put back. The rooms that log changes give one each, and `main.ts` passes them on. Forms
 * that differ by environment are logged under `environments: {<key>: …}`, so that a token of one environment can be
 * shown its own alone.
 */
export interface Undoer {
  /** What stands before the slash of the subjects that it knows: `flag`, `segment`. */
  kind: string;
  /** The environments that putting it back alters, where these are not those of the change. Asked before the locks. */
  environments?(db: Db, change: LoggedChange): Promise<number[]>;
  /**
   * Puts `before` back, inside the transaction and under the locks. Throws `changed_since` where the subject is not as
   * `after` says any more (see `requireUnchanged`), and never touches `killed`.
   */
  undo(tx: Tx, change: LoggedChange, ground: Ground): Promise<Undone>;
}
