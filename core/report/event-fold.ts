/** What was tracked under one name since the last batch. */
export interface EventReport {
  /** The name; empty for all that have none to be shown: it was no name, or there was no room for one more. */
  event: string;
  count: number;
  /** How many of them brought a value. */
  valued: number;
  /** The sum of those values. */
  sum: number;
}

/** So many names go into one batch, beside what has none. Events are named in code; names made of data are a mistake. */
export const MOST_EVENTS = 200;
/** So large may a value be: sums of as many as ever come stay finite, and a larger one is measured in another unit. */
export const MOST_VALUE = 1e15;

/** Under which events are counted that have no name to be shown. */
const UNNAMED = '';
/** Signs that are shown, and no lone half of one: databases and pages take them. */
const NAME = /^[^\p{Cc}\p{Cs}]{1,128}$/u;

/** Whether events may be called so: 1 to 128 characters, none of them a control. */
export function isEventName(name: unknown): name is string {
  // Looked at first, so that a text of megabytes costs nothing.
  return typeof name === 'string' && name.length <= 256 && NAME.test(name);
}

/** Adds up events by name, in bounded memory, until they are taken. Throws nothing, whatever it is handed. */
export class EventFold {
  #events = new Map<string, EventReport>();

  /** Counts one event. A value that is no number, not finite or beyond what is summed counts as none. */
  count(event: string, value?: number): void {
    const isValued = typeof value === 'number' && Math.abs(value) <= MOST_VALUE;
    this.#lay(isEventName(event) ? event : UNNAMED, 1, isValued ? 1 : 0, isValued ? value : 0);
  }

  /** Counts what was taken before once more. */
  add(events: readonly EventReport[]): void {
    for (const { event, count, valued, sum } of events) this.#lay(event, count, valued, sum);
  }

  /** What was tracked since the last time, and begins anew. */
  take(): EventReport[] {
    const taken = [...this.#events.values()];
    if (taken.length > 0) this.#events = new Map();
    return taken;
  }

  #lay(event: string, count: number, valued: number, sum: number): void {
    const found = this.#events.get(event) ?? this.#open(event);
    found.count += count;
    found.valued += valued;
    found.sum += sum;
  }

  /** There is always room for those without a name. */
  #open(event: string): EventReport {
    const names = this.#events.size - (this.#events.has(UNNAMED) ? 1 : 0);
    if (event !== UNNAMED && names >= MOST_EVENTS) return this.#events.get(UNNAMED) ?? this.#open(UNNAMED);
    const opened = { event, count: 0, valued: 0, sum: 0 };
    this.#events.set(event, opened);
    return opened;
  }
}
