import type { TakenRun } from './entry-fold.ts';
import { EventFold, type EventReport } from './event-fold.ts';
import { type FlagReport, REPORT_LIMITS, type ReportBatch, ReportFold, totalOf } from './fold.ts';
import { MOST_RECORDS, UnitFold } from './unit-fold.ts';
import type { RunReport } from './unit-records.ts';

/** The body of `POST /sdk/v1/reports`. Times are durations by the client's monotonic clock: its wall clock says nothing. */
export interface Report {
  /** 128 random bits in hex. The same batch, sent again, counts once. */
  batchId: string;
  /** Where the ruleset was by which the first of these evaluations were made; null while there was none. */
  position: string | null;
  /** How long before it is sent the last of them may have been made. */
  ageMs: number;
  /** Over how long they were counted. */
  durationMs: number;
  /** Asked for one by one. */
  flags: FlagReport[];
  /** Given together with all others, to a page or another process. Whether anybody looked at one, nobody knows. */
  bulk: FlagReport[];
  /** Evaluations that found no room by flag and variant. */
  overflow: number;
  /** Evaluations of earlier batches that no server took. */
  dropped: number;
  /** What was tracked by the way. Left out where that is nothing. */
  events?: EventReport[] | undefined;
  /** Units of measured runs. Left out where there are none. */
  runs?: RunReport[] | undefined;
}

export interface ReportQueueParts {
  /** A monotonic clock, in ms. */
  now(): number;
  /** 128 random bits in hex. */
  makeId(): string;
}

/** So many batches wait; when there would be more, the youngest two become one. */
export const MOST_WAITING = 4;
/** A server remembers a batch for 24 h. One that was sent once is not sent again later than this. */
const LAST_TRY_MS = 20 * 3_600_000;

/** What of each kind was counted in one stretch of time, by one ruleset. */
interface Counted {
  asked: ReportBatch | undefined;
  bulk: ReportBatch | undefined;
  events: EventReport[];
}

const NOTHING: Counted = { asked: undefined, bulk: undefined, events: [] };

function tellRun({ takenAt, records: _, ...run }: TakenRun, now: number): RunReport {
  return { ...run, ageMs: Math.max(0, Math.round(now - takenAt)) };
}

class Waiting {
  readonly id: string;
  readonly position: string | null;
  readonly begun: number;
  ended: number;
  firstTry: number | undefined;
  /** What earlier batches lost, told with this one. */
  dropped = 0;
  /** Units wait in their own fold for a batch that can take them, and are never folded into one that is there. */
  readonly runs: readonly TakenRun[];
  #counted: Counted;
  /** Made when a second batch is folded in: most never need them. */
  #folds: { asked: ReportFold; bulk: ReportFold; events: EventFold } | undefined;

  constructor(
    { id, position }: { id: string; position: string | null },
    [begun, ended]: [number, number],
    counted: Counted,
    runs: readonly TakenRun[],
  ) {
    this.id = id;
    this.position = position;
    this.begun = begun;
    this.ended = ended;
    this.#counted = counted;
    this.runs = runs;
  }

  fold(counted: Counted, ended: number): void {
    this.ended = ended;
    if (this.#folds === undefined) {
      this.#folds = { asked: new ReportFold(), bulk: new ReportFold(), events: new EventFold() };
      this.#lay(this.#counted);
    }
    this.#lay(counted);
  }

  #lay({ asked, bulk, events }: Counted): void {
    if (asked !== undefined) this.#folds?.asked.add(asked);
    if (bulk !== undefined) this.#folds?.bulk.add(bulk);
    this.#folds?.events.add(events);
  }

  counted(): Counted {
    if (this.#folds !== undefined) {
      const { asked, bulk, events } = this.#folds;
      this.#counted = { asked: asked.take(), bulk: bulk.take(), events: events.take() };
      this.#folds = undefined;
    }
    return this.#counted;
  }

  /** How many evaluations are lost when this is. */
  get total(): number {
    const { asked, bulk } = this.counted();
    return this.dropped + (asked === undefined ? 0 : totalOf(asked)) + (bulk === undefined ? 0 : totalOf(bulk));
  }
}

