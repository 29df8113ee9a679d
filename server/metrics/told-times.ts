import { byteColumn, momentColumn, type UnitColumn } from '@turnout/core';

/** So often a node tells of one unit and event whatever is new; 255 at most. */
const MOST_TOLD = 64;
/** Then only of what makes so much of a difference. */
const STEP_MS = 60_000;

interface Times {
  /** What moved its first moment to an earlier one. */
  moved: UnitColumn<Uint8Array>;
  /** What may count once an exposure comes; and the moment of the last of that. */
  early: UnitColumn<Uint8Array>;
  earlyAt: UnitColumn<Float64Array>;
}

/**
 * How often a node has told of a unit. Whoever counts again needs each first moment, and whether an event came after an
 * exposure: a unit that hundreds of events are told of, such as the one that all robots share, says no more by each of
 * them than by one a minute.
 */
export class ToldTimes {
  readonly #mostEarly: number;
  readonly #earlyStepMs: number;
  readonly #times: Times[] = [];

  /** `mostEarly`: so many events are told of a unit that was exposed nowhere yet, and then one in each step. */
  constructor({ mostEarly = MOST_TOLD, earlyStepMs = STEP_MS } = {}) {
    this.#mostEarly = mostEarly;
    this.#earlyStepMs = earlyStepMs;
  }

  /** Whether it is to be told that something is earlier by so much; `what` is 0 for exposures, or the number of an event. */
  moves(what: number, unit: number, byMs: number): boolean {
    const { moved } = this.#timesOf(what);
    const times = moved.get(unit);
    if (times >= MOST_TOLD) return byMs >= STEP_MS;
    moved.set(unit, times + 1);
    return true;
  }

  /** Whether an event that does not count yet is to be told. */
  waits(what: number, unit: number, at: number): boolean {
    const { early, earlyAt } = this.#timesOf(what);
    const times = early.get(unit);
    const last = times === 0 ? Number.NEGATIVE_INFINITY : earlyAt.get(unit);
    if (times >= this.#mostEarly && !(at >= last + this.#earlyStepMs)) return false;
    early.set(unit, Math.min(255, times + 1));
    earlyAt.set(unit, Math.max(at, last));
    return true;
  }

  #timesOf(what: number): Times {
    this.#times[what] ??= { moved: byteColumn(), early: byteColumn(), earlyAt: momentColumn() };
    return this.#times[what];
  }
}
