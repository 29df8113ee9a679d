import { randomBytes } from 'node:crypto';
import { ReportQueue } from '@turnout/core';
import type { EvaluationCounts } from '../evaluation/evaluation-counts.ts';
import { asProblem } from '../platform/answer-problem.ts';
import type { Clock } from '../platform/clock.ts';
import { repeat } from '../platform/repeat.ts';
import type { ReportPlace } from './report.ts';
import type { ReportWriter } from './report-writer.ts';

export interface OfrepCountsParts {
  writer: Pick<ReportWriter, 'put'>;
  clock: Clock;
  flags: {
    served(environmentId: number): { position: string } | undefined;
    onServed(listener: (served: { environmentId: number; position: string }) => void): () => void;
  };
  /** Told of what should not happen. */
  onError(error: unknown): void;
}

const EVERY_MS = 10_000;

interface Environment {
  place: ReportPlace;
  queue: ReportQueue;
}

/**
 * Counts what this node evaluates for others, in memory, and writes it now and then, by the same rules as a client that
 * reports: while the database is away a few batches wait, and each is stored once.
 */
export class OfrepCounts implements EvaluationCounts {
  readonly #parts: OfrepCountsParts;
  readonly #environments = new Map<number, Environment>();
  #flushing: Promise<void> | undefined;

  constructor(parts: OfrepCountsParts) {
    this.#parts = parts;
  }

  of(place: ReportPlace): ReportQueue {
    return (this.#environments.get(place.environmentId) ?? this.#open(place)).queue;
  }

  #open({ projectId, environmentId }: ReportPlace): Environment {
    const { clock, flags } = this.#parts;
    const queue = new ReportQueue(
      { now: () => clock.monotonic(), makeId: () => randomBytes(16).toString('hex') },
      flags.served(environmentId)?.position,
    );
    const opened = { place: { projectId, environmentId }, queue };
    this.#environments.set(environmentId, opened);
    return opened;
  }

  /** Counts apart what is served from now on, and writes every ten seconds; answers how to stop. */
  follow(): () => void {
    const forget = this.#parts.flags.onServed(({ environmentId, position }) => {
      this.#environments.get(environmentId)?.queue.cut(position);
    });
    const stop = repeat(EVERY_MS, () => void this.flush());
    return () => {
      forget();
      stop();
    };
  }

  /** Writes what there is. What cannot be written waits for the next time. */
  flush(): Promise<void> {
    this.#flushing ??= this.#flushAll().finally(() => {
      this.#flushing = undefined;
    });
    return this.#flushing;
  }

  async #flushAll(): Promise<void> {
    await Promise.all([...this.#environments.values()].map((environment) => this.#flushOne(environment)));
  }

  async #flushOne({ place, queue }: Environment): Promise<void> {
    queue.cut();
    for (let report = queue.next(); report !== undefined; report = queue.next()) {
      try {
        await this.#parts.writer.put(place, report);
        queue.settle(report.batchId);
      } catch (error) {
        if (asProblem(error).code !== 'internal') return;
        this.#parts.onError(error);
        queue.drop(report.batchId);
      }
    }
  }
}
