import type { Problem } from './problem.ts';

/**
 * The promise's outcome, or `problem` when `ms` have passed first. The work itself goes on: whoever must not be late
 * waits for it no longer, and its late failure is nobody's.
 */
export async function withinDeadline<T>(promise: Promise<T>, ms: number, problem: () => Problem): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(problem()), ms);
  });
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
