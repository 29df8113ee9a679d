import { byteColumn, isSampled, momentColumn, UnitColumn, UnitTable } from '@turnout/core';
import type { EntryEvidence, MetricDefinition, MetricEvidence, Moments } from './evidence.ts';
import { CONTROL, FIRST_EVENT, MARK_ARM, MARK_BEFORE, MARK_TO, TO, TREATMENT, type UnitRecord } from './read-units.ts';

/** A metric as an entry measures it: with the windows that its absolute guards judge by, in ms. */
export type MeasuredMetric = Pick<MetricDefinition, 'key' | 'kind' | 'event' | 'denominator' | 'cap' | 'source'> & {
  windows: readonly number[];
};

type Hits = MetricEvidence['hits'];

/** A restart of the e-process opens after so many units with the event. */
const RESTART_EVERY = 200;
/** Reports come every ten seconds or so: what happened at the end of a window has come in when it is judged. */
export const LATE_MS = 30_000;
/**
 * So much earlier than the exposure that another process reported an event may seem to be and count: reports do not travel
 * equally fast, and a service that is called right after an exposure must not lose what it tracks.
 */
export const SLACK_MS = 2_000;
const NEVER = Number.POSITIVE_INFINITY;

/** The first events of units after their exposure, of one name; by the numbers of the units. */
class EventUnits {
  /** In the unit's arm. */
  readonly armFirst = momentColumn();
  /** After it got `to`. */
  readonly toFirst = momentColumn();
  readonly valueAt = momentColumn();
  readonly value = new UnitColumn((length) => new Float64Array(length), Number.NaN);
  readonly hits: Hits = { treatment: 0, control: 0, to: 0 };
  readonly restarts: [number, number][] = [];
  /** Events that wait for an exposure before them, by unit. */
  readonly waiting = new Map<number, { at: number; marks: number; value: number }[]>();
  /** How often a unit was told of that may count yet. */
  readonly early = byteColumn();
}

/**
 * The units of one entry of one run, each counted once, whoever reported it, how often and in what order. An event counts
 * when it came after its unit's first exposure: in the same process that is known, between processes the times say so
 * within `SLACK_MS`.
 * Whoever is given the same records in the same order has the same restarts, too.
 */
export class EntryUnits {
  readonly #below: number;
  /** Whether events wait here for their exposures; not where nothing is read but what is new. */
  readonly #waits: boolean;
  readonly #slackMs: number;
  /** So often one event of a unit is news that was exposed nowhere yet; 255 at most, or without end. */
  readonly #mostEarly: number;
  readonly #table = new UnitTable();
  /** 1 and the index of the arm; 0 is none. */
  readonly #arm = byteColumn();
  readonly #armAt = momentColumn();
  readonly #toAt = momentColumn();
  readonly #events = new Map<string, EventUnits>();
  readonly exposed: Hits = { treatment: 0, control: 0, to: 0 };

  constructor(below: number, { waits = true, slackMs = SLACK_MS, mostEarly = NEVER } = {}) {
    this.#below = below;
    this.#mostEarly = mostEarly;
    this.#waits = waits;
    this.#slackMs = slackMs;
  }

  /** How many units it holds, with those that only had events. */
  get size(): number {
    return this.#table.size;
  }

