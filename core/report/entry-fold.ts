import { attributeReader, type ReadAttribute, unitOf } from '../evaluate/attribute.ts';
import type { Context, Evaluation } from '../model/evaluation.ts';
import type { MeasuredRun } from '../model/ruleset.ts';
import { type Arms, armsOf } from './arm.ts';
import { isSampled, UnitHash } from './unit-hash.ts';
import { AFTER_ARM, AFTER_TO, BEFORE, PendingRecords, type RunReport } from './unit-records.ts';
import { byteColumn, type UnitColumn, UnitTable } from './unit-table.ts';

/** So many units are known by their names for a while: what is asked again costs no hash. */
const MOST_RECENT = 5_000;

const TREATMENT = 0;
const CONTROL = 1;
const TO = 2;
const FIRST_EVENT = 3;

/** What of a unit is known here: exposed in an arm, or to `to`. */
const IN_ARM = 1;
const GOT_TO = 2;
/** What of a unit's event was sent: after an arm, after `to`, and with a value after an arm. */
const VALUED = 4;

/** What was taken to be sent: the age is told when it is. */
export type TakenRun = Omit<RunReport, 'ageMs'> & { takenAt: number; records: number };

/** The units of one entry, as far as this process has seen them. */
export class EntryFold {
  readonly #read: ReadAttribute;
  readonly #arms: Arms;
  readonly #hash: UnitHash;
  readonly #now: () => number;
  readonly #most: number;
  readonly #pending: PendingRecords;
  #table = new UnitTable();
  #exposed = byteColumn();
  /** By index of the event: what was sent of it, by unit. */
  #sent: UnitColumn<Uint8Array>[] = [];
  readonly #events: string[] = [];
  /** Events that wait of units that were not exposed here, by the number of the unit. */
  #early = new Map<number, number[]>();
  /** Whom the same answer was given to lately: there is nothing to tell, and nothing to hash. */
  #recent = new Map<string, Evaluation>();
  /** Whether its flag was asked for since the last batch: where all units are known, that alone says that somebody looks. */
  #isAsked = false;
  run: MeasuredRun;

  constructor(run: MeasuredRun, most: number, now: () => number) {
    this.run = run;
    this.#read = attributeReader(run.by);
    this.#arms = armsOf(run);
    this.#hash = new UnitHash(run.sample.salt);
    this.#now = now;
    this.#most = most;
    this.#pending = new PendingRecords(most);
  }

  get waiting(): number {
    return this.#pending.length + this.#pending.dropped;
  }

  get isToTell(): boolean {
    return this.#isAsked || this.waiting > 0;
  }

  expose(found: Evaluation, context: Context): void {
    this.#isAsked = true;
    const unit = unitOf(this.#read(context));
    if (unit === undefined) return;
    if (this.#recent.get(unit) === found) return;
    const arm = this.#arms.of(found, unit);
    if (arm !== undefined) this.#note(unit, arm === 'treatment' ? TREATMENT : arm === 'control' ? CONTROL : TO);
    if (this.#recent.size >= MOST_RECENT) this.#recent.clear();
    this.#recent.set(unit, found);
  }

  #note(unit: string, arm: number): void {
    const high = this.#hash.high(unit);
    if (!isSampled(high, this.run.sample.below)) return;
    const low = this.#hash.low(unit);
    const seen = arm === TREATMENT ? IN_ARM + GOT_TO : arm === CONTROL ? IN_ARM : GOT_TO;
    const number = this.#numberOf(high, low);
    const before = this.#exposed.get(number);
    if ((before | seen) === before) return;
    if (this.#pending.push(arm, high, low, this.#now())) this.#exposed.set(number, before | seen);
    if (before !== 0 || this.#early.size === 0) return;
    for (const record of this.#early.get(number) ?? []) this.#pending.mark(record, BEFORE);
    this.#early.delete(number);
  }

  /** What is known is only there to send nothing twice: when it is too much, it is forgotten, and some is sent again. */
  #numberOf(high: number, low: number): number {
    const found = this.#table.find(high, low);
    if (found >= 0) return found;
    if (this.#table.size >= this.#most) this.forget();
    return this.#table.add(high, low);
  }

  forget(): void {
    this.#table = new UnitTable();
    this.#exposed = byteColumn();
    this.#sent = [];
    this.#early = new Map();
    this.#recent.clear();
  }

  track(event: string, value: number, context: Context): void {
    const unit = unitOf(this.#read(context));
    if (unit === undefined) return;
    const high = this.#hash.high(unit);
    if (!isSampled(high, this.run.sample.below)) return;
    const low = this.#hash.low(unit);
    const number = this.#table.find(high, low);
    const seen = number < 0 ? 0 : this.#exposed.get(number);
    if (seen === 0 && !this.#arms.mayExpose(unit)) return;
    const index = this.#indexOf(event);
    const sent = this.#sentOf(index);
    const sending = seen | ((seen & IN_ARM) !== 0 && !Number.isNaN(value) ? VALUED : 0);
    // The first after an exposure is all that counts. Without one here, another process may know of one, so all are sent.
    const before = number < 0 ? 0 : sent.get(number);
    if (seen !== 0 && (before | sending) === before) return;
    if (seen === 0) this.#noteEarly(high, low);
    const marks = ((seen & IN_ARM) !== 0 ? AFTER_ARM : 0) + ((seen & GOT_TO) !== 0 ? AFTER_TO : 0);
    const hasRoom = this.#pending.push(FIRST_EVENT + index, high, low, this.#now(), marks, value);
    if (hasRoom && number >= 0) sent.set(number, before | sending);
  }

  /** So that an exposure that follows in this process can say so: here the order is known. */
  #noteEarly(high: number, low: number): void {
    const number = this.#numberOf(high, low);
    const records = this.#early.get(number);
    if (records === undefined) this.#early.set(number, [this.#pending.next]);
    else records.push(this.#pending.next);
  }

  #indexOf(event: string): number {
    const found = this.#events.indexOf(event);
    return found >= 0 ? found : this.#events.push(event) - 1;
  }

  #sentOf(index: number): UnitColumn<Uint8Array> {
    let column = this.#sent[index];
    if (column === undefined) {
      column = byteColumn();
      this.#sent[index] = column;
    }
    return column;
  }

  take(most: number, now: number): TakenRun {
    const records = Math.min(most, this.#pending.length);
    const { arms, events } = this.#pending.take(records, now);
    this.#early = new Map();
    const [treatment, control, to] = arms;
    const { dropped } = this.#pending;
    this.#pending.dropped = 0;
    this.#isAsked = false;
    return {
      ...{ run: this.run.id, entry: this.run.entry, takenAt: now, records, dropped },
      ...(treatment === undefined ? {} : { treatment }),
      ...(control === undefined ? {} : { control }),
      ...(to === undefined ? {} : { to }),
      ...(events.size === 0
        ? {}
        : { events: [...events].map(([index, tracked]) => ({ event: this.#events[index]!, ...tracked })) }),
    };
  }

  /** Records that were taken reached no server, and never will: their units are sent anew when they come again. */
  lose(records: number): void {
    this.#pending.dropped += records;
    this.forget();
  }
}
