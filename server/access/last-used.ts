import type { Clock } from '../platform/clock.ts';
import { repeat } from '../platform/repeat.ts';
import type { KeyPrincipal } from './principal.ts';

/** When, from where and by which SDK a key was last seen. `at` is a whole minute. */
export interface KeyUse {
  id: string;
  at: Date;
  address: string;
  sdk: string | null;
}

/**
 * Remembers the last use of each key and writes it now and then. On the path of a request it is one look into a map;
 * the database is never asked there.
 */
export class LastUsed {
  readonly #clock: Clock;
  readonly #save: (uses: KeyUse[]) => Promise<void>;
  #uses = new Map<string, KeyUse>();

  constructor(clock: Clock, save: (uses: KeyUse[]) => Promise<void>) {
    this.#clock = clock;
    this.#save = save;
  }

  note(key: KeyPrincipal, address: string, sdk: string | undefined): void {
    // Once between two writes is enough, and asking the clock at each request would not be.
    if (this.#uses.has(key.id)) return;
    const minute = Math.floor(this.#clock.now().getTime() / 60_000) * 60_000;
    this.#uses.set(key.id, { id: key.id, at: new Date(minute), address, sdk: sdk?.slice(0, 64) ?? null });
  }

  /** Writes what came since the last time; what cannot be written is dropped, for the next use tells it again. */
  async flush(): Promise<void> {
    const uses = [...this.#uses.values()];
    this.#uses = new Map();
    if (uses.length > 0) await this.#save(uses).catch(() => undefined);
  }

  follow(everyMs = 60_000): () => void {
    return repeat(everyMs, () => void this.flush());
  }
}
