import { type ValuesStreamEvent, writeFrame } from '@turnout/core';
import type { Served } from '../delivery/served.ts';
import { nameState } from './newer-flags.ts';
import { heldItems, type ValuesStep, valuesStep } from './values-step.ts';
import type { Sight } from './written-flags.ts';

/** A client that was away for a moment goes on where it was; so much is kept for that, of each environment and sight. */
const MOST_KEPT = 32;
const MOST_KEPT_BYTES = 256 * 1_024;
/** A node evaluates all flags for so many clients in a second without anybody else feeling it. */
const REFETCHES_A_SECOND = 2_000;
const LONGEST_SPREAD_MS = 10_000;

interface Told {
  from: string;
  to: string;
  frame: Buffer;
}

const NOTHING: ValuesStep = { flags: [], removed: [], isMore: false };

/** Over how long the clients of so many streams are to fetch, so that they do not all come at once. */
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

/** What was told to the streams of one environment that see the same flags: each frame is made once for all of them. */
export class ValuesStory {
  readonly #sight: Sight;
  #told: Told[] = [];
  #bytes = 0;
  #held: { of: Served; items: string } | undefined;

  constructor(sight: Sight) {
    this.#sight = sight;
  }

  /**
   * What all streams are told of a step; undefined where there is nothing to tell, not even another state. Another epoch
   * is another history: nothing of it follows from what was.
   */
  step(before: Served | undefined, now: Served, streams: number): Buffer | undefined {
    const [from, to] = [before && nameState(before), nameState(now)];
    if (before === undefined || from === undefined || before.base.epoch !== now.base.epoch) {
      this.#keepFrom(to);
      return this.fetchAll(now, refetchSpread(streams));
    }
    const step = valuesStep(before, now, this.#sight);
    if (from === to && !step.isMore && step.flags.length + step.removed.length === 0) return undefined;
    const frame = this.#frame(from, now, step, step.isMore ? refetchSpread(streams) : undefined);
    this.#keep({ from, to, frame });
    return frame;
  }

  /** What a stream begins with whose client has the flags of `state`: what it missed, or that it has to fetch. */
  begin(now: Served, state: string, streams: number): Buffer[] {
    const to = nameState(now);
    if (state === to) return [this.#frame(to, now, NOTHING, undefined)];
    const first = this.#told.at(-1)?.to === to ? this.#told.map(({ from }) => from).lastIndexOf(state) : -1;
    if (first < 0) return [this.fetchAll(now, refetchSpread(streams))];
    return this.#told.slice(first).map(({ frame }) => frame);
  }

  /** Nothing is said of what changed. */
  fetchAll(now: Served, refetchMs: number): Buffer {
    return this.#frame(null, now, NOTHING, refetchMs);
  }

  /** The flags are those that they were and answer otherwise all the same, for some have become too old or are not any more. */
  aged(now: Served, streams: number): Buffer {
    return this.#frame(nameState(now), now, NOTHING, refetchSpread(streams));
  }

  /** Items are JSON already, and stay the bytes that they are. */
  #frame(from: string | null, now: Served, step: ValuesStep, refetchMs: number | undefined): Buffer {
    const fields = [
      `"from":${JSON.stringify(from)}`,
      `"to":${JSON.stringify(nameState(now))}`,
      `"flags":[${step.flags}]`,
      `"removed":${JSON.stringify(step.removed)}`,
      `"held":[${this.#heldIn(now)}]`,
      ...(refetchMs === undefined ? [] : [`"refetchMs":${refetchMs}`]),
    ];
    return Buffer.from(writeFrame({ event: 'values', data: `{${fields}}` }));
  }

  /** Found once for each that is served: after a node has gone down, thousands of streams begin with it elsewhere. */
  #heldIn(now: Served): string {
    if (this.#held?.of !== now) this.#held = { of: now, items: heldItems(now, this.#sight).join() };
    return this.#held.items;
  }

  #keep(told: Told): void {
    this.#keepFrom(told.from);
    this.#told.push(told);
    this.#bytes += told.frame.length;
    while (this.#told.length > MOST_KEPT || this.#bytes > MOST_KEPT_BYTES) {
      this.#bytes -= this.#told.shift()?.frame.length ?? 0;
    }
  }

  /** What does not lead to `state` is forgotten. */
  #keepFrom(state: string): void {
    if (this.#told.at(-1)?.to === state) return;
    this.#told = [];
    this.#bytes = 0;
  }
}
