import { withinDeadline } from './deadline.ts';
import type { Logger } from './logger.ts';
import { Problem } from './problem.ts';

/** One step of an orderly end, and how long it may take before the next one begins all the same. */
export interface ShutdownStep {
  name: string;
  mostMs: number;
  run(): Promise<unknown> | unknown;
}

/** Runs the steps in order. A step that fails or takes too long is logged, and the next one runs all the same. */
export async function runSteps(steps: readonly ShutdownStep[], logger: Pick<Logger, 'warn'>): Promise<void> {
  for (const { name, mostMs, run } of steps) {
    const late = () => new Problem('unavailable', `It was not done within ${mostMs} ms.`);
    try {
      await withinDeadline(Promise.resolve().then(run), mostMs, late);
    } catch (error) {
      logger.warn({ step: name, error }, 'a step of the shutdown failed');
    }
  }
}

/** The part of a process that ends it: signals come in, an exit code goes out. */
export interface EndingProcess {
  on(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  exit(code: number): void;
}

/** A program that is told twice to end is meant: 128 and the number of SIGINT, as shells say it. */
const ENDED_BY_FORCE = 130;

/** The first SIGTERM or SIGINT ends in order, with 0; the second ends at once. */
export function endOnSignals(process: EndingProcess, end: (signal: string) => Promise<void>): void {
  let ending = false;
  const hear = (signal: string) => {
    if (ending) {
      process.exit(ENDED_BY_FORCE);
      return;
    }
    ending = true;
    end(signal).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', () => hear('SIGTERM'));
  process.on('SIGINT', () => hear('SIGINT'));
}
