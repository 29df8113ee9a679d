import { type ValuesStreamEvent, writeFrame } from '@turnout/core';
import type { Served } from '../delivery/served.ts';
import { nameState } from './newer-flags.ts';
import { heldItems, valuesStep } from './values-step.ts';
import type { Sight } from './written-flags.ts';

/** A node evaluates all flags for so many clients in a second without anybody else feeling it. */
const REFETCHES_A_SECOND = 2_000;
const LONGEST_SPREAD_MS = 10_000;

/** Over how long the clients of so many streams are to ask, so that they do not all come at once. */
export function refetchSpread(streams: number): number {
  return Math.min(LONGEST_SPREAD_MS, Math.floor((streams * 1_000) / REFETCHES_A_SECOND));
}

/** One event as bytes. */
export function valuesFrame<E extends Exclude<ValuesStreamEvent['event'], 'values'>>(
  event: E,
  data: Extract<ValuesStreamEvent, { event: E }>['data'],
): Buffer {
  return Buffer.from(writeFrame({ event, data: JSON.stringify(data) }));
}

/** What an event says beside where it leads: JSON of items by key. */
interface Said {
  flags?: ReadonlyMap<string, string>;
  removed?: readonly string[];
  settled?: readonly string[];
  /** Members that only some events have. */
  more?: { refetchMs?: number | undefined; tag?: string; ageMs?: number; beatMs?: number; retryMs?: number };
}

/** What is told to the streams of one environment that see the same flags: each frame is made once for all of them. */
export class ValuesStory {
  readonly #sight: Sight;
  #held: { of: Served; text: string } | undefined;

  constructor(sight: Sight) {
    this.#sight = sight;
  }

  /**
   * What all streams are told of a step; undefined where there is nothing to tell, not even another state. Another epoch
   * is another history: nothing of it follows from what was.
   */
  step(before: Served | undefined, now: Served, streams: number): Buffer | undefined {
    if (before === undefined || before.base.epoch !== now.base.epoch) return this.askAgain(now, refetchSpread(streams));
    const { flags, removed, isMore } = valuesStep(before, now, this.#sight);
    const known = new Set(before.settled);
    const settled = now.settled.filter((id) => !known.has(id));
    const isNews = isMore || flags.size + removed.length + settled.length > 0 || nameState(before) !== nameState(now);
    if (!isNews) return undefined;
    return this.frame(now, {
      flags,
      removed,
      settled,
      more: { refetchMs: isMore ? refetchSpread(streams) : undefined },
    });
  }

  /** Nothing is said of what changed. */
  askAgain(now: Served, refetchMs: number): Buffer {
    return this.frame(now, { more: { refetchMs } });
  }

  /** Items are JSON already, and stay the bytes that they are. */
  frame(now: Served, { flags = new Map(), removed = [], settled = [], more = {} }: Said): Buffer {
    const fields = [
      `"to":${JSON.stringify(nameState(now))}`,
      `"flags":${writeItems(flags)}`,
      `"removed":${JSON.stringify(removed)}`,
      `"held":${this.#heldIn(now)}`,
      `"settled":${JSON.stringify(settled)}`,
    ];
    const others = JSON.stringify(more).slice(1, -1);
    const data = `{${others === '' ? fields : [...fields, others]}}`;
    return Buffer.from(writeFrame({ event: 'values', data }));
  }

  /** Found once for each that is served: after a node has gone down, thousands of streams begin with it elsewhere. */
  #heldIn(now: Served): string {
    if (this.#held?.of !== now) this.#held = { of: now, text: this.#writeHeld(now) };
    return this.#held.text;
  }

  #writeHeld(now: Served): string {
    const kills = Array.from(heldItems(now, this.#sight), ([id, items]) => [id, writeItems(items)] as const);
    return writeItems(new Map(kills));
  }
}

/** An object of members that are JSON already. */
function writeItems(items: ReadonlyMap<string, string>): string {
  return `{${Array.from(items, ([key, text]) => `${JSON.stringify(key)}:${text}`)}}`;
}
