import { parsePosition } from '../model/position.ts';
import type { ValueItem, ValuesEvent } from './values-wire.ts';

export type Values = ReadonlyMap<string, ValueItem>;

/** What a client of values holds: what was fetched and stepped on, and what lies over it. Each step makes another. */
export interface Held {
  /** `position~overlayHash`; undefined where no server said it. */
  state: string | undefined;
  items: Values;
  /** What kills bring about by key, and the latest state at which each was seen and not recorded. */
  kills: ReadonlyMap<string, { item: ValueItem; at: string }>;
}

/** By how many revisions one state is ahead of another; NaN where they are of two epochs, which are not compared. */
export function aheadBy(one: string, other: string): number {
  const [a, b] = [one, other].map((state) => parsePosition(state.split('~')[0] as string));
  return a && a.epoch === b?.epoch ? a.revision - b.revision : Number.NaN;
}

/**
 * Whether `state` is certainly behind `than`: of an earlier revision, or of the same one without any kill where kills
 * lie over it. What ends a kill is a later revision, so a node that has none at this one has not heard of them.
 */
export function isOlderState(state: string, than: string): boolean {
  const ahead = aheadBy(than, state);
  return ahead > 0 || (ahead === 0 && state !== than && state.endsWith('~0'));
}

/** The step of an event that follows what is held; undefined where what lies between is missing. */
export function follow({ state, items, kills }: Held, event: ValuesEvent): Held | undefined {
  const { from, to, flags, removed } = event;
  if (!state || (from !== state && to !== state)) return undefined;
  const next = new Map(items);
  if (from === state) {
    for (const item of flags) next.set(item.key, item);
    for (const key of removed) next.delete(key);
  }
  // A kill that this state has is over where it is left out; one of another node's state may not be known here.
  const left = [...kills].filter(([, { at }]) => at !== state && aheadBy(to, at) <= 0);
  return layKills({ state: to, items: next, kills: new Map(left) }, event);
}

/** What is held, with the kills of an event as well. Each counts at once, wherever the event comes from. */
export function layKills({ kills, ...held }: Held, { held: killed, to }: ValuesEvent): Held {
  const laid = new Map(kills);
  for (const item of killed) {
    const at = kills.get(item.key)?.at ?? to;
    laid.set(item.key, { item, at: aheadBy(at, to) > 0 ? at : to });
  }
  return { ...held, kills: laid };
}

/** A bulk answer, and what came by the stream: last of all, and while it was fetched. */
export interface Fetched {
  flags: Iterable<ValueItem>;
  state: string;
  kept: readonly ValuesEvent[];
  last: ValuesEvent | undefined;
}

/**
 * The step of a bulk answer, with the events laid on it that came meanwhile. Undefined where that is older than what is
 * held; an answer for another context is taken all the same where nothing but kills is missing that the stream has told of,
 * for those lie over it.
 */
export function replace(held: Held, fetched: Fetched, isOtherContext: boolean): Held | undefined {
  const { flags, state, kept, last } = fetched;
  const reached = kept.reduce((at, { from, to }) => (from === at ? to : at), state);
  const isOlder = held.state && isOlderState(reached, held.state);
  const isKillsKnown = last || held.kills.size > 0;
  if (isOlder && !(isOtherContext && isKillsKnown && aheadBy(held.state as string, reached) === 0)) return undefined;
  // Within a revision nothing is recorded: a node that does not name a kill of it has not heard of that one.
  const kills = [...held.kills].filter(
    ([key, { at }]) => aheadBy(state, at) <= 0 || last?.held.some((item) => item.key === key),
  );
  const next = { state, items: byKey(flags), kills: new Map(kills) };
  return kept.reduce<Held>((at, event) => follow(at, event) ?? at, next);
}

export function byKey(items: Iterable<ValueItem>): Map<string, ValueItem> {
  return new Map([...items].map((item) => [item.key, item]));
}

/**
 * What is served, and the flags that have another value or variant than before, or are there and were not, or the other
 * way round. An item that stayed as it was stays the same object.
 */
export function serve(before: Values | undefined, { items, kills }: Held): { values: Values; keys: string[] } {
  const values = new Map(items);
  for (const [key, { item }] of kills) values.set(key, item);
  const was = before ?? new Map<string, ValueItem>();
  const keys = [...was.keys()].filter((key) => !values.has(key));
  for (const [key, item] of values) {
    const old = was.get(key);
    if (old && JSON.stringify(old) === JSON.stringify(item)) values.set(key, old);
    else if (!old || !isSameAnswer(old, item)) keys.push(key);
  }
  return { values, keys };
}

/** Whether two answers are the same to whoever looks: another reason for the same variant is no news. */
export function isSameAnswer(a: Pick<ValueItem, 'value' | 'variant'>, b: typeof a): boolean {
  return a === b || (a.variant === b.variant && JSON.stringify(a.value) === JSON.stringify(b.value));
}
