import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ruleset } from '@turnout/core';
import type { AccessList } from '../access/access-list.ts';
import type { Clock } from '../platform/clock.ts';
import { FollowingFile } from '../platform/durable-file.ts';
import type { Logger } from '../platform/logger.ts';
import type { Base } from './base.ts';
import type { JournalEntry } from './served.ts';
import { readSigned, type Signer, writeSigned } from './signed-file.ts';

/** What a node finds on its disk of an environment. */
export interface DiskBase {
  base: Base;
  /** The kills that lay over it. They hold whatever the age of the rest. */
  overlay: readonly JournalEntry[];
  tags: Record<string, string[]>;
  /** Since the database last confirmed it. */
  ageMs: number;
  /** Why it must not be served, as the end of a sentence; undefined where it may be. */
  refused: string | undefined;
}

/** What is kept of an environment beside its base. */
export interface Beside {
  overlay: readonly JournalEntry[];
  tags: Record<string, string[]>;
  /** When the database last confirmed it, as wall time. */
  confirmedAt: number;
}

export interface DiskParts {
  /** A folder of this node alone. */
  folder: string;
  signer: Signer;
  clock: Clock;
  log: Pick<Logger, 'warn' | 'error'>;
  maxAgeMs: number;
  /** What this node holds of an environment; undefined where it does not. */
  hold(environmentId: number): { base: Base; beside: Beside } | undefined;
}

interface SavedBase {
  v: 1;
  kind: 'ruleset';
  environmentId: number;
  projectId: number;
  position: string;
  digest: string;
  at: number;
  ruleset: Ruleset;
  settled: [string, number][];
  pastEpochs: string[];
  overlay: JournalEntry[];
  tags: Record<string, string[]>;
}
type SavedAccess = { v: 1; kind: 'access'; at: number; list: ReturnType<AccessList['toDisk']> };
interface Confirmed {
  v: 1;
  kind: 'confirmed';
  at: number;
  positions: Record<string, string>;
}

const EVERY_MS = 1_000;
const CONFIRM_EVERY_MS = 10_000;
/** Clocks are set back by a little; a time further in the future is no time to trust. */
const FUTURE_MS = 60_000;

/**
 * What a node needs to start without a database, on its own disk and authenticated: each environment with its kills,
 * and who may do what. Files are named by numbers of the database, never by keys.
 */
export class DiskSnapshots {
  readonly #parts: DiskParts;
  readonly #files = new Map<number, FollowingFile>();
  readonly #faults = new Map<string, string>();
  #confirmed: FollowingFile | undefined;
  #access: FollowingFile | undefined;

  constructor(parts: DiskParts) {
    this.#parts = parts;
  }

