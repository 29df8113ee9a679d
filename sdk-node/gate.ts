import { boundMs } from './wait.ts';

/** Lets go of everybody who waits, once. Who comes later does not wait. */
export class Gate {
  #isOpen = false;
  readonly #waiting = new Set<() => void>();

  open(): void {
    this.#isOpen = true;
    for (const go of [...this.#waiting]) go();
  }

  /**
   * Resolves when the gate is open, or after `ms`. The timer keeps the process alive: whoever waits at the top of a
   * program has nothing else that does, and would be ended before the answer.
   */
  wait(ms: number): Promise<void> {
    if (this.#isOpen) return Promise.resolve();
    return new Promise((resolve) => {
      const go = () => {
        clearTimeout(timer);
        this.#waiting.delete(go);
        resolve();
      };
      const timer = setTimeout(go, boundMs(ms));
      this.#waiting.add(go);
    });
  }
}
