import type { Ports } from './ports.ts';

/** Notices that nothing was heard for a while. */
export class Silence {
  readonly #sleep: Ports['sleep'];
  readonly #now: () => number;
  #heardAt = 0;
  #stop: () => void = () => undefined;

  constructor(sleep: Ports['sleep'], now: () => number) {
    this.#sleep = sleep;
    this.#now = now;
  }

  heard(): void {
    this.#heardAt = this.#now();
  }

  /**
   * Calls `onSilent` once nothing was heard for `limitMs`, and forgets what was watched for before. It looks now and
   * then: a timer set anew at every text would cost more than the text.
   */
  watch(limitMs: number, onSilent: (silentMs: number) => void): void {
    this.stop();
    const look = () => {
      const silentMs = this.#now() - this.#heardAt;
      if (silentMs >= limitMs) onSilent(silentMs);
      else lookAgain(limitMs - silentMs);
    };
    // A remainder too small for the clock to see it would have it look for ever.
    const lookAgain = (ms: number) => {
      this.#stop = this.#sleep(Math.ceil(ms), look);
    };
    lookAgain(limitMs - (this.#now() - this.#heardAt));
  }

  stop(): void {
    this.#stop();
  }
}
