import { byteColumn, isSampled, momentColumn, UnitColumn, UnitTable } from '@turnout/core';
import type { EntryEvidence, MetricDefinition, MetricEvidence, Moments } from './evidence.ts';
import { judgeWindows, RESTART_EVERY } from './judge-windows.ts';
import { MomentOrder } from './moment-order.ts';
import { CONTROL, FIRST_EVENT, MARK_ARM, MARK_TO, TO, TREATMENT, type UnitRecord } from './read-units.ts';
import { scatter } from './scatter.ts';
import type { ToldTimes } from './told-times.ts';
import { latestOf, type WaitingEvent, WaitingEvents } from './waiting-events.ts';

/** A metric as an entry measures it: with the windows that its absolute guards judge by, in ms. */
export type MeasuredMetric = Pick<MetricDefinition, 'key' | 'kind' | 'event' | 'denominator' | 'cap' | 'source'> & {
  windows: readonly number[];
};

type Hits = MetricEvidence['hits'];

/**
 * So much earlier than the exposure that another process reported an event may seem to be and count: reports do not travel
 * equally fast, and a service that is called right after an exposure must not lose what it tracks.
 */
export const SLACK_MS = 2_000;
const NEVER = Number.POSITIVE_INFINITY;
/** The number of exposures; events have those from 1 on. */
const EXPOSURES = 0;
/** So many units an entry has at most: twice of what a sample is made smaller for. */
const MOST_UNITS = 1_000_000;
/** And so many records are read of it: half a gigabyte. */
const MOST_RECORDS = 20_000_000;

/** The first events of units after their exposure, of one name; by the numbers of the units. */
class EventUnits {
  readonly index: number;
  /** In the unit's arm. */
  readonly armFirst = momentColumn();
  /** After it got `to`. */
  readonly toFirst = momentColumn();
  readonly valueAt = momentColumn();
  readonly value = new UnitColumn((length) => new Float64Array(length), Number.NaN);
  readonly hits: Hits = { treatment: 0, control: 0, to: 0 };
  readonly restarts: [number, number][] = [];

  constructor(index: number) {
    this.index = index;
  }
}

export interface EntryBounds {
  slackMs?: number;
  /** So many units and records are taken; what comes then is left out. */
  mostUnits?: number;
  mostRecords?: number;
  /** By what this process scatters units, known to nobody. */
  seed?: number;
  /** What was told of them before: then nothing is read but what is new to whoever tells it, and no event waits. */
  told?: ToldTimes;
}

/**
 * The units of one entry of one run, each counted once, whoever reported it, how often and in what order. An event counts
 * when it came after its unit's first exposure: in the same process that is known, between processes the times say so
 * within `SLACK_MS`.
 * Whoever is given the same records in the same order has the same restarts, too.
 */
export class EntryUnits {
  readonly #below: number;
  readonly #waiting: WaitingEvents | undefined;
  readonly #slackMs: number;
  readonly #mostUnits: number;
  readonly #mostRecords: number;
  #records = 0;
  readonly #seed: number;
  readonly #told: ToldTimes | undefined;
  readonly #table = new UnitTable();
  /** 1 and the index of the arm; 0 is none. */
  readonly #arm = byteColumn();
  readonly #armAt = momentColumn();
  readonly #toAt = momentColumn();
  readonly #byTo = new MomentOrder(this.#toAt);
  readonly #events = new Map<string, EventUnits>();
  readonly exposed: Hits = { treatment: 0, control: 0, to: 0 };

  constructor(below: number, { slackMs = SLACK_MS, seed = 0, told, ...bounds }: EntryBounds = {}) {
    this.#below = below;
    this.#waiting = told === undefined ? new WaitingEvents() : undefined;
    this.#slackMs = slackMs;
    this.#mostUnits = bounds.mostUnits ?? MOST_UNITS;
    this.#mostRecords = bounds.mostRecords ?? MOST_RECORDS;
    this.#seed = seed;
    this.#told = told;
  }

  /** How many units it holds; where no events wait, with those that only had events. */
  get size(): number {
    return this.#table.size;
  }

  /** Whether more came in than may be measured of one entry, so that something was left out or will be. */
  get isFull(): boolean {
    return this.#table.size >= this.#mostUnits || this.#records >= this.#mostRecords;
  }

