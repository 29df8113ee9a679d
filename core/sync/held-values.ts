import type { ValueItem, ValuesEvent } from './values-wire.ts';

export type Values = ReadonlyMap<string, ValueItem>;

/** By how many revisions one state is ahead of another; NaN where they are of two epochs, which are not compared. */
export function aheadBy(one: string | undefined, other: string | undefined): number {
  const [a, b] = [one, other].map((state) => `${state}`.split(/\.(\d+)~/));
  return a?.[0] === b?.[0] ? Number(a?.[1]) - Number(b?.[1]) : Number.NaN;
}

/**
 * Whether `state` is certainly behind `than`: of an earlier revision, or of the same one without any kill where kills
 * lie over it. What ends a kill is a later revision, so a node that has none at this one has not heard of them.
 */
export function isOlderState(state: string, than: string | undefined): boolean {
  const ahead = aheadBy(than, state);
  return ahead > 0 || (ahead === 0 && state !== than && state.endsWith('~0'));
}

/** A bulk answer, and what came by the stream: last of all, and while it was fetched. */
export interface Fetched {
  flags: readonly ValueItem[];
  state: string;
  kept: readonly ValuesEvent[];
  last: ValuesEvent | undefined;
}

/** What a client of values holds: what was fetched and stepped on, and what kills bring about, which lies over it. */
export class HeldValues {
  /** `position~overlayHash`; undefined where no server said it. */
  state: string | undefined;
  #items: Map<string, ValueItem>;
  /** By key, each with the latest state at which it was seen and not recorded. */
  readonly #kills = new Map<string, { item: ValueItem; at: string }>();

  constructor(items: Iterable<ValueItem>, state: string | undefined) {
    this.#items = byKey(items);
    this.state = state;
  }

  served(): Values {
    return new Map([...this.#items, ...[...this.#kills].map(([key, { item }]) => [key, item] as const)]);
  }

  /** Takes the step of an event that follows what is held. False where what lies between is missing. */
  follow(event: ValuesEvent): boolean {
    const { from, to, flags, removed } = event;
    const { state } = this;
    if (from !== state && to !== state) return false;
    if (from === state) {
      for (const item of flags) this.#items.set(item.key, item);
      for (const key of removed) this.#items.delete(key);
    }
    this.state = to;
    // A kill that this state has is over where it is left out; one of another node's state may not be known here.
    this.#leave((_, at) => at !== state && aheadBy(to, at) <= 0);
    this.lay(event);
    return true;
  }

  /** Lays the kills of an event over what is held. Each counts at once, wherever the event comes from. */
  lay({ held, to }: ValuesEvent): void {
    for (const item of held) {
      const at = this.#kills.get(item.key)?.at;
      this.#kills.set(item.key, { item, at: at && aheadBy(at, to) > 0 ? at : to });
    }
  }

  /**
   * Takes a bulk answer, with the events laid on it that came meanwhile. False where that is older than what is held; an
   * answer for another context is taken all the same where nothing but kills is missing that the stream has told of, for
   * those lie over it.
   */
  replace({ flags, state, kept, last }: Fetched, isOtherContext: boolean): boolean {
    const reached = kept.reduce((at, { from, to }) => (from === at ? to : at), state);
    const isKillsKnown = isOtherContext && (last || this.#kills.size) && !aheadBy(this.state, reached);
    if (isOlderState(reached, this.state) && !isKillsKnown) return false;
    // Within a revision nothing is recorded: a node that does not name a kill of it has not heard of that one.
    this.#leave((key, at) => aheadBy(state, at) <= 0 || !!last?.held.some((item) => item.key === key));
    this.#items = byKey(flags);
    this.state = state;
    for (const event of kept) this.follow(event);
    return true;
  }

  #leave(isLeft: (key: string, at: string) => boolean): void {
    for (const [key, { at }] of this.#kills) if (!isLeft(key, at)) this.#kills.delete(key);
  }
}

function byKey(items: Iterable<ValueItem>): Map<string, ValueItem> {
  return new Map(Array.from(items, (item) => [item.key, item]));
}

/** Whether two answers are the same to whoever looks: another reason for the same variant is no news. */
export function isSameAnswer(a: Pick<ValueItem, 'value' | 'variant'>, b: typeof a): boolean {
  return a === b || (a.variant === b.variant && JSON.stringify(a.value) === JSON.stringify(b.value));
}
