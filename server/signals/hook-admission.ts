import { Problem } from '../platform/problem.ts';

/** How many deliveries a node works on at once, and how many may wait; their bodies are in memory meanwhile. */
export interface HookLimits {
  atOnce: number;
  waiting: number;
}

const DEFAULTS: HookLimits = { atOnce: 4, waiting: 120 };

/**
 * The admission of hooks, of their own: a storm of alerts waits for itself and for nobody else. Beyond its bounds a sender
 * hears 503, and comes again.
 */
export class HookAdmission {
  readonly #limits: HookLimits;
  readonly #queue: (() => void)[] = [];
  #inside = 0;
  #working = 0;

  constructor(limits: HookLimits = DEFAULTS) {
    this.#limits = limits;
  }

  /** Lets a delivery in, from its first byte to its answer. Throws 503 where there are too many. */
  async run<T>(work: (takeTurn: <R>(turn: () => Promise<R>) => Promise<R>) => Promise<T>): Promise<T> {
    const { atOnce, waiting } = this.#limits;
    if (this.#inside >= atOnce + waiting) {
      throw new Problem('busy', 'This node takes as many signals as it can. Send it again.', { retryAfterSeconds: 2 });
    }
    this.#inside += 1;
    try {
      return await work((turn) => this.#takeTurn(turn));
    } finally {
      this.#inside -= 1;
    }
  }

  /** A sender whose body comes slowly keeps nobody from their turn: it is taken once the body is there. */
  async #takeTurn<R>(turn: () => Promise<R>): Promise<R> {
    if (this.#working >= this.#limits.atOnce) await new Promise<void>((go) => this.#queue.push(go));
    else this.#working += 1;
    try {
      return await turn();
    } finally {
      const next = this.#queue.shift();
      if (next === undefined) this.#working -= 1;
      else next();
    }
  }
}
