import type { Db } from '../database/connect.ts';
import type { Clock } from '../platform/clock.ts';
import { withinDeadline } from '../platform/deadline.ts';
import { Problem } from '../platform/problem.ts';
import { repeat } from '../platform/repeat.ts';
import { type Place, readPlaces } from './base-store.ts';

export interface PlaceParts {
  db: Db;
  clock: Clock;
  environments(): number[];
  /** `askedAt` is on the monotonic clock, from before the question. */
  heard(places: readonly Place[], askedAt: number): void;
  failed(): void;
}

const EVERY_MS = 2_000;
const ASK_MS = 10_000;

/** Asks the database every 2 s, in one query, where the environments are that this node holds. */
export class PlaceFollower {
  readonly #parts: PlaceParts;
  #asking: Promise<void> | undefined;

  constructor(parts: PlaceParts) {
    this.#parts = parts;
  }

  /** Answers how to stop. */
  follow(everyMs = EVERY_MS): () => void {
    return repeat(everyMs, () => void this.ask());
  }

  /** One question at a time; never rejects. */
  ask(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #ask(): Promise<void> {
    const { db, clock, environments, heard, failed } = this.#parts;
    const askedAt = clock.monotonic();
    const slow = () => new Problem('database_unavailable', 'The database did not answer in time.');
    try {
      heard(await withinDeadline(readPlaces(db, environments()), ASK_MS, slow), askedAt);
    } catch {
      // What is held stays, and its age tells for how long nobody could confirm it.
      failed();
    }
  }
}
