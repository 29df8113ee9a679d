import type { JournalEntry } from './served.ts';

const NONE: readonly JournalEntry[] = Object.freeze([]);

/**
 * The kills that this node holds and no base of its has recorded yet, by environment. They stay whatever happens to
 * the ruleset below: an entry leaves only by `settle`, which is called in the step in which a base names its id.
 */
export class Overlays {
  readonly #entries = new Map<number, readonly JournalEntry[]>();

  /** The unsettled entries of an environment, in the order in which they came; replaced whole, never changed in place. */
  of(environmentId: number): readonly JournalEntry[] {
    return this.#entries.get(environmentId) ?? NONE;
  }

  /** Every environment that has any. */
  environments(): number[] {
    return [...this.#entries.keys()];
  }

  get size(): number {
    let size = 0;
    for (const entries of this.#entries.values()) size += entries.length;
    return size;
  }

  find(environmentId: number, flag: string): JournalEntry | undefined {
    return this.of(environmentId).find((entry) => entry.flag === flag);
  }

  /** False when the entry is held already. */
  add(entry: JournalEntry): boolean {
    const held = this.of(entry.environmentId);
    if (held.some(({ id }) => id === entry.id)) return false;
    this.#entries.set(entry.environmentId, Object.freeze([...held, entry]));
    return true;
  }

  /** Takes out what a base names as recorded; answers what was taken out. */
  settle(environmentId: number, named: { has(id: string): boolean }): JournalEntry[] {
    const held = this.of(environmentId);
    const ended = held.filter(({ id }) => named.has(id));
    if (ended.length === 0) return ended;
    const left = held.filter(({ id }) => !named.has(id));
    if (left.length > 0) this.#entries.set(environmentId, Object.freeze(left));
    else this.#entries.delete(environmentId);
    return ended;
  }
}
