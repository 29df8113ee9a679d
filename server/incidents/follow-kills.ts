import { ROOT } from '../access/principal.ts';
import type { Door } from '../changes/door.ts';
import type { Doorbell } from '../changes/doorbell.ts';
import { type Follower, followLog, projectsAhead } from '../changes/follow.ts';
import { asProblem } from '../platform/answer-problem.ts';
import { repeat } from '../platform/repeat.ts';
import { openOrJoin } from './join-incident.ts';
import { noteKill, type WaitingKill, waitingKills } from './kill-store.ts';

export interface KillFollowerParts {
  door: Door;
  doorbell: Pick<Doorbell, 'onRing'>;
  /** Told of what should not happen; it is tried again two seconds later. */
  onError(error: unknown): void;
}

/** A lost ring costs so much. */
const EVERY_MS = 2_000;
const AT_ONCE = 200;

const FOLLOWER: Follower = {
  name: 'incidents',
  kills: true,
  handle: async (tx, { projectId, killId }) => {
    if (killId !== null) await noteKill(tx, projectId, killId);
  },
};

/**
 * Gives every kill an incident. Each node follows the log, and the lock of the follower's row lets one of them through;
 * what a kill leads to is a change of its own, so it is done after the entry was noted, and once.
 */
export class KillFollower {
  readonly #parts: KillFollowerParts;
  #looking: Promise<void> | undefined;
  #again = false;

  constructor(parts: KillFollowerParts) {
    this.#parts = parts;
  }

  /** Begins to look at rings and every 2 s; answers how to stop. */
  follow(): () => void {
    const stops = [
      this.#parts.doorbell.onRing(({ patch }) => {
        // A patch that records no kill tells of none; one that did not fit into the ring may.
        if (patch === undefined || !patch.includes('"settles":[]')) void this.look();
      }),
      repeat(EVERY_MS, () => void this.look()),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** One round; never rejects. When it resolves, kills that were committed before the call have their incident. */
  look(): Promise<void> {
    this.#again = true;
    this.#looking ??= this.#round().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #round(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      await this.#tell(() => this.#read());
      await this.#tell(() => this.#settle());
    }
  }

  async #read(): Promise<void> {
    const { db } = this.#parts.door;
    for (const projectId of await projectsAhead(db, FOLLOWER.name)) {
      await this.#tell(async () => {
        while ((await followLog(db, FOLLOWER, projectId, AT_ONCE)) === AT_ONCE);
      });
    }
  }

  async #settle(): Promise<void> {
    const waiting = await waitingKills(this.#parts.door.db, AT_ONCE);
    for (const kill of waiting) await this.#tell(() => openOrJoin(this.#parts.door, causeOf(kill)));
    this.#again ||= waiting.length === AT_ONCE;
  }

  /** What fails for one keeps no other from its incident. A database that is away is asked again. */
  async #tell(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const { code } = asProblem(error);
      if (code !== 'database_unavailable' && code !== 'busy') this.#parts.onError(error);
    }
  }
}

function causeOf({ id, projectId, environmentId, environment, flag, named, actor, reason, at }: WaitingKill) {
  return {
    ...{ projectId, at, actor, reason, place: { environmentId, environment, flag } },
    // Whoever killed was let in then: here it is only written down what the kill leads to.
    principal: ROOT,
    title: `${flag} was killed in ${environment}`,
    severity: 'major' as const,
    of: { kind: 'kill' as const, id, named },
  };
}
