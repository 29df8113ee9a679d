import type { Logger } from '../platform/logger.ts';

/** Who hears of something. One that fails is logged, and the others hear of it all the same. */
export class Listeners<T extends readonly unknown[]> {
  readonly #log: Pick<Logger, 'error'>;
  readonly #all = new Set<(...what: T) => void>();

  constructor(log: Pick<Logger, 'error'>) {
    this.#log = log;
  }

  /** Answers how to stop hearing. */
  add(listener: (...what: T) => void): () => void {
    this.#all.add(listener);
    return () => this.#all.delete(listener);
  }

  tell(...what: T): void {
    for (const listener of this.#all) {
      try {
        listener(...what);
      } catch (error) {
        this.#log.error({ error }, 'a listener of what is served failed');
      }
    }
  }
}
