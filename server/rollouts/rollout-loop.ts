import { setTimeout as sleep } from 'node:timers/promises';
import { isLive } from '../decisions/rollout.ts';
import type { HeldLease } from '../platform/lease.ts';
import { LookLoop } from '../platform/look-loop.ts';
import { Problem } from '../platform/problem.ts';
import { followEnded } from './follow-ended.ts';
import { lookAtRun } from './look-at-run.ts';
import type { LoopParts } from './loop-parts.ts';
import { findRollouts, type PinnedRollout } from './rollout-store.ts';
import { type KeptRun, runsToLookAt } from './run-store.ts';

/** Signals, presses of other nodes and everything else that rings nobody are seen after so long. */
const MOST_WAIT_MS = 5_000;
/** While something is on its way to every app, it is looked at more often: a bake begins when it is there. */
const REACHING_MS = 500;
const LEAST_WAIT_MS = 50;
/** However often it rings, there is so much time between two looks. */
const GAP_MS = 200;
/** So many are looked at at once: most of a look is waiting for answers. */
const AT_ONCE = 16;
/** A source that takes longer holds up no more than its own rollouts: the others are looked at again meanwhile. */
const SLOW_MS = 2_000;

/**
 * Looks at every live run again and again, on the node that holds the lease: gathers evidence, decides, and acts. It
 * keeps nothing in memory that another node would need to go on: whoever holds the lease next begins with the database,
 * decides on what is there then, and skips nothing.
 */
export class RolloutLoop {
  readonly #parts: LoopParts;
  readonly #loop: LookLoop;
  /** Runs that a look of before is still at. */
  readonly #looking = new Map<string, Promise<number>>();
  #begun = Number.NEGATIVE_INFINITY;

  constructor(parts: LoopParts) {
    this.#parts = parts;
    this.#loop = new LookLoop({ look: () => this.#look(), soonMs: () => this.#begun + GAP_MS - this.#now() });
  }

  /** Goes on by itself from now on; answers how to stop. */
  follow(): () => void {
    return this.#loop.follow();
  }

  /** Something was pressed or rung: looks at once, or right after the look that is under way. */
  wake = (): void => this.#loop.wake();

  /** Looks at every run once. Never throws: what could not be done is seen again at the next look. */
  pass(): Promise<void> {
    return this.#loop.pass();
  }

  /** Waits for the looks that are under way. */
  async close(): Promise<void> {
    await this.#loop.close();
    await Promise.all(this.#looking.values());
  }

  #now(): number {
    return this.#parts.door.clock.monotonic();
  }

  async #look(): Promise<number> {
    this.#begun = this.#now();
    try {
      const lease = this.#parts.held();
      return lease === undefined ? MOST_WAIT_MS : await this.#lookAtAll(lease);
    } catch (error) {
      this.#parts.log.warn({ error }, 'rollouts could not be looked at: nothing acts until they can be');
      return MOST_WAIT_MS;
    }
  }

  /** Answers after how many ms the next look is due. */
  async #lookAtAll(lease: HeldLease): Promise<number> {
    const { door } = this.#parts;
    const runs = await runsToLookAt(door.db);
    const rollouts = new Map(
      (await findRollouts(door.db, [...new Set(runs.map(({ run }) => run.rollout))])).map((one) => [one.id, one]),
    );
    const waits: number[] = [MOST_WAIT_MS];
    const left = [...runs];
    const work = async () => {
      for (let kept = left.shift(); kept !== undefined; kept = left.shift()) {
        const { id, rollout: rolloutId } = kept.run;
        const rollout = rollouts.get(rolloutId);
        if (rollout === undefined || this.#looking.has(id)) continue;
        const look = this.#lookAt(rollout, kept, lease).finally(() => this.#looking.delete(id));
        this.#looking.set(id, look);
        waits.push(await look);
      }
    };
    const all = Promise.all(Array.from({ length: AT_ONCE }, work));
    await (this.#loop.follows ? Promise.race([all, sleep(SLOW_MS, undefined, { ref: false })]) : all);
    return Math.max(LEAST_WAIT_MS, Math.min(...waits));
  }

  async #lookAt(rollout: PinnedRollout, kept: KeptRun, lease: HeldLease): Promise<number> {
    const { door, log } = this.#parts;
    const isReaching = kept.reach !== null && kept.reach.reachedAt === null && kept.reach.lateAt === null;
    const most = isReaching ? REACHING_MS : MOST_WAIT_MS;
    try {
      if (!isLive(kept.run.state)) {
        await followEnded(this.#parts, rollout, kept, lease);
        return most;
      }
      const at = await lookAtRun(this.#parts, rollout, kept, lease);
      return at === null ? most : Math.min(most, at.getTime() - door.clock.now().getTime());
    } catch (error) {
      // Somebody moved it meanwhile, or another node acts now: whoever looks next sees what is.
      const isPassing = error instanceof Problem && PASSING.has(error.code);
      if (!isPassing) log.warn({ error, rollout: rollout.id }, 'a rollout could not be looked at');
      return isPassing ? REACHING_MS : most;
    }
  }
}

const PASSING: ReadonlySet<string> = new Set(['changed_since', 'lease_lost', 'frozen']);
