import type { Compiled, EventFold, ReportFold, UnitFold } from '@turnout/core';
import type { EventName, Listener } from './events.ts';
import type { Hook } from './hooks.ts';
import type { Notes } from './logger.ts';
import type { Readiness, Status } from './options.ts';
import type { Overrides } from './overrides.ts';

/** Counts an answer, and the default that stood in the code. Costs next to nothing, and throws nothing. */
export type Counter = Pick<ReportFold, 'count'>;

/** Where answers are counted, to questions for one flag and of all flags together; and what an app tracks. */
export interface Counters {
  readonly asked: Counter;
  readonly bulk: Counter;
  readonly events: Pick<EventFold, 'count'>;
}

/** What a client and all that were made by its `with` share: one ruleset, and what keeps it up to date. */
export interface Connection {
  /** The ruleset in force, its kills laid on; undefined while there is none. */
  readonly compiled: Compiled | undefined;
  /** The same where its answers can be given as they are: no hook, no override, no flag with a limit of age. */
  readonly quick: Compiled | undefined;
  /** Whether a flag of the ruleset has a `maxStalenessMs`. */
  readonly hasLimits: boolean;
  readonly hooks: readonly Hook[];
  readonly overrides: Overrides;
  readonly notes: Notes;
  readonly counts: Counters;
  /** Where units of measured runs are noted; undefined while none is measured. */
  readonly measured: Pick<UnitFold, 'expose' | 'wants' | 'track'> | undefined;
  /** How old the ruleset may be; infinite where nobody knows. */
  ageMs(): number;
  /** Somebody asked for a flag that does not exist. */
  onUnknown(key: string): void;
  on<N extends EventName>(name: N, listener: Listener<N>): () => void;
  /** Calls `look` whenever answers may have changed. */
  onAnswers(look: () => void): () => void;
  ready(timeoutMs: number): Promise<Readiness>;
  status(): Status;
  flush(): Promise<void>;
  close(timeoutMs: number): Promise<void>;
}
