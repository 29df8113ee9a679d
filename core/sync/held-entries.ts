import { isObject } from '../evaluate/fault.ts';
import { murmur3 } from '../evaluate/murmur3.ts';
import type { Ruleset } from '../model/ruleset.ts';
import type { OverlayEntry } from './wire.ts';

/** So many settled ids are remembered: more than a node keeps naming of its own accord. */
const MOST_RECORDED = 2_000;
/** A header line that every server takes. */
const LONGEST_NAMES = 6_000;
const NAMEABLE = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * The kills that lie over a client's base. An entry comes by whoever announces it, and goes only in a step in which the
 * client's own base names its id as settled: never by time, by a reconnect, or because a node does not know it.
 */
export class HeldEntries {
  #entries: readonly OverlayEntry[] = [];
  /** Ids that the own base is known to record; an entry that comes late by a lagging node is not laid again. */
  readonly #recorded = new Set<string>();
  /** The entry by which a flag came to be killed in the base, where it was seen. */
  readonly #behind = new Map<string, OverlayEntry>();
  #turn = 0;

  /** Replaced whole, never changed in place. */
  get all(): readonly OverlayEntry[] {
    return this.#entries;
  }

  get recorded(): string[] {
    return [...this.#recorded];
  }

  announce(entries: readonly OverlayEntry[]): void {
    const held = new Set(this.#entries.map(({ id }) => id));
    const fresh = entries.filter(({ id }) => !held.has(id) && !this.#recorded.has(id));
    if (fresh.length > 0) this.#entries = [...this.#entries, ...fresh];
  }

  /** The own base, which is `base` now, records these. */
  settle(ids: readonly string[], base: Ruleset): void {
    for (const id of ids) this.#recorded.add(id);
    for (const id of this.#recorded) {
      if (this.#recorded.size <= MOST_RECORDED) break;
      this.#recorded.delete(id);
    }
    const named = new Set(ids);
    this.#end(({ id }) => named.has(id), base);
  }

  /** The own base moved on to `base` within its epoch, or was replaced: what it says by itself needs no entry. */
  rest(base: Ruleset): void {
    for (const flag of this.#behind.keys()) if (!isKilled(base, flag)) this.#behind.delete(flag);
    this.#end((entry) => entry.carried === true && isKilled(base, entry.flag), base);
  }

  /**
   * The own base gives way to one of another epoch, which may be a restored backup and know nothing of a kill. What was
   * killed and is not killed there stays so by a carried entry, until that history names the id or kills the flag itself.
   */
  cross(before: Ruleset, after: Ruleset): void {
    this.#recorded.clear();
    const lost = Object.keys(before.flags).filter((flag) => isKilled(before, flag) && !isKilled(after, flag));
    this.announce(lost.map((flag) => ({ ...(this.#behind.get(flag) ?? unknownKill(before, flag)), carried: true })));
  }

  /** What was held came with a file, and says nothing of this environment or of this day. */
  forget(isOtherEnvironment: boolean): void {
    this.#recorded.clear();
    this.#behind.clear();
    if (isOtherEnvironment) this.#entries = [];
  }

  /** The ids for the `Turnout-Overlay` header. Where there are too many for it, each time others have their turn. */
  names(): string {
    const ids = this.#entries.map(({ id }) => id).filter((id) => NAMEABLE.test(id));
    const first = ids.length === 0 ? 0 : this.#turn % ids.length;
    let names = '';
    for (const id of [...ids.slice(first), ...ids.slice(0, first)]) {
      if (names.length + id.length >= LONGEST_NAMES) {
        this.#turn += names.split(',').length;
        break;
      }
      names += names === '' ? id : `,${id}`;
    }
    return names;
  }

  #end(isOver: (entry: OverlayEntry) => boolean, base: Ruleset): void {
    const ended = this.#entries.filter(isOver);
    if (ended.length === 0) return;
    this.#entries = this.#entries.filter((entry) => !isOver(entry));
    for (const { carried: _, ...entry } of ended) {
      if (isKilled(base, entry.flag) && !isUnknownKill(entry)) this.#behind.set(entry.flag, entry);
    }
  }
}

function isKilled(ruleset: Ruleset, key: string): boolean {
  const flag: unknown = Object.hasOwn(ruleset.flags, key) ? ruleset.flags[key] : undefined;
  return isObject(flag) && flag.killed === true;
}

const UNKNOWN = 'carried-';

/** Stands for a kill whose own entry this client never saw. No server knows its id, so it is for this process alone. */
function unknownKill({ epoch }: Ruleset, flag: string): OverlayEntry {
  const name = `${epoch}/${flag}`;
  const hash = [0, 1].map((seed) => murmur3(name, seed).toString(16).padStart(8, '0')).join('');
  return { kind: 'kill', id: UNKNOWN + hash, epoch, flag, at: '1970-01-01T00:00:00.000Z' };
}

/** Whether an entry stands for a kill that no server can answer by its id. */
export function isUnknownKill({ id }: OverlayEntry): boolean {
  return id.startsWith(UNKNOWN);
}
