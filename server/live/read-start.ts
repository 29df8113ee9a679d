import { type Entry, listEntries } from '../changes/change-store.ts';
import type { Db } from '../database/connect.ts';
import type { Rulesets } from '../delivery/rulesets.ts';
import { asProblem } from '../platform/answer-problem.ts';
import { withinDeadline } from '../platform/deadline.ts';
import { Problem } from '../platform/problem.ts';
import type { LogFollower } from './follow-log.ts';
import { readPositions } from './log-store.ts';

export interface StartParts {
  db: Db;
  log: Pick<LogFollower, 'seqOf' | 'look'>;
  rulesets: Pick<Rulesets, 'baseOf' | 'heard'>;
  onError(error: unknown): void;
}

/** What a stream begins with: everything up to `seq`, or the word that it missed too much. */
export interface Backlog {
  seq: number | undefined;
  entries: readonly Entry[] | 'too many';
}

/** Where a stream that comes back says that it was; `unknown` for what no log of ours gave. */
export type Claimed = number | 'unknown' | undefined;

/** Who was away for longer reads everything again, which is the shorter way. */
const MOST_MISSED = 200;
const ASK_MS = 2_000;

export function readClaim(lastEventId: string | undefined): Claimed {
  if (lastEventId === undefined || lastEventId === '') return undefined;
  return /^[0-9]{1,15}$/.test(lastEventId) ? Number(lastEventId) : 'unknown';
}

/** Reads what a stream begins with. A screen that opens does not wait for a database that is away. */
export class StartReader {
  readonly #parts: StartParts;

  constructor(parts: StartParts) {
    this.#parts = parts;
  }

  async backlogOf(projectId: number, only: readonly number[] | undefined, claimed: Claimed): Promise<Backlog> {
    const { db, log } = this.#parts;
    // A stream that comes from a faster node is ahead until this one has looked.
    if (typeof claimed === 'number' && claimed > (log.seqOf(projectId) ?? 0)) await this.soon(log.look(projectId));
    const seq = log.seqOf(projectId);
    if (claimed === undefined) return { seq, entries: [] };
    if (claimed === 'unknown' || seq === undefined || claimed > seq) return { seq, entries: 'too many' };
    const page = { limit: MOST_MISSED, order: 'oldest', seq: claimed } as const;
    const missed = await this.soon(listEntries(db, projectId, { environmentIds: only }, page));
    if (missed === undefined || missed.length > MOST_MISSED) return { seq: log.seqOf(projectId), entries: 'too many' };
    return { seq: Math.max(seq, missed.at(-1)?.seq ?? 0), entries: missed };
  }

  /** From the database; from memory where it is away. */
  async positionsOf(projectId: number, environmentIds: readonly number[]): Promise<Map<number, string>> {
    const { db, rulesets } = this.#parts;
    const read = await this.soon(readPositions(db, projectId));
    if (read !== undefined) return read;
    const known = environmentIds.flatMap((id): [number, string][] => {
      const position = rulesets.baseOf(id)?.position ?? rulesets.heard(id);
      return position === undefined ? [] : [[id, position]];
    });
    return new Map(known);
  }

  /** Undefined where the database gives no answer soon. */
  async soon<T>(question: Promise<T>): Promise<T | undefined> {
    const late = () => new Problem('database_unavailable', 'The database did not answer in time.');
    try {
      return await withinDeadline(question, ASK_MS, late);
    } catch (error) {
      if (asProblem(error).code === 'internal') this.#parts.onError(error);
      return undefined;
    }
  }
}
