import type { Db } from '../database/connect.ts';
import type { Clock } from '../platform/clock.ts';
import { type Place, readTags } from './base-store.ts';

interface Known {
  tags: ReadonlyMap<string, string[]>;
  /** How far the project's log had come when they were read; below zero when they came from disk. */
  chainSeq: number;
  readAt: number;
}

const EVERY_MS = 10_000;

/**
 * The tags of flags, which rulesets do not carry: kill keys may be limited to some, and a kill is authorised without
 * the database. Read again when a project's log has moved on.
 */
export class FlagTags {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #known = new Map<number, Known>();
  readonly #reading = new Set<number>();

  constructor(db: Db, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  of(projectId: number, flag: string): readonly string[] {
    return this.#known.get(projectId)?.tags.get(flag) ?? [];
  }

  /** Called with the 2 s query. */
  follow(places: readonly Place[]): void {
    for (const { projectId, chainSeq } of places) {
      const known = this.#known.get(projectId);
      if (known?.chainSeq === chainSeq || this.#reading.has(projectId)) continue;
      if (known !== undefined && this.#clock.monotonic() - known.readAt < EVERY_MS) continue;
      this.#reading.add(projectId);
      readTags(this.#db, projectId)
        .then((tags) => this.#known.set(projectId, { tags, chainSeq, readAt: this.#clock.monotonic() }))
        // What is known stays; the next round asks again.
        .catch(() => undefined)
        .finally(() => this.#reading.delete(projectId));
    }
  }

  toDisk(projectId: number): Record<string, string[]> {
    return Object.fromEntries(this.#known.get(projectId)?.tags ?? []);
  }

  /** What was kept on disk holds until the database was read. */
  fromDisk(projectId: number, tags: Record<string, string[]>): void {
    if (this.#known.has(projectId)) return;
    this.#known.set(projectId, {
      tags: new Map(Object.entries(tags)),
      chainSeq: -1,
      readAt: Number.NEGATIVE_INFINITY,
    });
  }
}
