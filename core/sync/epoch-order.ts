const NEVER = Number.NEGATIVE_INFINITY;
const MOST_LEFT = 32;

/** Between which two moments Postgres was seen in the epoch of a ruleset, by the node that gave it. */
export interface Sighting {
  after: number;
  before: number;
  /** False where the node states no age, and it is taken for fresh. */
  isStated: boolean;
}

/**
 * Which of two epochs is the later one. Their names are random and their revisions are not compared, and a node may lag
 * in an epoch that was left; but Postgres is in one of them at a time, and a node states how long ago it has seen which.
 * Another epoch is taken when it was certainly seen after the own one was first seen: the earliest moment at which it
 * may have been (when the server was asked, less the age that it states) is later than the latest moment at which the
 * own one was (when its word came, less its age). A lagging node has not seen its epoch after the next one began, so it
 * can never set a client back, and the true epoch is taken as soon as its node has seen Postgres again.
 *
 * An epoch that was left on such grounds is not taken again. Only a database that was set back is in one, until a new
 * epoch begins for it; and a client that went through an old history a second time would meet restores of that time.
 */
export class EpochOrder {
  /** When Postgres was first seen in the own epoch, at the latest. */
  #seenBy = NEVER;
  #left: string[] = [];

  /** Whether a ruleset of `epoch` may replace the own one. `isNext`: it follows on it, by one node over one stream. */
  mayFollow(epoch: string, seen: Sighting, isNext: boolean): boolean {
    return !this.#left.includes(epoch) && (isNext || seen.after > this.#seenBy);
  }

  /** A node has seen Postgres in the own epoch, not later than this. */
  see(before: number): void {
    if (this.#seenBy === NEVER) this.#seenBy = before;
  }

  /** The own epoch is another one from here on. What a cache or a file said before any server spoke is no ground. */
  leave(epoch: string | undefined, seen: Sighting, isNext: boolean): void {
    const isCertain = this.#seenBy !== NEVER && (isNext || seen.isStated);
    if (epoch !== undefined && isCertain) this.#left = [...this.#left.slice(1 - MOST_LEFT), epoch];
    this.#seenBy = seen.before;
  }
}
