import type { Door } from '../changes/door.ts';
import type { HeldLease } from '../platform/lease.ts';
import type { Logger } from '../platform/logger.ts';
import type { Crash } from './crash-point.ts';
import type { LoopSources } from './loop-sources.ts';
import type { PageAbout } from './rollout.ts';
import type { RolloutParts } from './rollout-parts.ts';

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
  /** Told before and after each write and send, for tests that end it there. */
  crash?: Crash;
}
