import { type InstanceList, listInstances } from '../fleet/list-instances.ts';
import type { Fleet } from '../fleet/open-fleet.ts';
import type { Clock } from '../platform/clock.ts';
import { repeat } from '../platform/repeat.ts';

export type FleetCounts = InstanceList['counts'];

export interface FleetParts {
  fleet: Pick<Fleet, 'instances' | 'others'>;
  clock: Clock;
  /** The environments that somebody looks at. */
  environments(): number[];
  tell(environmentId: number, counts: FleetCounts): void;
  onError(error: unknown): void;
  everyMs?: number;
}

interface Counted {
  counts: FleetCounts;
  /** How far this node's own account was, and when it was counted. */
  moves: number;
  at: number;
}

const EVERY_MS = 1_000;
/** Apps fall silent, and other nodes have some: that moves nothing here. */
const RECOUNT_MS = 5_000;
/** After a count that took long it rests so many times as long, for tens of thousands of apps are not counted every second. */
const REST = 20;
const MOST_REST_MS = 5_000;

/** Counts the running apps of the environments that somebody looks at, at most once a second, and tells what changed. */
export class FleetWatch {
  readonly #parts: FleetParts;
  readonly #counted = new Map<number, Counted>();
  readonly #stop: () => void;
  #isCounting = false;
  #restUntil = 0;

  constructor(parts: FleetParts) {
    this.#parts = parts;
    this.#stop = repeat(parts.everyMs ?? EVERY_MS, () => void this.#count());
  }

  /** What was told last; undefined before anybody looked. */
  countsOf(environmentId: number): FleetCounts | undefined {
    return this.#counted.get(environmentId)?.counts;
  }

  close(): void {
    this.#stop();
  }

  async #count(): Promise<void> {
    const { clock, onError } = this.#parts;
    const from = clock.monotonic();
    if (this.#isCounting || from < this.#restUntil) return;
    this.#isCounting = true;
    const looked = new Set(this.#parts.environments());
    for (const environmentId of this.#counted.keys())
      if (!looked.has(environmentId)) this.#counted.delete(environmentId);
    try {
      for (const environmentId of looked) await this.#countOne(environmentId);
    } catch (error) {
      onError(error);
    }
    this.#isCounting = false;
    const now = clock.monotonic();
    this.#restUntil = now + Math.min((now - from) * REST, MOST_REST_MS);
  }

  async #countOne(environmentId: number): Promise<void> {
    const { fleet, clock, tell } = this.#parts;
    const before = this.#counted.get(environmentId);
    const at = clock.monotonic();
    const moves = fleet.instances.movesOf(environmentId);
    if (before !== undefined && before.moves === moves && at - before.at < RECOUNT_MS) return;
    const { counts } = await listInstances(fleet, clock, environmentId);
    this.#counted.set(environmentId, { counts, moves, at });
    if (before === undefined || JSON.stringify(before.counts) !== JSON.stringify(counts)) tell(environmentId, counts);
  }
}
