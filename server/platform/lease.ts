import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';

/** A lease as its holder shows it: who comes with an older token acts no more. */
export interface HeldLease {
  name: string;
  token: number;
}

/** Where a lease is kept: one for all nodes, with expiry by its own clock. */
export interface LeaseStore {
  /** Takes it where nobody holds it; undefined where somebody does. */
  take(ms: number): Promise<HeldLease | undefined>;
  /** False where it has expired meanwhile, or somebody else has it. */
  renew(lease: HeldLease, ms: number): Promise<boolean>;
  release(lease: HeldLease): Promise<void>;
}

export interface LeaseParts {
  store: LeaseStore;
  clock: Clock;
  log: Pick<Logger, 'info' | 'warn'>;
  /** Told when this node begins to hold it. */
  onTaken?(): void;
  ms?: number;
}

/** Renewed three times before it ends: whoever wants it has it within ten seconds of its holder's end. */
const LEASE_MS = 6_000;
const RENEWALS = 3;

/**
 * One of all nodes acts at a time. This keeps a node's lease renewed, or waits for one. What `held` answers is a hint,
 * by this node's own clock: whoever acts shows the token, and the transaction says whether it is still in force.
 */
export class Lease {
  readonly #parts: LeaseParts;
  readonly #ms: number;
  #lease: HeldLease | undefined;
  #until = 0;
  #asking: Promise<void> | undefined;
  #isOver = false;
  #isAway = false;

  constructor(parts: LeaseParts) {
    this.#parts = parts;
    this.#ms = parts.ms ?? LEASE_MS;
  }

  /** What this node holds; undefined where it holds nothing, or has not been able to renew it in time. */
  held(): HeldLease | undefined {
    return this.#parts.clock.monotonic() < this.#until ? this.#lease : undefined;
  }

  /** Takes or renews it, once for all who ask meanwhile. Never throws: without the database nobody holds anything. */
  ask(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  /** Asks from now on; answers how to stop. */
  follow(): () => void {
    void this.ask();
    const timer = setInterval(() => void this.ask(), this.#ms / RENEWALS);
    timer.unref();
    return () => clearInterval(timer);
  }

  /** Lets it go, so that another node need not wait for its end. */
  async close(): Promise<void> {
    this.#isOver = true;
    await this.#asking;
    const lease = this.#lease;
    this.#lease = undefined;
    this.#until = 0;
    if (lease !== undefined) await this.#parts.store.release(lease).catch(() => undefined);
  }

  async #ask(): Promise<void> {
    if (this.#isOver) return;
    const { clock, store, log, onTaken } = this.#parts;
    // From before the question: the answer may have been long on its way.
    const asked = clock.monotonic();
    try {
      if (this.#lease !== undefined && (await store.renew(this.#lease, this.#ms))) {
        this.#until = asked + this.#ms;
        this.#isAway = false;
        return;
      }
      if (this.#lease !== undefined)
        log.warn({ lease: this.#lease.name }, 'a lease was lost: another node may act now');
      this.#lease = undefined;
      const taken = await store.take(this.#ms);
      this.#isAway = false;
      if (taken === undefined) return;
      this.#lease = taken;
      this.#until = asked + this.#ms;
      log.info({ lease: taken.name, token: taken.token }, 'this node holds the lease and acts');
      onTaken?.();
    } catch (error) {
      // Once for each time that the database is away: it is asked every two seconds.
      if (!this.#isAway) log.warn({ error }, 'the lease could not be asked for: nothing acts without it');
      this.#isAway = true;
    }
  }
}
