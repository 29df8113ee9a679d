import { setImmediate } from 'node:timers/promises';

/** Does work piece by piece, each in a turn of its own: a node has more to do than to count. */
export async function inTurns<T>(work: Iterator<void, T>): Promise<T> {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    await setImmediate();
  }
}
