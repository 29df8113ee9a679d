import type { Clock } from '../platform/clock.ts';
import { withinDeadline } from '../platform/deadline.ts';
import { Problem } from '../platform/problem.ts';
import { repeat } from '../platform/repeat.ts';
import { type Instance, LIVE_MS } from './instance.ts';
import { readRow } from './instance-row.ts';
import type { SharedInstances } from './shared-instances.ts';

export interface OtherNodesParts {
  clock: Clock;
  shared: SharedInstances;
  /** A node that wrote nothing for so long is not there any more; below nothing where no other node can be there. */
  lostMs: number;
}

/** What other nodes know of the apps of an environment, as far as it can be read. */
export interface Elsewhere {
  instances: readonly Instance[];
  /** Nodes that were there within the last minute, and whose apps are not among these. */
  unknown: readonly string[];
  /** True where `instances` is all that there is to know. */
  complete: boolean;
}

interface Sighting {
  seenAt: number;
  hasEnded: boolean;
}

const ASK_MS = 1_000;
const LOOK_EVERY_MS = 5_000;
/** What was read a moment ago is not read again for each of many that wait. */
const FRESH_MS = 300;

/** The apps that other nodes know. Where they cannot be asked for, it is known at least which nodes there were. */
export class OtherNodes {
  readonly #parts: OtherNodesParts;
  /** By environment, by node. */
  readonly #seen = new Map<number, Map<string, Sighting>>();
  readonly #reading = new Map<number, { at: number; found: Promise<Elsewhere> }>();
  #hasRead = false;

  constructor(parts: OtherNodesParts) {
    this.#parts = parts;
  }

  /** Looks now and then which nodes there are. */
  follow(): () => void {
    void this.look();
    return repeat(LOOK_EVERY_MS, () => void this.look());
  }

  /** The same once; never rejects. */
  async look(): Promise<void> {
    try {
      for (const { node, environmentId, ageMs } of await inTime(this.#parts.shared.sightings())) {
        const hasEnded = this.#seen.get(environmentId)?.get(node)?.hasEnded ?? false;
        this.#note(environmentId, node, ageMs, hasEnded);
      }
      this.#hasRead = true;
    } catch {
      // What was seen before is still known, and whoever asks is told.
    }
  }

  /** Whether a node was there within the last minute. */
  isNode(node: string): boolean {
    return [...this.#seen.values()].some((nodes) => this.#isRecent(nodes.get(node)));
  }

  /** What they know now; from what was read a moment ago where that is so. Never rejects, and takes a second at most. */
  of(environmentId: number): Promise<Elsewhere> {
    const now = this.#parts.clock.monotonic();
    const last = this.#reading.get(environmentId);
    if (last !== undefined && now - last.at < FRESH_MS) return last.found;
    const found = this.#read(environmentId);
    this.#reading.set(environmentId, { at: now, found });
    return found;
  }

  async #read(environmentId: number): Promise<Elsewhere> {
    const { clock, shared, lostMs } = this.#parts;
    try {
      const rows = await inTime(shared.read(environmentId));
      this.#hasRead = true;
      const instances: Instance[] = [];
      const unknown: string[] = [];
      for (const { node, body, ageMs } of rows) {
        const place = { node, environmentId, ageMs, nodeLives: ageMs <= lostMs };
        const read = readRow(body, place, clock.monotonic());
        this.#note(environmentId, node, ageMs, read?.ended ?? false);
        if (read !== undefined) instances.push(...read.instances);
        else if (ageMs < LIVE_MS) unknown.push(node);
      }
      return { instances, unknown, complete: unknown.length === 0 };
    } catch {
      const nodes = [...(this.#seen.get(environmentId) ?? [])];
      const unknown = nodes.filter(([, sighting]) => this.#isRecent(sighting)).map(([node]) => node);
      return { instances: [], unknown, complete: this.#hasRead && unknown.length === 0 };
    }
  }

  #isRecent(sighting: Sighting | undefined): boolean {
    if (sighting === undefined || sighting.hasEnded) return false;
    return this.#parts.clock.monotonic() - sighting.seenAt < LIVE_MS;
  }

  #note(environmentId: number, node: string, ageMs: number, hasEnded: boolean): void {
    const nodes = this.#seen.get(environmentId) ?? new Map<string, Sighting>();
    this.#seen.set(environmentId, nodes.set(node, { seenAt: this.#parts.clock.monotonic() - ageMs, hasEnded }));
  }
}

function inTime<T>(work: Promise<T>): Promise<T> {
  return withinDeadline(work, ASK_MS, () => new Problem('database_unavailable', 'It did not answer in time.'));
}
