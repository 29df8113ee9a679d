import type { Db } from '../database/connect.ts';
import type { Served, ServedStep } from '../delivery/served.ts';
import type { Clock } from '../platform/clock.ts';
import { withinDeadline } from '../platform/deadline.ts';
import { Problem } from '../platform/problem.ts';
import { repeat } from '../platform/repeat.ts';
import { isAtLeast } from './instance.ts';
import { dropOldPlaces, dropPlaces, readPlaces, touchPlaces, writePlaces } from './node-place-store.ts';

export interface NodePlacesParts {
  db: Db;
  clock: Clock;
  /** Stays the same over restarts, so that a node that came back is waited for once. */
  node: string;
  /** By what people know it. */
  host: string;
  /** No other node can be there. */
  isAlone: boolean;
  rulesets(): {
    heldEnvironments(): number[];
    served(environmentId: number): Served | undefined;
    onServed(listener: (now: Served, step: ServedStep) => void): () => void;
  };
}

/** Which other nodes serve less than a place, in words. */
export interface Behind {
  nodes: string[];
  /** False where they could not be asked. */
  complete: boolean;
}

/** Changes that come together are told together. */
const GATHER_MS = 100;
const TOUCH_MS = 2_000;
/** Said nothing for so long, it is told how long that is: perhaps it cannot reach the database, and serves what was. */
const QUIET_MS = 6_000;
/** After so long nobody counts on it any more. */
const GONE_MS = 20_000;
const IN_TIME_MS = 2_000;

/**
 * What each node serves, written where the others read it. An app says of itself what it has in force; whoever asks a node
 * over HTTP does not, so the node says it.
 */
export class NodePlaces {
  readonly #parts: NodePlacesParts;
  /** What was written last, as text; none before anything was. */
  #told: string | undefined;
  #touchedAt = Number.NEGATIVE_INFINITY;
  #soon: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: NodePlacesParts) {
    this.#parts = parts;
  }

  /** Begins to say what this node serves; answers how to stop. */
  follow(): () => void {
    if (this.#parts.isAlone) return () => undefined;
    const stops = [
      this.#parts.rulesets().onServed(() => {
        this.#soon ??= setTimeout(() => void this.tell(), GATHER_MS).unref();
      }),
      repeat(TOUCH_MS / 2, () => void this.tell()),
    ];
    void this.tell();
    void inTime(dropOldPlaces(this.#parts.db)).catch(() => undefined);
    return () => {
      clearTimeout(this.#soon);
      for (const stop of stops) stop();
    };
  }

  /** Says it now, where it is due; never rejects. What cannot be said now is said later. */
  async tell(): Promise<void> {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    const { db, clock, node, host } = this.#parts;
    const now = clock.monotonic();
    // What it let go of is news as well: nobody waits for a place that it does not serve.
    const places = this.#places();
    const text = JSON.stringify(places);
    const isNews = text !== this.#told;
    if (!isNews && now - this.#touchedAt < TOUCH_MS) return;
    this.#told = text;
    try {
      if (isNews || !(await inTime(touchPlaces(db, node)))) await inTime(writePlaces(db, node, host, places));
      this.#touchedAt = now;
    } catch {
      // The database is away: the others see how old this node's word is.
      this.#told = undefined;
    }
  }

  #places(): Record<string, string> {
    const rulesets = this.#parts.rulesets();
    const held = rulesets.heldEnvironments().map((id) => [String(id), rulesets.served(id)?.position] as const);
    return Object.fromEntries(held.flatMap(([id, position]) => (position === undefined ? [] : [[id, position]])));
  }

  /** Other nodes that serve less of an environment than `position`, which this node serves. Never rejects. */
  async behind(environmentId: number, position: string): Promise<Behind> {
    const { db, node, isAlone } = this.#parts;
    if (isAlone) return { nodes: [], complete: true };
    try {
      const rows = await inTime(readPlaces(db, node, GONE_MS));
      const name = String(environmentId);
      const late = rows.filter(
        ({ places }) => Object.hasOwn(places, name) && !isAtLeast(places[name] ?? null, position),
      );
      return { nodes: late.map(sayNode).sort(), complete: true };
    } catch {
      return { nodes: [], complete: false };
    }
  }

  /** Leaves word that this node ends. */
  async close(): Promise<void> {
    const { db, node, isAlone } = this.#parts;
    if (!isAlone) await inTime(dropPlaces(db, node)).catch(() => undefined);
  }
}

function sayNode({ host, ageMs }: { host: string; ageMs: number }): string {
  return ageMs < QUIET_MS ? `node ${host} (behind)` : `node ${host} (not heard of for ${Math.round(ageMs / 1_000)} s)`;
}

function inTime<T>(work: Promise<T>): Promise<T> {
  return withinDeadline(work, IN_TIME_MS, () => new Problem('database_unavailable', 'It did not answer in time.'));
}
