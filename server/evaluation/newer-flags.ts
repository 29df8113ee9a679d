import { parsePosition } from '@turnout/core';
import type { Served } from '../delivery/served.ts';
import { Failure } from './failure.ts';

/** Who knows what a node serves, and hears when it serves something newer. */
export interface ServedFlags {
  served(environmentId: number): Served | undefined;
  onServed(listener: (now: Served) => void): () => void;
}

interface Waiter {
  environmentId: number;
  wanted: string;
  resolve(served: Served): void;
  reject(failure: Failure): void;
  timer: NodeJS.Timeout;
}

export interface WaitLimits {
  waitMs: number;
  waiters: number;
}

const NOT_THERE_YET = 'This node does not serve that version of the flags yet; ask again.';

/** How an event stream names a state of an environment's flags: what is recorded, and the kills that lie over it. */
export function nameState(served: Served): string {
  return `${served.position}~${served.overlayHash}`;
}

/** True when `wanted` names a later revision of the same history than what is served. */
function isNewer(wanted: string, served: Served): boolean {
  const asked = parsePosition(wanted.split('~', 1)[0] ?? '');
  const here = parsePosition(served.position);
  return asked !== undefined && here !== undefined && asked.epoch === here.epoch && asked.revision > here.revision;
}

/**
 * Lets a client that heard of a change from one node get it from another. It waits a moment for a revision that this
 * node has heard of and is about to serve; otherwise the client is told to ask again, never given the older flags,
 * which it would take for the newer ones.
 */
export class NewerFlags {
  readonly #flags: ServedFlags;
  readonly #heard: (environmentId: number) => string | undefined;
  readonly #limits: WaitLimits;
  readonly #waiting = new Set<Waiter>();
  readonly #stop: () => void;

  /** `heard` tells the latest position that the doorbell named for an environment. */
  constructor(flags: ServedFlags, heard: (environmentId: number) => string | undefined, limits: WaitLimits) {
    this.#flags = flags;
    this.#heard = heard;
    this.#limits = limits;
    this.#stop = flags.onServed((now) => this.#answer(now));
  }

  /** True when the flags that are served are older than what the client was told. */
  lacks(served: Served, wanted: string): boolean {
    return isNewer(wanted, served);
  }

  /** The flags at `wanted` or later; rejects with a 503 after the wait, or at once where waiting is no use. */
  next(environmentId: number, wanted: string): Promise<Served> {
    const now = this.#flags.served(environmentId);
    if (now !== undefined && !isNewer(wanted, now)) return Promise.resolve(now);
    const heard = this.#heard(environmentId);
    const coming = heard !== undefined && now !== undefined && !isNewer(wanted, { ...now, position: heard });
    if (!coming || this.#waiting.size >= this.#limits.waiters) {
      return Promise.reject(new Failure(503, 'GENERAL', NOT_THERE_YET, 1));
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(waiter);
        reject(new Failure(503, 'GENERAL', NOT_THERE_YET, 1));
      }, this.#limits.waitMs);
      const waiter: Waiter = { environmentId, wanted, resolve, reject, timer };
      this.#waiting.add(waiter);
    });
  }

  close(): void {
    this.#stop();
    for (const waiter of this.#waiting) {
      clearTimeout(waiter.timer);
      waiter.reject(new Failure(503, 'GENERAL', 'This node is going down; ask another one.', 1));
    }
    this.#waiting.clear();
  }

  #answer(now: Served): void {
    for (const waiter of this.#waiting) {
      if (waiter.environmentId !== now.environmentId || isNewer(waiter.wanted, now)) continue;
      clearTimeout(waiter.timer);
      this.#waiting.delete(waiter);
      waiter.resolve(now);
    }
  }
}
