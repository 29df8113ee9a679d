import { randomBytes } from 'node:crypto';
import {
  compile,
  diffRulesets,
  type Flag,
  formatPosition,
  layOverlay,
  overlayHash,
  type Ruleset,
  type Segment,
} from '@turnout/core';
import { flagWith } from '@turnout/core/fixtures';
import type { HeldRulesets, JournalEntry, PatchFrame, Served, ServedStep } from './served.ts';

export const ENVIRONMENT = 7;

/** A boolean flag that is on for everybody, changed by what a test is about. */
export function flag(key: string, change: Partial<Flag> = {}): Flag {
  return flagWith({ key, ...change });
}

/** A segment with so many members, to make a ruleset of any size. */
export function segment(key: string, members: number): Segment {
  return { key, by: 'targetingKey', included: Array.from({ length: members }, (_, at) => `user-${at}`), excluded: [] };
}

/** What a node holds of one environment, in memory and moved by a test: no database, no disk. */
export class TestRulesets implements HeldRulesets {
  now: Served | undefined;
  age = 12;
  heardOf: string | undefined;
  /** How far back patches are kept. */
  kept = 100;
  /** Ids that only the database remembers. */
  readonly old = new Set<string>();
  readonly asked: string[][] = [];
  refreshes = 0;
  /** What a look into the database brings. */
  onRefresh: () => Promise<void> = async () => undefined;
  onLoad: () => Promise<Served> = () => Promise.reject(new Error('nothing to load'));
  #ring: PatchFrame[] = [];
  readonly #listeners = new Set<(now: Served, step: ServedStep) => void>();

  constructor(flags: Flag[], segments: Segment[] = []) {
    this.now = this.#serve(this.#base('e1', 1, flags, segments), [], []);
  }

  get current(): Served {
    if (this.now === undefined) throw new Error('nothing is served');
    return this.now;
  }

  served(environmentId: number): Served | undefined {
    return environmentId === ENVIRONMENT ? this.now : undefined;
  }
  load(): Promise<Served> {
    return this.onLoad();
  }
  ageMs(): number {
    return this.age;
  }
  heard(): string | undefined {
    return this.heardOf;
  }
  onServed(listener: (now: Served, step: ServedStep) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  patchesFrom(_environmentId: number, from: string): readonly PatchFrame[] | undefined {
    if (from === this.current.position) return [];
    const first = this.#ring.findIndex((patch) => patch.from === from);
    return first < 0 ? undefined : this.#ring.slice(first);
  }
  async settledAmong(_environmentId: number, ids: readonly string[]): Promise<string[]> {
    this.asked.push([...ids]);
    return ids.filter((id) => this.old.has(id) || this.current.settled.includes(id));
  }
  async refresh(): Promise<void> {
    this.refreshes++;
    await this.onRefresh();
  }

  /** Commits a revision in which these flags are as given; `settles` names kills that it records. */
  put(flags: Flag[], settles: string[] = []): PatchFrame {
    const before = this.current;
    const base: Ruleset = {
      ...before.base,
      revision: before.base.revision + 1,
      flags: { ...before.base.flags, ...Object.fromEntries(flags.map((one) => [one.key, one])) },
    };
    const patch = diffRulesets(before.base, base, settles);
    const frame = { from: patch.from, to: patch.to, text: JSON.stringify(patch) };
    this.#ring = [...this.#ring, frame].slice(-this.kept);
    const overlay = before.overlay.filter(({ id }) => !settles.includes(id));
    this.#publish(this.#serve(base, overlay, [...before.settled, ...settles]), [frame], settles.length > 0);
    return frame;
  }

  /** Turns one flag on and off in turn: a revision of a hundred bytes or so. */
  flip(key: string): PatchFrame {
    const one = this.current.base.flags[key] ?? flag(key);
    return this.put([{ ...one, state: one.state === 'on' ? 'off' : 'on' }]);
  }

  /** Lays a kill over what is served. */
  kill(key: string): JournalEntry {
    const entry: JournalEntry = {
      kind: 'kill',
      id: randomBytes(16).toString('hex'),
      epoch: 'e1',
      flag: key,
      at: '2026-01-01T00:00:00.000Z',
      environmentId: ENVIRONMENT,
      actor: 'token:a-secret-actor',
      reason: 'a secret reason',
      incident: 'a secret incident',
    };
    const { base, overlay, settled } = this.current;
    this.#publish(this.#serve(base, [...overlay, entry], [...settled]), [], true);
    return entry;
  }

  /** Serves another place in history without saying what leads there. */
  jump(epoch: string, revision: number, flags: Flag[], segments: Segment[] = []): void {
    const { overlay, settled } = this.current;
    this.#ring = [];
    this.#publish(
      this.#serve(this.#base(epoch, revision, flags, segments), [...overlay], [...settled]),
      undefined,
      false,
    );
  }

  #publish(now: Served, patches: PatchFrame[] | undefined, overlayChanged: boolean): void {
    const before = this.now;
    this.now = now;
    for (const listener of this.#listeners) listener(now, { before, patches, overlayChanged });
  }

  #base(epoch: string, revision: number, flags: Flag[], segments: Segment[]): Ruleset {
    return {
      schema: 1,
      project: 'shop',
      environment: 'production',
      epoch,
      revision,
      view: 'main',
      shedLevel: 0,
      flags: Object.fromEntries(flags.map((one) => [one.key, one])),
      segments: Object.fromEntries(segments.map((one) => [one.key, one])),
    };
  }

  #serve(base: Ruleset, overlay: JournalEntry[], settled: string[]): Served {
    return {
      environmentId: ENVIRONMENT,
      projectId: 1,
      position: formatPosition(base),
      digest: '',
      base,
      overlay,
      overlayHash: overlayHash(overlay),
      settled,
      compiled: compile(layOverlay(base, overlay), this.now?.compiled),
      etag: `"${formatPosition(base)}-${overlayHash(overlay)}-${settled.length}"`,
    };
  }
}
