import type { Ring } from '../changes/doorbell.ts';
import type { JournalEntry, Served, ServedStep } from '../delivery/served.ts';
import type { Clock } from '../platform/clock.ts';
import { type Flip, hasReached } from './flip.ts';
import { counts, type Instance, nameOf } from './instance.ts';

/** A flip that this node has made, and what it has seen come of it. */
export interface Account {
  flip: Flip;
  /** On the monotonic clock: when it was committed or, of a kill, in the journal. */
  at: number;
  /** The apps of this node that counted at that moment, by name. */
  atFlip: Map<string, Instance>;
  /** How long each took, in ms, from then to when its receipt was here. */
  times: Map<string, number>;
}

export interface FlipsParts {
  clock: Clock;
  instancesOf(environmentId: number): Instance[];
}

/** Of each environment the last so many are known. */
const MOST_FLIPS = 64;
/** And in all of them so many apps are kept account of. */
const MOST_APPS = 1_000_000;

/**
 * The flips that this node makes: who was there when each was made, and when each of them said that it is in force. It
 * begins an account in the turn of the commit, before any app can have heard of it.
 */
export class Flips {
  readonly #parts: FlipsParts;
  readonly #byEnvironment = new Map<number, Account[]>();
  readonly #waiting = new Set<() => void>();
  #apps = 0;

  constructor(parts: FlipsParts) {
    this.#parts = parts;
  }

  /** A change was committed by this node. */
  committed({ environmentId, position, patch }: Ring): void {
    this.#begin({ environmentId, position, kill: undefined, flags: patch === undefined ? undefined : flagsOf(patch) });
  }

  /** What is served has changed: kills came to lie over it, or a base has recorded them. */
  served({ environmentId, overlay, position }: Served, { before, overlayChanged }: ServedStep): void {
    if (!overlayChanged) return;
    const had = new Set(before?.overlay.map(({ id }) => id));
    const has = new Set(overlay.map(({ id }) => id));
    for (const entry of overlay) {
      // An environment that was let go of and is loaded again brings no new kill.
      if (!had.has(entry.id) && this.findKill(environmentId, entry.id) === undefined) this.#begin(killOf(entry));
    }
    for (const account of this.#of(environmentId)) {
      const { flip } = account;
      if (flip.kill === undefined || flip.position !== undefined || has.has(flip.kill)) continue;
      flip.position = position;
      for (const instance of account.atFlip.values()) this.#look(account, instance);
    }
  }

  find(environmentId: number, position: string): Account | undefined {
    return this.#of(environmentId).find(({ flip }) => flip.kill === undefined && flip.position === position);
  }

  findKill(environmentId: number, id: string): Account | undefined {
    return this.#of(environmentId).find(({ flip }) => flip.kill === id);
  }

  /** An app said something new. */
  moved(instance: Instance): void {
    for (const account of this.#of(instance.environmentId)) this.#look(account, instance);
    this.#tell();
  }

  /** An app has ended: nobody waits for it, unless it had acknowledged. */
  left(instance: Instance): void {
    const name = nameOf(instance);
    for (const { atFlip, times } of this.#of(instance.environmentId)) {
      if (!times.has(name) && atFlip.delete(name)) this.#apps--;
    }
    this.#tell();
  }

  /** Resolves when an app says something, or after `ms`. */
  next(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#waiting.add(done);
    });
  }

  #of(environmentId: number): readonly Account[] {
    return this.#byEnvironment.get(environmentId) ?? [];
  }

  #begin(flip: Flip): void {
    const { clock, instancesOf } = this.#parts;
    const at = clock.monotonic();
    const there = instancesOf(flip.environmentId).filter((instance) => counts(instance, at));
    const account = {
      flip,
      at,
      atFlip: new Map(there.map((instance) => [nameOf(instance), instance])),
      times: new Map(),
    };
    const accounts = [...this.#of(flip.environmentId), account];
    this.#byEnvironment.set(flip.environmentId, accounts);
    this.#apps += there.length;
    while (accounts.length > 1 && (accounts.length > MOST_FLIPS || this.#apps > MOST_APPS)) {
      this.#apps -= accounts.shift()?.atFlip.size ?? 0;
    }
  }

  #look({ flip, at, atFlip, times }: Account, instance: Instance): void {
    const name = nameOf(instance);
    if (times.has(name) || !atFlip.has(name) || !hasReached(instance, flip)) return;
    times.set(name, this.#parts.clock.monotonic() - at);
  }

  #tell(): void {
    for (const done of [...this.#waiting]) done();
  }
}

function killOf({ environmentId, id, flag }: JournalEntry): Flip {
  return { environmentId, position: undefined, kill: id, flags: [flag] };
}

/** The flags that a patch brings; undefined where more than flags has changed. */
function flagsOf(patch: string): string[] | undefined {
  const { flags, segments }: { flags: object; segments: object } = JSON.parse(patch);
  return Object.keys(segments).length > 0 ? undefined : Object.keys(flags);
}
