import { byteColumn, momentColumn, UnitColumn, UnitTable } from '@turnout/core';
import { MARK_BEFORE, type UnitRecord } from './read-units.ts';
import { scatterEvent } from './scatter.ts';

/** What is kept of an event that may count once an exposure comes. */
export type WaitingEvent = Pick<UnitRecord, 'at' | 'marks' | 'value'>;

/** So many events of a unit wait of one name and one kind; of more, those that are last. */
const MOST_OF_ONE = 8;
/** So many wait in one half: when it is full, the other half is forgotten, which is the older one. */
const MOST_IN_HALF = 250_000;
const NONE = -1;

/**
 * Events of an entry that wait for an exposure before them, in bounded memory and at bounded cost: of each unit and name
 * the last few, and of all the newest. An exposure counts events that are not before it, so as long as the last one is
 * kept, whether the unit had the event after its exposure is found out exactly, whenever that exposure was. What may get
 * lost is which of more than eight was the first: the event then seems to be later, by no more than the word of the
 * exposure was late.
 */
export class WaitingEvents {
  readonly #mostInHalf: number;
  #newer = new Half();
  #older = new Half();

  constructor(mostInHalf = MOST_IN_HALF) {
    this.#mostInHalf = mostInHalf;
  }

  /** The low half of the unit's hash comes scattered; `event` is the number of the name, `slackMs` as in `latestOf`. */
  add(high: number, low: number, event: number, waiting: WaitingEvent, slackMs: number): void {
    if (this.#newer.size >= this.#mostInHalf) {
      this.#older = this.#newer;
      this.#newer = new Half();
    }
    this.#newer.add(high, scatterEvent(low, event), waiting, slackMs);
  }

  /** Shows all that wait of a unit and event; those for which `stays` is false wait no longer. */
  settle(high: number, low: number, event: number, stays: (waiting: WaitingEvent) => boolean): void {
    const place = scatterEvent(low, event);
    this.#older.settle(high, place, stays);
    this.#newer.settle(high, place, stays);
  }
}

/** The latest exposure that the event still counts after. */
export const latestOf = ({ at, marks }: Pick<WaitingEvent, 'at' | 'marks'>, slackMs: number): number =>
  (marks & MARK_BEFORE) !== 0 ? at : at + slackMs;

/** Lists of events by unit and name, in columns: a hundred thousand objects would keep the garbage collector busy. */
class Half {
  size = 0;
  readonly #table = new UnitTable();
  readonly #first = new UnitColumn((length) => new Float64Array(length), NONE);
  readonly #next = new UnitColumn((length) => new Float64Array(length), NONE);
  readonly #at = momentColumn();
  readonly #value = new UnitColumn((length) => new Float64Array(length), Number.NaN);
  readonly #marks = byteColumn();

  add(high: number, place: number, waiting: WaitingEvent, slackMs: number): void {
    const list = this.#table.add(high, place);
    const isValued = !Number.isNaN(waiting.value);
    let [same, least, leastAt] = [0, NONE, Number.POSITIVE_INFINITY];
    for (let one = this.#first.get(list); one !== NONE; one = this.#next.get(one)) {
      // Events of one kind need the same of an exposure; the first with a value is looked for by itself.
      if (this.#marks.get(one) !== waiting.marks || Number.isNaN(this.#value.get(one)) === isValued) continue;
      // What two nodes stored is one event.
      if (this.#at.get(one) === waiting.at && !(this.#value.get(one) !== waiting.value && isValued)) return;
      same += 1;
      const latest = latestOf(this.#read(one), slackMs);
      if (latest < leastAt) [least, leastAt] = [one, latest];
    }
    if (same < MOST_OF_ONE) {
      this.#next.set(this.size, this.#first.get(list));
      this.#first.set(list, this.size);
      this.#write(this.size, waiting);
      this.size += 1;
    } else if (leastAt < latestOf(waiting, slackMs)) this.#write(least, waiting);
  }

  settle(high: number, place: number, stays: (waiting: WaitingEvent) => boolean): void {
    if (this.size === 0) return;
    const list = this.#table.find(high, place);
    if (list < 0) return;
    let before = NONE;
    for (let one = this.#first.get(list); one !== NONE; one = this.#next.get(one)) {
      if (stays(this.#read(one))) before = one;
      else if (before === NONE) this.#first.set(list, this.#next.get(one));
      else this.#next.set(before, this.#next.get(one));
    }
  }

  #read(one: number): WaitingEvent {
    return { at: this.#at.get(one), marks: this.#marks.get(one), value: this.#value.get(one) };
  }

  #write(one: number, { at, marks, value }: WaitingEvent): void {
    this.#at.set(one, at);
    this.#marks.set(one, marks);
    this.#value.set(one, value);
  }
}
