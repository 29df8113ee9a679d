import type { Clock } from '../platform/clock.ts';
import { withinDeadline } from '../platform/deadline.ts';
import { Problem } from '../platform/problem.ts';
import { repeat } from '../platform/repeat.ts';
import { writeRow } from './instance-row.ts';
import type { Instances } from './instances.ts';
import type { SharedInstances } from './shared-instances.ts';

export interface KeeperParts {
  clock: Clock;
  instances: Instances;
  shared: SharedInstances;
  /** How often a node says that it is there. */
  touchMs: number;
}

interface Written {
  moves: number;
  at: number;
  touchedAt: number;
  bytes: number;
  count: number;
}

const EVERY_MS = 1_000;
/** When each app was heard of last is written this often, where nothing else has changed. */
const REFRESH_MS = 10_000;
/** A large row is written less often: so many bytes a second at most. */
const MOST_BYTES_PER_MS = 1_000;
const WRITE_MS = 5_000;
const DROP_EVERY_MS = 600_000;

/** Writes what this node knows of running apps where other nodes read it: at most once a second, and never in anybody's way. */
export class InstanceKeeper {
  readonly #parts: KeeperParts;
  readonly #written = new Map<number, Written>();
  #isWriting = false;
  #droppedAt = Number.NEGATIVE_INFINITY;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  follow(): () => void {
    return repeat(EVERY_MS, () => void this.write());
  }

  /** Writes what has changed since the last time; never rejects. What cannot be written now is written later. */
  async write(): Promise<void> {
    if (this.#isWriting) return;
    this.#isWriting = true;
    try {
      for (const environmentId of this.#environments()) await this.#writeOne(environmentId);
      await this.#dropOld();
    } catch {
      // The database is away. Whoever asks is told that this covers one node.
    } finally {
      this.#isWriting = false;
    }
  }

  /** The last word of a node that ends: its apps go elsewhere, and until they do they are known. */
  async close(): Promise<void> {
    const writes = this.#environments().map((environmentId) => this.#replace(environmentId, true));
    await Promise.all(writes).catch(() => undefined);
  }

  #environments(): number[] {
    return [...new Set([...this.#parts.instances.environments(), ...this.#written.keys()])];
  }

  async #writeOne(environmentId: number): Promise<void> {
    const { clock, instances, shared, touchMs } = this.#parts;
    const last = this.#written.get(environmentId);
    const now = clock.monotonic();
    if (last === undefined || this.#isDue(environmentId, last, now)) {
      await this.#replace(environmentId, false);
      if (instances.of(environmentId).length === 0) this.#written.delete(environmentId);
    } else if (now - last.touchedAt >= touchMs) {
      if (await inTime(shared.touch(environmentId))) last.touchedAt = now;
      // A store that was started anew has forgotten it.
      else await this.#replace(environmentId, false);
    }
  }

  #isDue(environmentId: number, last: Written, now: number): boolean {
    const hasMoved = this.#parts.instances.movesOf(environmentId) !== last.moves;
    const since = now - last.at;
    return since >= last.bytes / MOST_BYTES_PER_MS && (hasMoved || (last.count > 0 && since >= REFRESH_MS));
  }

  async #replace(environmentId: number, ended: boolean): Promise<void> {
    const { clock, instances, shared } = this.#parts;
    const moves = instances.movesOf(environmentId);
    const all = instances.of(environmentId);
    const now = clock.monotonic();
    const body = writeRow(all, now, ended);
    await inTime(shared.write(environmentId, body));
    this.#written.set(environmentId, { moves, at: now, touchedAt: now, bytes: body.length, count: all.length });
  }

  async #dropOld(): Promise<void> {
    const now = this.#parts.clock.monotonic();
    if (now - this.#droppedAt < DROP_EVERY_MS) return;
    this.#droppedAt = now;
    await inTime(this.#parts.shared.dropOld());
  }
}

function inTime<T>(work: Promise<T>): Promise<T> {
  return withinDeadline(work, WRITE_MS, () => new Problem('database_unavailable', 'It did not answer in time.'));
}