  /** Takes a record; answers whether it said anything new. `event` is the name of what was tracked. */
  add(record: UnitRecord, event?: string): boolean {
    const { what, high, at } = record;
    if (!isSampled(high, this.#below) || this.#records >= this.#mostRecords) return false;
    this.#records += 1;
    const low = scatter(high, record.low, this.#seed);
    const known = this.#table.find(high, low);
    if (what < FIRST_EVENT) {
      if (known < 0 && this.#table.size >= this.#mostUnits) return false;
      return this.#expose(known < 0 ? this.#table.add(high, low) : known, what, at, [high, low]);
    }
    if (event === undefined) return false;
    const of = this.#eventOf(event);
    if (known < 0 && this.#waiting !== undefined) {
      // Of most of them no exposure ever comes: they take no place of a unit.
      this.#waiting.add(high, low, of.index, record, this.#slackMs);
      return true;
    }
    if (known < 0 && this.#table.size >= this.#mostUnits) return false;
    const unit = known < 0 ? this.#table.add(high, low) : known;
    const isNew = this.#take(of, unit, record);
    if (!this.#mayCount(unit, record)) return isNew;
    this.#waiting?.add(high, low, of.index, record, this.#slackMs);
    return isNew || this.#told?.waits(of.index, unit, at) !== false;
  }

  #expose(unit: number, what: number, at: number, [high, low]: [number, number]): boolean {
    const [armAt, toAt] = [this.#armAt.get(unit), this.#toAt.get(unit)];
    const isInArm = what !== TO && at < armAt;
    const isTo = what !== CONTROL && at < toAt;
    const byMs = Math.max(isInArm ? armAt - at : 0, isTo ? toAt - at : 0);
    if (!(isInArm || isTo) || this.#told?.moves(EXPOSURES, unit, byMs) === false) return false;
    if (isInArm) {
      // No unit of a run is in both arms; where somebody says so, the first word holds.
      if (this.#arm.get(unit) === 0) {
        this.#arm.set(unit, what + 1);
        this.exposed[what === TREATMENT ? 'treatment' : 'control'] += 1;
      }
      this.#armAt.set(unit, at);
    }
    if (isTo) {
      if (toAt === NEVER) this.exposed.to += 1;
      this.#toAt.set(unit, at);
      if (this.#waiting !== undefined) this.#byTo.note(unit);
    }
    for (const event of this.#events.values()) {
      this.#waiting?.settle(high, low, event.index, (one) => {
        this.#take(event, unit, one);
        return this.#mayCount(unit, one);
      });
    }
    return true;
  }

  #countsIn(unit: number, one: WaitingEvent): { isInArm: boolean; isTo: boolean } {
    const [armAt, toAt] = [this.#armAt.get(unit), this.#toAt.get(unit)];
    const latest = latestOf(one, this.#slackMs);
    return {
      isInArm: armAt !== NEVER && ((one.marks & MARK_ARM) !== 0 || latest >= armAt),
      isTo: toAt !== NEVER && ((one.marks & MARK_TO) !== 0 || latest >= toAt),
    };
  }

  /** Control never gets `to`, but for an audience; everybody else's exposures may still come in, or come in earlier. */
  #mayCount(unit: number, one: WaitingEvent): boolean {
    const { isInArm, isTo } = this.#countsIn(unit, one);
    return !isInArm || (!isTo && this.#arm.get(unit) !== CONTROL + 1);
  }

  #take(event: EventUnits, unit: number, one: WaitingEvent): boolean {
    const { isInArm, isTo } = this.#countsIn(unit, one);
    const earlier = (column: UnitColumn<Float64Array>, counts: boolean) => (counts ? column.get(unit) - one.at : 0);
    const arm = earlier(event.armFirst, isInArm);
    const to = earlier(event.toFirst, isTo);
    const valued = earlier(event.valueAt, isInArm && !Number.isNaN(one.value));
    const byMs = Math.max(arm, to, valued);
    if (byMs <= 0 || this.#told?.moves(event.index, unit, byMs) === false) return false;
    if (arm > 0) this.#hit(event, unit, one.at);
    if (to > 0) {
      if (event.toFirst.get(unit) === NEVER) event.hits.to += 1;
      event.toFirst.set(unit, one.at);
    }
    if (valued > 0) {
      event.valueAt.set(unit, one.at);
      event.value.set(unit, one.value);
    }
    return true;
  }

  #hit({ armFirst, hits, restarts }: EventUnits, unit: number, at: number): void {
    const isFirst = armFirst.get(unit) === NEVER;
    armFirst.set(unit, at);
    if (!isFirst) return;
    hits[this.#arm.get(unit) === TREATMENT + 1 ? 'treatment' : 'control'] += 1;
    if ((hits.treatment + hits.control) % RESTART_EVERY === 0) restarts.push([hits.treatment, hits.control]);
  }

  #eventOf(name: string): EventUnits {
    let found = this.#events.get(name);
    if (found === undefined) {
      found = new EventUnits(this.#events.size + 1);
      this.#events.set(name, found);
    }
    return found;
  }

  /** How many units of control had each event. */
  controlHits(): Map<string, number> {
    return new Map([...this.#events].map(([name, { hits }]) => [name, hits.control] as const));
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
    const found = this.#events.get(event) ?? new EventUnits(0);
    const values = kind === 'mean' ? { values: this.#valuesOf(found, cap) } : {};
    const below = denominator === undefined ? {} : { denominator: this.#hitsOf(denominator) };
    const columns = { since: this.#toAt, hitAt: found.toFirst };
    return {
      hits: { ...found.hits },
      restarts: found.restarts.map(([treatment, control]) => [treatment, control]),
      ...values,
      ...below,
      ...(windows.length > 0 ? { absolute: judgeWindows(this.#byTo.units(), columns, windows, now) } : {}),
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
}

function momentsOf(values: readonly number[]): Moments {
  const n = values.length;
  if (n === 0) return { n, mean: 0, variance: 0 };
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { n, mean, variance: n === 1 ? 0 : squares / (n - 1) };
}
