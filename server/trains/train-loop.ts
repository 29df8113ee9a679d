import type { Db } from '../database/connect.ts';
import type { HeldLease } from '../platform/lease.ts';
import { LookLoop } from '../platform/look-loop.ts';
import { Problem } from '../platform/problem.ts';
import type { Departure } from './departure.ts';
import { openDepartures } from './departure-store.ts';
import type { FollowParts } from './follow-departure.ts';
import { type LooksBy, lookAtDeparture } from './look-at-departure.ts';

export interface TrainLoopParts extends FollowParts {
  /** What this node holds; without it nothing leaves. */
  held(): HeldLease | undefined;
  /** The database's clock, by which whatever goes by the time-table goes; tests move it. */
  databaseNow(db: Db): Promise<Date>;
  /** Counts how departures end. */
  ended?(outcome: Outcome): void;
}

const OUTCOMES = ['arrived', 'recalled', 'missed'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Times, approvals and presses of other nodes ring nobody, so that they are looked for so often. */
const EVERY_MS = 1_000;
const LEAST_MS = 50;
/** What one departure may go through in one look: it opens, closes and leaves where nobody looked for long. */
const MOST_STEPS = 4;

/**
 * Looks at every departure that is not over, on the node that holds the lease of the rollouts: opens and closes it, lets it
 * leave, and follows it. It keeps nothing in memory: whoever holds the lease next begins with what is in the database, and
 * nothing leaves twice, for a departure leaves under its lock and in one change.
 */
export class TrainLoop {
  readonly #parts: TrainLoopParts;
  readonly #loop: LookLoop;

  constructor(parts: TrainLoopParts) {
    this.#parts = parts;
    this.#loop = new LookLoop({ look: () => this.#look(), soonMs: () => LEAST_MS });
  }

  /** Goes on by itself from now on; answers how to stop. */
  follow(): () => void {
    return this.#loop.follow();
  }

  /** Something was pressed or rung: looks soon, or right after the look that is under way. */
  wake = (): void => this.#loop.wake();

  /** Looks at every departure once. Never throws: what could not be done is seen again at the next look. */
  pass(): Promise<void> {
    return this.#loop.pass();
  }

  /** Waits for the look that is under way. */
  close(): Promise<void> {
    return this.#loop.close();
  }

  async #look(): Promise<number> {
    try {
      const lease = this.#parts.held();
      if (lease !== undefined) await this.#lookAtAll(lease);
    } catch (error) {
      this.#parts.log.warn({ error }, 'departures could not be looked at: nothing leaves until they can be');
    }
    return EVERY_MS;
  }

  async #lookAtAll(lease: HeldLease): Promise<void> {
    const { door, databaseNow } = this.#parts;
    const departures = await openDepartures(door.db);
    if (departures.length === 0) return;
    // Read once, before all of them: by the time that the last is looked at it is late at most, and never early.
    const at = await databaseNow(door.db);
    for (const departure of departures) await this.#lookAt(departure, { lease, at });
  }

  async #lookAt(first: Departure, by: LooksBy): Promise<void> {
    const { log, ended } = this.#parts;
    try {
      let found = first;
      for (let step = 0; step < MOST_STEPS && found.endedAt === null; step++) {
        const after = await lookAtDeparture(this.#parts, found, by);
        const outcome = OUTCOMES.find((state) => state === after.state);
        if (outcome !== undefined && after.endedAt !== null) ended?.(outcome);
        if (after.version === found.version || found.departedAt !== null) return;
        found = after;
      }
    } catch (error) {
      // Somebody moved it meanwhile, or another node acts now: whoever looks next sees what is.
      const isPassing = error instanceof Problem && PASSING.has(error.code);
      if (!isPassing) log.warn({ error, departure: first.id }, 'a departure could not be looked at');
    }
  }
}

const PASSING: ReadonlySet<string> = new Set(['changed_since', 'lease_lost', 'wrong_state']);