  /** Takes a record; answers whether it said anything new. `event` is the name of what was tracked. */
  add(record: UnitRecord, event?: string): boolean {
    const { what, high, low, at } = record;
    if (!isSampled(high, this.#below)) return false;
    const unit = this.#table.add(high, low);
    if (what < FIRST_EVENT) return this.#expose(unit, what, at);
    return event !== undefined && this.#take(this.#eventOf(event), unit, record);
  }

  #expose(unit: number, what: number, at: number): boolean {
    let isNew = false;
    if (what !== TO && at < this.#armAt.get(unit)) {
      // No unit of a run is in both arms; where somebody says so, the first word holds.
      if (this.#arm.get(unit) === 0) {
        this.#arm.set(unit, what + 1);
        this.exposed[what === TREATMENT ? 'treatment' : 'control'] += 1;
      }
      this.#armAt.set(unit, at);
      isNew = true;
    }
    if (what !== CONTROL && at < this.#toAt.get(unit)) {
      if (this.#toAt.get(unit) === NEVER) this.exposed.to += 1;
      this.#toAt.set(unit, at);
      isNew = true;
    }
    if (isNew) for (const event of this.#events.values()) this.#settle(event, unit);
    return isNew;
  }

  #settle(event: EventUnits, unit: number): void {
    const waiting = event.waiting.get(unit);
    if (waiting === undefined) return;
    event.waiting.delete(unit);
    for (const one of waiting) this.#take(event, unit, one);
  }

  #take(event: EventUnits, unit: number, { at, marks, value }: Pick<UnitRecord, 'at' | 'marks' | 'value'>): boolean {
    const [armAt, toAt] = [this.#armAt.get(unit), this.#toAt.get(unit)];
    const latest = (marks & MARK_BEFORE) !== 0 ? at : at + this.#slackMs;
    const isInArm = armAt !== NEVER && ((marks & MARK_ARM) !== 0 || latest >= armAt);
    const isTo = toAt !== NEVER && ((marks & MARK_TO) !== 0 || latest >= toAt);
    const isNewInArm = isInArm && this.#hit(event, unit, at);
    const isNewTo = isTo && at < event.toFirst.get(unit);
    if (isNewTo) {
      if (event.toFirst.get(unit) === NEVER) event.hits.to += 1;
      event.toFirst.set(unit, at);
    }
    const isFirstValue = isInArm && !Number.isNaN(value) && at < event.valueAt.get(unit);
    if (isFirstValue) {
      event.valueAt.set(unit, at);
      event.value.set(unit, value);
    }
    // Control never gets `to`, but for an audience; everybody else's exposures may still come in, or come in earlier.
    const mayCount = !isInArm || (!isTo && this.#arm.get(unit) !== CONTROL + 1);
    if (mayCount && this.#waits) {
      const waiting = event.waiting.get(unit);
      if (waiting === undefined) event.waiting.set(unit, [{ at, marks, value }]);
      else waiting.push({ at, marks, value });
    }
    return isNewInArm || isNewTo || isFirstValue || (mayCount && this.#isNews(event, unit));
  }

  #isNews({ early }: EventUnits, unit: number): boolean {
    if (this.#mostEarly === NEVER) return true;
    const told = early.get(unit);
    if (told >= this.#mostEarly) return false;
    early.set(unit, told + 1);
    return true;
  }

  #hit(event: EventUnits, unit: number, at: number): boolean {
    const before = event.armFirst.get(unit);
    if (at >= before) return false;
    event.armFirst.set(unit, at);
    if (before !== NEVER) return true;
    const { hits, restarts } = event;
    hits[this.#arm.get(unit) === TREATMENT + 1 ? 'treatment' : 'control'] += 1;
    if ((hits.treatment + hits.control) % RESTART_EVERY === 0) restarts.push([hits.treatment, hits.control]);
    return true;
  }

  #eventOf(name: string): EventUnits {
    let found = this.#events.get(name);
    if (found === undefined) {
      found = new EventUnits();
      this.#events.set(name, found);
    }
    return found;
  }

  /** What is known of the metrics at this moment: only time makes a window over. */
  measure(metrics: readonly MeasuredMetric[], now: Date): Pick<EntryEvidence, 'exposed' | 'metrics' | 'events'> {
    const measured = metrics.map((metric) => [metric.key, this.#measureOne(metric, now.getTime())] as const);
    const events = [...this.#events].map(([name, { hits }]) => [name, hits.to] as const);
    return {
      exposed: { ...this.exposed },
      metrics: Object.fromEntries(measured),
      events: Object.fromEntries(events),
    };
  }

  #measureOne({ kind, event, denominator, cap, windows }: MeasuredMetric, now: number): MetricEvidence {
    const found = this.#events.get(event) ?? new EventUnits();
    const values = kind === 'mean' ? { values: this.#valuesOf(found, cap) } : {};
    const below = denominator === undefined ? {} : { denominator: this.#hitsOf(denominator) };
    const judged = windows.map((windowMs) => [String(windowMs), this.#judge(found, windowMs, now)] as const);
    return {
      hits: { ...found.hits },
      restarts: found.restarts.map(([treatment, control]) => [treatment, control]),
      ...values,
      ...below,
      ...(windows.length > 0 ? { absolute: Object.fromEntries(judged) } : {}),
    };
  }

  #hitsOf(event: string): Hits {
    return { ...(this.#events.get(event)?.hits ?? { treatment: 0, control: 0, to: 0 }) };
  }

  #valuesOf(event: EventUnits, cap: number | undefined): { treatment: Moments; control: Moments } {
    const values: [number[], number[]] = [[], []];
    for (let unit = 0; unit < this.#table.size; unit++) {
      const arm = this.#arm.get(unit);
      if (arm === 0 || event.valueAt.get(unit) === NEVER) continue;
      const value = event.value.get(unit);
      values[arm === TREATMENT + 1 ? 0 : 1].push(cap === undefined ? value : Math.min(cap, Math.max(-cap, value)));
    }
    return { treatment: momentsOf(values[0]), control: momentsOf(values[1]) };
  }

  /** Units that got `to` and whose window is over, in the order in which they got it. */
  #judge(event: EventUnits, windowMs: number, now: number): NonNullable<MetricEvidence['absolute']>[string] {
    const over = new Float64Array(this.exposed.to);
    let count = 0;
    for (let unit = 0; unit < this.#table.size; unit++) {
      const toAt = this.#toAt.get(unit);
      if (toAt + windowMs + LATE_MS > now) continue;
      // Moments are whole milliseconds: the half tells of a hit, and numbers alone are sorted fast.
      over[count++] = toAt + (event.toFirst.get(unit) - toAt <= windowMs ? 0.5 : 0);
    }
    const judged = { bad: 0, good: 0, restarts: [] as [number, number][] };
    for (const at of over.subarray(0, count).sort()) {
      if (at % 1 !== 0) judged.bad += 1;
      else judged.good += 1;
      if ((judged.bad + judged.good) % RESTART_EVERY === 0) judged.restarts.push([judged.bad, judged.good]);
    }
    return judged;
  }
}

function momentsOf(values: readonly number[]): Moments {
  const n = values.length;
  if (n === 0) return { n, mean: 0, variance: 0 };
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { n, mean, variance: n === 1 ? 0 : squares / (n - 1) };
}
