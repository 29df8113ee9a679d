import type { Door, LockedEnvironment } from '../changes/door.ts';
import type { Tx } from '../database/connect.ts';
import type { PageAbout, Run } from '../decisions/rollout.ts';
import type { HeldLease } from '../platform/lease.ts';
import type { Logger } from '../platform/logger.ts';
import type { Crash } from './crash-point.ts';
import type { LoopSources } from './loop-sources.ts';
import type { RolloutParts } from './rollout-parts.ts';
import type { PinnedRollout } from './rollout-store.ts';

/** What the loop needs. */
export interface LoopParts {
  /** With its clock: nothing in the loop asks another one. */
  door: Door;
  sources: LoopSources;
  names: RolloutParts['names'];
  /** What this node holds; without it nothing is decided and nothing is done. */
  held(): HeldLease | undefined;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Counts that somebody is needed. */
  paged?(about: PageAbout): void;
  /** Told of a run that finished, inside of the transaction of that change: whoever keeps releases of it is a later room. */
  finished?(tx: Tx, finished: FinishedRun): Promise<void>;
  /** Told before and after each write and send, for tests that end it there. */
  crash?: Crash;
}

/** A run that has just finished, and where the change led that finished it. */
export interface FinishedRun {
  rollout: PinnedRollout;
  run: Run;
  /** As it was locked, at the revision before. */
  environment: LockedEnvironment;
  /** The path goes on nowhere. */
  isLast: boolean;
  position: string;
  changeId: number;
  now: Date;
}
