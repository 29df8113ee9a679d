/** What is looked at again and again. */
export interface LookLoopParts {
  /** Looks once, and answers after how many ms the next look is due. Never throws. */
  look(): Promise<number>;
  /** After how many ms it looks again when it was woken. */
  soonMs(): number;
}

/**
 * Looks again and again, by itself and when something wakes it, and never twice at once: who wakes it during a look is
 * looked at right after.
 */
export class LookLoop {
  readonly #parts: LookLoopParts;
  #timer: NodeJS.Timeout | undefined;
  #passing: Promise<void> | undefined;
  #isAwake = false;
  #follows = false;

  constructor(parts: LookLoopParts) {
    this.#parts = parts;
  }

  /** Whether it goes on by itself. */
  get follows(): boolean {
    return this.#follows;
  }

  /** Goes on by itself from now on; answers how to stop. */
  follow(): () => void {
    this.#follows = true;
    this.wake();
    return () => this.#stop();
  }

  /** Something was pressed or rung: looks soon, or right after the look that is under way. */
  wake(): void {
    this.#isAwake = true;
    if (this.#follows && this.#passing === undefined) this.#schedule(this.#parts.soonMs());
  }

  /** Looks once, or waits for the look that is under way. */
  pass(): Promise<void> {
    this.#passing ??= this.#pass().finally(() => {
      this.#passing = undefined;
    });
    return this.#passing;
  }

  /** Waits for the look that is under way. */
  async close(): Promise<void> {
    this.#stop();
    await this.#passing;
  }

  #stop(): void {
    this.#follows = false;
    clearTimeout(this.#timer);
  }

  #schedule(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.pass(), Math.max(0, ms));
    this.#timer.unref();
  }

  async #pass(): Promise<void> {
    this.#isAwake = false;
    const next = await this.#parts.look();
    if (this.#follows) this.#schedule(this.#isAwake ? this.#parts.soonMs() : next);
  }
}
