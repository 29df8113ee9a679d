import { parsePosition } from '../model/position.ts';
import type { ValueItem, ValuesEvent } from './values-wire.ts';

/** One step of what is served. */
export interface ValuesChange {
  /** Flags that have another value or variant than before, or are there and were not, or the other way round. */
  keys: string[];
  values: ReadonlyMap<string, ValueItem>;
}

/** `older`: of a revision that is behind what is held. `elsewhere`: what lies between is missing. */
export type Taken = 'taken' | 'older' | 'elsewhere';

/** More events than that during one fetch, and the fetch after it brings what they said. */
const MOST_KEPT = 100;

/** By how many revisions one state is ahead of another; NaN where they are of two epochs, which are not compared. */
function aheadBy(one: string, other: string): number {
  const [a, b] = [one, other].map((state) => parsePosition(state.split('~')[0] ?? ''));
  return a !== undefined && a.epoch === b?.epoch ? a.revision - b.revision : Number.NaN;
}

/**
 * Whether `state` is certainly behind `than`: of an earlier revision, or of the same one without any kill where kills
 * lie over it. What ends a kill is a later revision, so a node that has none at this one has not heard of them.
 */
export function isOlderState(state: string, than: string): boolean {
  const ahead = aheadBy(than, state);
  return ahead > 0 || (ahead === 0 && state !== than && state.endsWith('~0'));
}

/**
 * What a client of values holds: what was fetched, stepped on by the events that follow it, and over it what kills bring
 * about that are not recorded yet. Each step is made whole before anybody is told of it.
 */
export class HeldValues {
  readonly #onChange: (change: ValuesChange) => void;
  #values: Map<string, ValueItem> | undefined;
  #items = new Map<string, ValueItem>();
  #state: string | undefined;
  /** What kills bring about, and the latest state at which each was seen and not recorded. */
  #held = new Map<string, { item: ValueItem; at: string }>();
  /** What the open stream said last. */
  #last: ValuesEvent | undefined;
  /** What came while a fetch was under way, for its answer may be of before. */
  #kept: ValuesEvent[] = [];

  constructor(onChange: (change: ValuesChange) => void) {
    this.#onChange = onChange;
  }

  /** By key; undefined while nothing is known. A flag that stays as it was stays the same object. */
  get values(): ReadonlyMap<string, ValueItem> | undefined {
    return this.#values;
  }

  /** `position~overlayHash`; undefined where no server said it. */
  get state(): string | undefined {
    return this.#state;
  }

  /** Takes what its owner has from before. */
  start(items: Iterable<ValueItem>, state: string | undefined): void {
    this.#items = byKey(items);
    this.#state = state;
    this.#publish();
  }

  /** A fetch begins: what comes from now on may have to be laid on its answer. */
  beginFetch(): void {
    this.#kept = [];
  }

  /** The stream is gone: what it said last is no news any more. */
  leaveStream(): void {
    this.#last = undefined;
  }

  /** Takes an event of the stream. */
  take(event: ValuesEvent): Taken {
    this.#kept = [...this.#kept.slice(1 - MOST_KEPT), event];
    this.#last = event;
    const isNext = this.#follow(event);
    // From elsewhere: a kill that it leaves out may be recorded there, or not known. A fetch will tell.
    if (!isNext) this.#hold(event);
    this.#publish();
    if (isNext) return 'taken';
    return this.#state !== undefined && aheadBy(this.#state, event.to) > 0 ? 'older' : 'elsewhere';
  }

  /**
   * Takes a bulk answer, and lays on it the events that came meanwhile. False where that is older than what is held; an
   * answer for another context is taken all the same where nothing but kills is missing, for those lie over it.
   */
  offer(items: Iterable<ValueItem>, state: string, isOtherContext: boolean): boolean {
    const here = this.#state;
    const reached = this.#kept.reduce((at, { from, to }) => (from === at ? to : at), state);
    if (here !== undefined && isOlderState(reached, here) && !(isOtherContext && aheadBy(here, reached) === 0)) {
      return false;
    }
    this.#items = byKey(items);
    this.#state = state;
    const stillHeld = new Set(this.#last?.held.map(({ key }) => key));
    for (const [key, { at }] of this.#held) {
      // Within a revision nothing is recorded: who does not name the kill has not heard of it.
      if (!stillHeld.has(key) && !(aheadBy(state, at) <= 0)) this.#held.delete(key);
    }
    for (const event of this.#kept) this.#follow(event);
    this.#publish();
    return true;
  }

  /** Steps on where the event follows what is held; false where it does not. */
  #follow(event: ValuesEvent): boolean {
    const here = this.#state;
    const { from, to, flags, removed } = event;
    if (here === undefined || (from !== here && to !== here)) return false;
    if (from === here) {
      for (const item of flags) this.#items.set(item.key, item);
      for (const key of removed) this.#items.delete(key);
      this.#state = to;
    }
    this.#held.clear();
    this.#hold(event);
    return true;
  }

  #hold({ held, to }: ValuesEvent): void {
    for (const item of held) {
      const was = this.#held.get(item.key)?.at ?? to;
      this.#held.set(item.key, { item, at: aheadBy(was, to) > 0 ? was : to });
    }
  }

  #publish(): void {
    const before = this.#values;
    const values = new Map(this.#items);
    for (const [key, { item }] of this.#held) values.set(key, item);
    const keys: string[] = [];
    for (const [key, item] of values) {
      const was = before?.get(key);
      if (was !== undefined && JSON.stringify(was) === JSON.stringify(item)) values.set(key, was);
      else if (was === undefined || answerOf(was) !== answerOf(item)) keys.push(key);
    }
    for (const key of before?.keys() ?? []) if (!values.has(key)) keys.push(key);
    this.#values = values;
    this.#onChange({ keys, values });
  }
}

function byKey(items: Iterable<ValueItem>): Map<string, ValueItem> {
  return new Map([...items].map((item) => [item.key, item]));
}

/** What of an item somebody sees. */
function answerOf({ value, variant }: ValueItem): string {
  return JSON.stringify([value, variant]);
}
