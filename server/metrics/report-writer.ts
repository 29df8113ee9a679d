import type { Report } from '@turnout/core';
import { asProblem } from '../platform/answer-problem.ts';
import type { Clock } from '../platform/clock.ts';
import { withinDeadline } from '../platform/deadline.ts';
import { Problem } from '../platform/problem.ts';
import { recordsOf } from './read-units.ts';
import type { ArrivedReport, ReportPlace } from './report.ts';

/** What was done with reports, for whoever counts it. */
export interface ReportCounts {
  stored(count: number): void;
  /** They had been stored before. */
  repeated(count: number): void;
  failed(count: number): void;
}

export interface ReportWriterParts {
  /** Stores reports in one transaction; answers how many of them were new. */
  store(arrived: readonly ArrivedReport[]): Promise<number>;
  clock: Clock;
  counts: ReportCounts;
  /** How far apart two transactions are at least. */
  gatherMs?: number;
  /** How many go into one transaction at most. */
  mostTogether?: number;
  /** How long a transaction may take until those who wait for it are sent away. */
  patienceMs?: number;
}

const GATHER_MS = 1_000;
const PATIENCE_MS = 5_000;
/** So many reports wait at most, and so many go into one transaction. */
const MOST_WAITING = 2_000;
const MOST_TOGETHER = 250;
/** With so many records of units: sixty megabytes of them wait, and eight go into one transaction. */
const MOST_RECORDS_WAITING = 4_000_000;
const MOST_RECORDS_TOGETHER = 500_000;

interface Waiting {
  place: ReportPlace;
  report: Report;
  records: number;
  arrivedAt: number;
  done: () => void;
  failed: (error: unknown) => void;
}

/**
 * Writes reports, many in one transaction: the first of a quiet time at once, and what comes in the following second
 * together. Each is done when its transaction is committed, not before.
 */
export class ReportWriter {
  readonly #parts: ReportWriterParts;
  readonly #gatherMs: number;
  #waiting: Waiting[] = [];
  #records = 0;
  #begunAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  /** One transaction at a time. One that hangs keeps its place, and everybody else is sent away. */
  #writing: 'no' | 'yes' | 'hanging' = 'no';

  constructor(parts: ReportWriterParts) {
    this.#parts = parts;
    this.#gatherMs = parts.gatherMs ?? GATHER_MS;
  }

  /** Resolves once it is stored, now or before. Rejects with a problem that says when to come again. */
  put(place: ReportPlace, report: Report): Promise<void> {
    if (this.#writing === 'hanging') return Promise.reject(unavailable());
    if (this.#waiting.length >= MOST_WAITING || this.#records >= MOST_RECORDS_WAITING) {
      return Promise.reject(
        new Problem('busy', 'Too many reports wait to be stored; send it again.', { retryAfterSeconds: 5 }),
      );
    }
    return new Promise((done, failed) => {
      const records = (report.runs ?? []).reduce((sum, run) => sum + recordsOf(run), 0);
      this.#records += records;
      this.#waiting.push({ place, report, records, arrivedAt: this.#parts.clock.monotonic(), done, failed });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#writing !== 'no' || this.#timer !== undefined || this.#waiting.length === 0) return;
    const since = this.#parts.clock.monotonic() - this.#begunAt;
    this.#timer = setTimeout(() => void this.#write(), Math.max(0, this.#gatherMs - since));
  }

  async #write(): Promise<void> {
    this.#timer = undefined;
    this.#writing = 'yes';
    this.#begunAt = this.#parts.clock.monotonic();
    const together = this.#takeTogether();
    await this.#store(together);
    this.#writing = 'no';
    this.#schedule();
  }

  #takeTogether(): Waiting[] {
    let [count, records] = [0, 0];
    for (const waiting of this.#waiting.slice(0, this.#parts.mostTogether ?? MOST_TOGETHER)) {
      records += waiting.records;
      if (count > 0 && records > MOST_RECORDS_TOGETHER) break;
      count += 1;
    }
    const together = this.#waiting.splice(0, count);
    this.#records -= together.reduce((sum, waiting) => sum + waiting.records, 0);
    return together;
  }

  async #store(together: readonly Waiting[]): Promise<void> {
    let isOver = false;
    const storing = this.#attempt(together).finally(() => {
      isOver = true;
    });
    try {
      await withinDeadline(storing, this.#parts.patienceMs ?? PATIENCE_MS, unavailable);
      for (const { done } of together) done();
    } catch (error) {
      const isOurs = asProblem(error).code === 'internal';
      // One that cannot be stored must not hold up the others for ever.
      if (isOurs && together.length > 1) {
        for (const one of together) await this.#store([one]);
        return;
      }
      this.#parts.counts.failed(together.length);
      for (const { failed } of together) failed(isOurs ? error : unavailable(error));
      if (isOurs) return;
      this.#sendAway();
      if (isOver) return;
      this.#writing = 'hanging';
      await storing.catch(() => undefined);
    }
  }

  async #attempt(together: readonly Waiting[]): Promise<void> {
    const now = this.#parts.clock.monotonic();
    const arrived = together.map(({ place, report, arrivedAt }) => ({ place, report, waitedMs: now - arrivedAt }));
    const fresh = await this.#parts.store(arrived);
    this.#parts.counts.stored(fresh);
    this.#parts.counts.repeated(together.length - fresh);
  }

  /** Whoever waits behind what failed is not left to wait for the same. */
  #sendAway(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#records = 0;
    this.#parts.counts.failed(waiting.length);
    for (const { failed } of waiting) failed(unavailable());
  }
}

function unavailable(cause?: unknown): Problem {
  return new Problem('database_unavailable', 'Reports cannot be stored now; send it again, under the same batchId.', {
    ...{ retryAfterSeconds: 2, cause },
  });
}