  async open(): Promise<void> {
    await mkdir(this.#parts.folder, { recursive: true, mode: 0o700 });
  }

  /** The environments of which something is kept. */
  async list(): Promise<number[]> {
    const names = await readdir(this.#parts.folder).catch((): string[] => []);
    return names.flatMap((name) => {
      const id = /^([1-9][0-9]{0,14})\.ruleset$/.exec(name)?.[1];
      return id === undefined ? [] : [Number(id)];
    });
  }

  /** What could not be read or written, for `/readyz` and the log. */
  faults(): string[] {
    return [...this.#faults.values()];
  }

  /** What this node holds of the environment has changed. */
  follow(environmentId: number): void {
    this.#fileOf(environmentId).touch();
  }

  /** Resolves to true when what this node holds of the environment is on disk. */
  async keep(environmentId: number): Promise<boolean> {
    const file = this.#fileOf(environmentId);
    file.touch();
    return file.flush();
  }

  #fileOf(environmentId: number): FollowingFile {
    const known = this.#files.get(environmentId);
    if (known !== undefined) return known;
    const file = this.#file(`${environmentId}.ruleset`, () => this.#renderBase(environmentId), EVERY_MS);
    this.#files.set(environmentId, file);
    return file;
  }

  /** The database confirmed these positions a moment ago: a quiet environment is not an old one. */
  confirm(positions: ReadonlyMap<number, string>): void {
    const at = this.#parts.clock.now().getTime();
    const content: Confirmed = { v: 1, kind: 'confirmed', at, positions: Object.fromEntries(positions) };
    this.#confirmedContent = content;
    this.#confirmed ??= this.#file('confirmed', () => this.#sign(this.#confirmedContent), CONFIRM_EVERY_MS);
    this.#confirmed.touch();
  }
  #confirmedContent: Confirmed = { v: 1, kind: 'confirmed', at: 0, positions: {} };

  /** Keeps the access list; at once, so that a start without a database revives no revoked key. */
  followAccess(list: Pick<AccessList, 'toDisk'>): Promise<boolean> {
    const render = () =>
      this.#sign({ v: 1, kind: 'access', at: this.#parts.clock.now().getTime(), list: list.toDisk() });
    this.#access ??= this.#file('access', render, 0);
    this.#access.touch();
    return this.#access.flush();
  }

  /** The environment as it was last kept, with the reason where it is too old; undefined where none can be believed. */
  async readBase(environmentId: number): Promise<DiskBase | undefined> {
    const name = `${environmentId}.ruleset`;
    const saved = await this.#read<SavedBase>(name, 'ruleset');
    if (saved === undefined || saved.environmentId !== environmentId) return undefined;
    const confirmed = await this.#read<Confirmed>('confirmed', 'confirmed');
    const again = confirmed?.positions[environmentId] === saved.position ? confirmed.at : 0;
    const { ageMs, refused } = this.#age(Math.max(saved.at, again));
    if (refused !== undefined)
      this.#fault(name, `The snapshot of environment ${environmentId} is not served${refused}.`);
    const { projectId, position, digest, ruleset, pastEpochs, overlay, tags } = saved;
    const base = { environmentId, projectId, position, digest, ruleset, pastEpochs, settled: new Map(saved.settled) };
    return { base, overlay, tags, ageMs, refused };
  }

  /** The access list as it was last kept; undefined where there is none, it was altered, or it is too old. */
  async readAccess(): Promise<SavedAccess['list'] | undefined> {
    const saved = await this.#read<SavedAccess>('access', 'access');
    if (saved === undefined) return undefined;
    const confirmed = await this.#read<Confirmed>('confirmed', 'confirmed');
    const { refused } = this.#age(Math.max(saved.at, confirmed?.at ?? 0));
    if (refused === undefined) return saved.list;
    this.#fault('access', `The access list on disk is not used${refused}.`);
    return undefined;
  }

  /** Writes what is not yet on disk. */
  async close(): Promise<void> {
    const files = [...this.#files.values(), this.#confirmed, this.#access];
    await Promise.all(files.map((file) => file?.flush()));
  }

  #renderBase(environmentId: number): string | undefined {
    const found = this.#parts.hold(environmentId);
    if (found === undefined) return undefined;
    const { base, beside } = found;
    const saved: SavedBase = {
      v: 1,
      kind: 'ruleset',
      environmentId,
      projectId: base.projectId,
      position: base.position,
      digest: base.digest,
      at: Math.round(beside.confirmedAt),
      ruleset: base.ruleset,
      settled: [...base.settled],
      pastEpochs: [...base.pastEpochs],
      overlay: [...beside.overlay],
      tags: beside.tags,
    };
    return this.#sign(saved);
  }

  #sign(content: SavedBase | SavedAccess | Confirmed): string {
    return writeSigned(this.#parts.signer, 'snapshot', content);
  }

  #file(name: string, render: () => string | undefined, everyMs: number): FollowingFile {
    const failed = (error: unknown) => {
      this.#fault(name, `The snapshot on disk (${name}) cannot be written.`);
      this.#parts.log.error({ file: name, error }, 'a snapshot could not be written');
    };
    const written = () => {
      this.#faults.delete(name);
      return render();
    };
    return new FollowingFile(join(this.#parts.folder, name), written, everyMs, failed);
  }

  async #read<T extends { v: number; kind: string }>(name: string, kind: T['kind']): Promise<T | undefined> {
    try {
      const content = (await readSigned(this.#parts.signer, 'snapshot', join(this.#parts.folder, name))) as
        | T
        | undefined;
      // Another version's file is as good as none; the kind is signed, so that no file stands in for another.
      return content?.v === 1 && content.kind === kind ? content : undefined;
    } catch (error) {
      this.#fault(
        name,
        `The snapshot on disk (${name}) is refused: ${error instanceof Error ? error.message : 'unreadable'}.`,
      );
      this.#parts.log.error({ file: name, error }, 'a snapshot on disk is refused');
      return undefined;
    }
  }

  #age(at: number): { ageMs: number; refused: string | undefined } {
    const age = this.#parts.clock.now().getTime() - at;
    if (age < -FUTURE_MS) return { ageMs: Number.POSITIVE_INFINITY, refused: ': it was written in the future' };
    const ageMs = Math.max(0, age);
    const refused = ageMs > this.#parts.maxAgeMs ? `: it is older than SNAPSHOT_MAX_AGE_MS allows` : undefined;
    return { ageMs, refused };
  }

  #fault(name: string, what: string): void {
    this.#faults.set(name, what);
  }
}
