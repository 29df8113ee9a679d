/** Numbers that look random and are the same for the same seed. */
export function dice(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Due {
  at: number;
  order: number;
  run: () => void;
}

/** Time that passes only when it is told to, so that minutes of a world cost milliseconds and are the same each time. */
export class VirtualTime {
  #now = 0;
  #next = 0;
  #due: Due[] = [];

  get now(): number {
    return this.#now;
  }

  /** Calls `run` once after `ms`, unless what it answers is called before. Of two at one time the first asked goes first. */
  after(ms: number, run: () => void): () => void {
    const item = { at: this.#now + Math.max(0, ms), order: this.#next++, run };
    this.#due.push(item);
    return () => {
      this.#due = this.#due.filter((other) => other !== item);
    };
  }

  /** Lets time pass; promises that a step settles are followed before the next. `each` is called after every step. */
  async pass(ms: number, each: () => void = () => undefined): Promise<void> {
    const end = this.#now + ms;
    for (let item = this.#take(end); item !== undefined; item = this.#take(end)) {
      this.#now = item.at;
      item.run();
      await new Promise((resolve) => setImmediate(resolve));
      each();
    }
    this.#now = end;
  }

  #take(end: number): Due | undefined {
    let first: Due | undefined;
    for (const item of this.#due) {
      if (item.at > end) continue;
      if (first === undefined || item.at < first.at || (item.at === first.at && item.order < first.order)) first = item;
    }
    if (first !== undefined) this.#due = this.#due.filter((other) => other !== first);
    return first;
  }
}
