/**
 * Work of which one run serves everybody who asked before it began. Whoever asks while one is under way shares the
 * next, for the present one may have looked before they came.
 */
export class SharedWork<K> {
  readonly #running = new Map<K, Promise<void>>();
  readonly #next = new Map<K, Promise<void>>();

  run(key: K, work: () => Promise<void>): Promise<void> {
    const running = this.#running.get(key);
    if (running === undefined) {
      const started = work().finally(() => this.#running.delete(key));
      this.#running.set(key, started);
      return started;
    }
    let next = this.#next.get(key);
    if (next === undefined) {
      next = running
        .catch(() => undefined)
        .then(() => {
          this.#next.delete(key);
          return this.run(key, work);
        });
      this.#next.set(key, next);
    }
    return next;
  }
}