/**
 * Counts evaluations into batches and keeps those that no server has taken yet, in bounded memory. Nothing is lost for
 * want of room: batches that have not been sent are folded together. One that was sent stays as it is, for it may have
 * been stored.
 */
export class ReportQueue {
  /** Evaluations that were asked for one by one. */
  readonly asked = new ReportFold(REPORT_LIMITS);
  /** Evaluations of all flags together. */
  readonly bulk = new ReportFold(REPORT_LIMITS);
  /** What was tracked. */
  readonly events = new EventFold();
  /** Units of measured runs. */
  readonly units: UnitFold;
  readonly #parts: ReportQueueParts;
  readonly #waiting: Waiting[] = [];
  #position: string | null = null;
  #begun: number;
  #dropped = 0;

  constructor(parts: ReportQueueParts, position?: string) {
    this.#parts = parts;
    this.units = new UnitFold(() => parts.now());
    this.#position = position ?? null;
    this.#begun = parts.now();
  }

  /** How many batches wait to be sent. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Whether units wait that fill a batch, and none that was made waits before them. */
  get isBehind(): boolean {
    return this.#waiting.length === 0 && this.units.waiting >= MOST_RECORDS;
  }

  /** Ends a batch. The next one begins, by the ruleset at `position` where that is another one from now on. */
  cut(position?: string): void {
    const now = this.#parts.now();
    const counted = { asked: this.asked.take(), bulk: this.bulk.take(), events: this.events.take() };
    const { asked, bulk, events } = counted;
    const isEmpty = asked === undefined && bulk === undefined && events.length === 0;
    if (!isEmpty || this.units.waiting > 0) this.#keep(counted, isEmpty, now);
    while (this.units.waiting > 0 && this.#waiting.length < MOST_WAITING) this.#keep(NOTHING, true, now);
    this.#begun = now;
    if (position !== undefined) this.#position = position;
  }

  #keep(counted: Counted, isEmpty: boolean, now: number): void {
    const last = this.#waiting.at(-1);
    if (this.#waiting.length >= MOST_WAITING && last !== undefined && last.firstTry === undefined) {
      if (!isEmpty) last.fold(counted, now);
      return;
    }
    const name = { id: this.#parts.makeId(), position: this.#position };
    this.#waiting.push(new Waiting(name, [this.#begun, now], counted, this.units.take()));
  }

  /** The oldest batch, to be sent now; undefined where there is none. It stays until it is settled or dropped. */
  next(): Report | undefined {
    const now = this.#parts.now();
    let first = this.#waiting[0];
    while (first?.firstTry !== undefined && now - first.firstTry > LAST_TRY_MS) {
      this.drop(first.id);
      first = this.#waiting[0];
    }
    return first && this.#write(first, now);
  }

  #write(first: Waiting, now: number): Report {
    if (first.firstTry === undefined) {
      first.firstTry = now;
      first.dropped = this.#dropped;
      this.#dropped = 0;
    }
    const { asked, bulk, events } = first.counted();
    return {
      batchId: first.id,
      position: first.position,
      ageMs: Math.max(0, Math.round(now - first.ended)),
      durationMs: Math.max(0, Math.round(first.ended - first.begun)),
      flags: asked?.flags ?? [],
      bulk: bulk?.flags ?? [],
      overflow: (asked?.overflow ?? 0) + (bulk?.overflow ?? 0),
      dropped: first.dropped,
      ...(events.length > 0 ? { events } : {}),
      ...(first.runs.length > 0 ? { runs: first.runs.map((run) => tellRun(run, now)) } : {}),
    };
  }

  /** A server has stored it. */
  settle(batchId: string): void {
    const at = this.#waiting.findIndex(({ id }) => id === batchId);
    if (at >= 0) this.#waiting.splice(at, 1);
  }

  /** No server will ever take it. What it held is told as lost by the next one. */
  drop(batchId: string): void {
    const found = this.#waiting.find(({ id }) => id === batchId);
    if (found === undefined) return;
    this.#dropped += found.total;
    this.units.lose(found.runs);
    this.settle(batchId);
  }
}
