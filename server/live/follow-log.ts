import { type Entry, listEntries } from '../changes/change-store.ts';
import type { Doorbell } from '../changes/doorbell.ts';
import type { Db } from '../database/connect.ts';
import { asProblem } from '../platform/answer-problem.ts';
import { withinDeadline } from '../platform/deadline.ts';
import { Problem } from '../platform/problem.ts';
import { repeat } from '../platform/repeat.ts';
import { readHeads } from './log-store.ts';

export interface LogParts {
  db: Db;
  doorbell: Pick<Doorbell, 'onRing' | 'onAccess'>;
  projectOf(environmentId: number): number | undefined;
  /** Entries of a project that were not told before, oldest first. */
  onEntries(projectId: number, entries: readonly Entry[]): void;
  /** What was told of a project no longer leads to where its log is: there was nobody to ask, or it was set back. */
  onGap(projectId: number): void;
  /** Told of what should not happen; the log is read again two seconds later. */
  onError(error: unknown): void;
  everyMs?: number;
}

interface Followed {
  /** The newest entry that was told, or that was there when it began; undefined until the database said. */
  seq: number | undefined;
  reading: Promise<void> | undefined;
  /** True where something may have come since the reading began. */
  again: boolean;
  /** True where somebody began to follow it while nobody could say where its log is. */
  beganBlind: boolean;
}

/** A lost ring costs so much. */
const EVERY_MS = 2_000;
const ASK_MS = 10_000;
const AT_ONCE = 200;

/**
 * Reads the logs of those projects that somebody looks at, on from where they were, whichever node wrote them. Rings are
 * hints; what has none, such as a new description, is found by asking every two seconds where the logs are.
 */
export class LogFollower {
  readonly #parts: LogParts;
  readonly #projects = new Map<number, Followed>();
  readonly #stops: (() => void)[];

  constructor(parts: LogParts) {
    this.#parts = parts;
    this.#stops = [
      parts.doorbell.onRing(({ environmentId }) => {
        const projectId = parts.projectOf(environmentId);
        if (projectId !== undefined) void this.look(projectId);
      }),
      // Keys, tokens and environments ring for the whole installation.
      parts.doorbell.onAccess(() => this.#lookAtAll()),
      repeat(parts.everyMs ?? EVERY_MS, () => void this.#askHeads()),
    ];
  }

  /** The newest entry that was told; undefined where the project is not followed, or its log could not be asked yet. */
  seqOf(projectId: number): number | undefined {
    return this.#projects.get(projectId)?.seq;
  }

  /** Begins with what is written from now on; resolves when it is known where that is, or that nobody can tell. */
  async begin(projectId: number): Promise<void> {
    if (this.#projects.get(projectId)?.seq !== undefined) return;
    if (!this.#projects.has(projectId)) {
      this.#projects.set(projectId, { seq: undefined, reading: undefined, again: false, beganBlind: false });
    }
    await this.look(projectId);
  }

  end(projectId: number): void {
    this.#projects.delete(projectId);
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#projects.clear();
  }

  /** Reads what has come; never rejects. When it resolves, whatever was committed before the call was told. */
  look(projectId: number): Promise<void> {
    const followed = this.#projects.get(projectId);
    if (followed === undefined) return Promise.resolve();
    followed.again = true;
    followed.reading ??= this.#read(projectId, followed).finally(() => {
      followed.reading = undefined;
    });
    return followed.reading;
  }

  #lookAtAll(): void {
    for (const projectId of this.#projects.keys()) void this.look(projectId);
  }

  async #read(projectId: number, followed: Followed): Promise<void> {
    try {
      while (followed.again && this.#projects.get(projectId) === followed) {
        followed.again = false;
        if (followed.seq === undefined) await this.#findStart(projectId, followed);
        else await this.#readOn(projectId, followed, followed.seq);
      }
    } catch (error) {
      followed.beganBlind ||= followed.seq === undefined;
      if (!isAway(error)) this.#parts.onError(error);
    }
  }

  async #findStart(projectId: number, followed: Followed): Promise<void> {
    followed.seq = (await this.#ask(readHeads(this.#parts.db, [projectId]))).get(projectId);
    if (followed.seq !== undefined && followed.beganBlind) this.#parts.onGap(projectId);
  }

  async #readOn(projectId: number, followed: Followed, seq: number): Promise<void> {
    const page = { limit: AT_ONCE, order: 'oldest', seq } as const;
    const entries = await this.#ask(listEntries(this.#parts.db, projectId, {}, page));
    const last = entries.at(-1);
    if (last === undefined) return;
    followed.seq = last.seq;
    followed.again ||= entries.length > AT_ONCE;
    this.#parts.onEntries(projectId, entries);
  }

  /** One question for all projects; never rejects. */
  async #askHeads(): Promise<void> {
    const asked = new Map([...this.#projects].map(([projectId, { seq }]) => [projectId, seq]));
    try {
      const heads = await this.#ask(readHeads(this.#parts.db, [...asked.keys()]));
      for (const [projectId, head] of heads) this.#compare(projectId, asked.get(projectId), head);
    } catch (error) {
      if (!isAway(error)) this.#parts.onError(error);
    }
  }

  #compare(projectId: number, asked: number | undefined, head: number): void {
    const followed = this.#projects.get(projectId);
    if (followed === undefined) return;
    if (asked === undefined || head > asked) void this.look(projectId);
    // A log that was set back begins anew where it is; one that was read on meanwhile was not.
    else if (head < asked && followed.seq === asked) {
      followed.seq = head;
      this.#parts.onGap(projectId);
    }
  }

  #ask<T>(question: Promise<T>): Promise<T> {
    const late = () => new Problem('database_unavailable', 'The database did not answer in time.');
    return withinDeadline(question, ASK_MS, late);
  }
}

/** A database that is away is told elsewhere, and asked again. */
function isAway(error: unknown): boolean {
  const { code } = asProblem(error);
  return code === 'database_unavailable' || code === 'busy';
}
