/** Nobody is remembered for longer than a second, and never more than this many callers at once. */
const MOST_CALLERS = 100_000;

/**
 * Counts requests by caller in whole seconds of the monotonic clock. It forgets everybody at each new second, so it
 * holds what one second can bring and needs no timer.
 */
export class RequestRate {
  readonly #perSecond: number;
  #second = -1;
  #counts = new Map<string, number>();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** True when this request of this caller still fits into the present second. */
  admit(caller: string, monotonicMs: number): boolean {
    const second = Math.floor(monotonicMs / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#counts = new Map();
    }
    const count = (this.#counts.get(caller) ?? 0) + 1;
    if (count === 1 && this.#counts.size >= MOST_CALLERS) return false;
    this.#counts.set(caller, count);
    return count <= this.#perSecond;
  }
}
