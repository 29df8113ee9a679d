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

/** What a client of values holds: what was fetched and stepped on, and what kills bring about, which lies over it. */
export class HeldValues {
  /** `position~overlayHash`; undefined where no server said it. */
  state: string | undefined;
  /** What the open stream said last, and what it said since a fetch was begun. */
  last: ValuesEvent | undefined;
  kept: ValuesEvent[] = [];
  #items: Map<string, ValueItem>;
  readonly #kills = new Map<string, ValueItem>();
  /** The latest state at which each kill was seen and not recorded. */
  readonly #killedAt = new Map<string, string>();

  constructor(items: Iterable<ValueItem>, state: string | undefined) {
    this.#items = byKey(items);
    this.state = state;
  }

  served(): Values {
    return new Map([...this.#items, ...this.#kills]);
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
      this.#kills.set(item.key, item);
      const at = this.#killedAt.get(item.key);
      if (!(aheadBy(at, to) > 0)) this.#killedAt.set(item.key, to);
    }
  }

  /**
   * Takes a bulk answer, with the events laid on it that came meanwhile. False where that is older than what is held; an
   * answer for another context is taken all the same where nothing but kills is missing that the stream has told of, for
   * those lie over it.
   */
  replace(flags: readonly ValueItem[], state: string, isOtherContext: boolean): boolean {
    const { kept, last } = this;
    const reached = kept.reduce((at, { from, to }) => (from === at ? to : at), state);
    const isKillsKnown = isOtherContext && (last || this.#kills.size > 0) && !aheadBy(this.state, reached);
    if (isOlderState(reached, this.state) && !isKillsKnown) return false;
    // Within a revision nothing is recorded: a node that does not name a kill of it has not heard of that one.
    this.#leave((key, at) => aheadBy(state, at) <= 0 || !!last?.held.some((item) => item.key === key));
    this.#items = byKey(flags);
    this.state = state;
    for (const event of kept) this.follow(event);
    return true;
  }

  #leave(isLeft: (key: string, at: string) => boolean): void {
    for (const [key, at] of this.#killedAt) {
      if (isLeft(key, at)) continue;
      this.#kills.delete(key);
      this.#killedAt.delete(key);
    }
  }
}

function byKey(items: Iterable<ValueItem>): Map<string, ValueItem> {
  return new Map(Array.from(items, (item) => [item.key, item]));
}

/** Whether two answers are the same to whoever looks: another reason for the same variant is no news. */
export function isSameAnswer(a: Answer | undefined, b: Answer | undefined): boolean {
  return a === b || (!a === !b && a?.variant === b?.variant && JSON.stringify(a?.value) === JSON.stringify(b?.value));
}

type Answer = Pick<ValueItem, 'value' | 'variant'>;
