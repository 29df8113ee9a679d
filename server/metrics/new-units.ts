import type { MeasuredRun, RunReport } from '@turnout/core';
import { EntryUnits, SLACK_MS } from './entry-units.ts';
import { readUnits, recordsOf } from './read-units.ts';
import { type ArrivedReport, type ReportPlace, type ReportSource, sourceOf } from './report.ts';
import { ToldTimes } from './told-times.ts';
import { type UnitRow, UnitRowWriter } from './unit-row.ts';

/** Gives the measured run of an environment by its id, as this node serves it now. */
export type FindRun = (environmentId: number, run: string) => MeasuredRun | undefined;

/** So many units of an entry are remembered; beyond, all are forgotten, and some are stored twice. */
const MOST_UNITS = 1_000_000;
/** So many records of an entry a node stores, half a gigabyte: more than anybody can be told to have seen. */
const MOST_STORED = 20_000_000;
/** Anybody can make up visitors of open contexts. More of them say no more, and are left out. */
const MOST_OPEN = 200_000;
/** And so many records for each of them, for whoever makes them up can tell of each as often as they like. */
const RECORDS_OF_OPEN = 8;
/** A page tells again and again what its visitor did, and of most visitors no exposure ever comes. */
const EARLY_OF_PAGES = { mostEarly: 8, earlyStepMs: Number.POSITIVE_INFINITY };

/** Where nothing is new, it is noted so often that somebody reports. */
const NOTE_MS = 30_000;

/** What is known here is bounded here. */
const ENDLESS = { mostUnits: Number.POSITIVE_INFINITY, mostRecords: Number.POSITIVE_INFINITY };
/** So many records are looked at in one turn. */
const RECORDS_A_TURN = 2_000;

interface Known {
  environmentId: number;
  run: string;
  entry: number;
  source: ReportSource;
  below: number;
  units: EntryUnits;
  /** How many records of it were stored. */
  stored: number;
  /** When it was stored last that somebody reports, by the database's time. */
  notedAt: number;
  wasFull: boolean;
}

export interface NewUnitsBounds {
  slackMs?: number;
  mostOpen?: number;
  mostStored?: number;
  /** By what this process scatters units, known to nobody. */
  seed?: number;
  /** Told of what is not stored, for more came in of an entry than may be measured; `isFirst` once for each. */
  onFull?: (
    known: Pick<Known, 'environmentId' | 'run' | 'entry' | 'source'>,
    records: number,
    isFirst: boolean,
  ) => void;
}

/**
 * Leaves out what a node has stored already. It remembers what it stored since it started, and only that: what it does
 * not know is stored once more, and counts once all the same.
 */
export class NewUnits {
  readonly #findRun: FindRun;
  readonly #bounds: NewUnitsBounds;
  readonly #mostOpen: number;
  readonly #known = new Map<string, Known>();

  constructor(findRun: FindRun, bounds: NewUnitsBounds = {}) {
    this.#findRun = findRun;
    this.#bounds = bounds;
    this.#mostOpen = bounds.mostOpen ?? MOST_OPEN;
  }

  /**
   * What is to be stored of reports that arrived by `now`, the database's time: the records of entries that run, new to
   * this node; and now and then that there was a report without any. They count as stored from here on; where storing
   * fails, `forget` takes that back. Each step is short, and what a step began nobody else touches.
   */
  *rowsOf(arrived: readonly ArrivedReport[], now: Date): Generator<void, UnitRow[]> {
    this.#leaveWhatIsOver();
    const writers = new Map<Known, UnitRowWriter>();
    for (const { place, report, waitedMs } of arrived) {
      for (const run of report.runs ?? []) {
        const known = this.#knownOf(place, run.run, run.entry);
        if (known === undefined) continue;
        if (this.#isFull(known)) {
          this.#leaveOut(known, recordsOf(run));
          continue;
        }
        const { environmentId, run: id, entry, source } = known;
        const writer =
          writers.get(known) ?? new UnitRowWriter({ environmentId, run: id, entry, source, arrivedAt: now });
        writers.set(known, writer);
        writer.dropped += run.dropped;
        const wanted = { ...run, events: run.events?.filter(({ event }) => this.#wants(known, event)) };
        yield* this.#write(known, writer, wanted, now.getTime() - waitedMs);
      }
    }
    return [...writers].flatMap(([known, writer]) => {
      if (writer.isEmpty && now.getTime() - known.notedAt < NOTE_MS) return [];
      known.notedAt = now.getTime();
      return writer.rows();
    });
  }

  *#write(known: Known, writer: UnitRowWriter, run: RunReport, at: number): Generator<void, void> {
    let count = 0;
    for (const record of readUnits(run, at, writer.eventIndex)) {
      if (++count % RECORDS_A_TURN === 0) yield;
      if (!known.units.add(record, writer.eventName(record.what))) continue;
      writer.write(record);
      known.stored += 1;
    }
  }

  /** Nothing of these environments is known any more: it may not have been stored. */
  forget(environmentIds: ReadonlySet<number>): void {
    for (const [name, { environmentId }] of this.#known)
      if (environmentIds.has(environmentId)) this.#known.delete(name);
  }

  #knownOf(place: ReportPlace, run: string, entry: number): Known | undefined {
    const { environmentId } = place;
    const source = sourceOf(place);
    const current = this.#findRun(environmentId, run);
    if (current === undefined || current.entry !== entry) return undefined;
    const { below } = current.sample;
    const name = `${environmentId} ${entry} ${below} ${source} ${run}`;
    const found = this.#known.get(name);
    if (found !== undefined && (found.units.size < MOST_UNITS || this.#isFull(found))) return found;
    const { slackMs = SLACK_MS, seed = 0 } = this.#bounds;
    const told = new ToldTimes(source === 'server' ? {} : EARLY_OF_PAGES);
    const made: Known = {
      ...{ environmentId, run, entry, source, below },
      ...{ notedAt: found?.notedAt ?? 0, stored: found?.stored ?? 0, wasFull: found?.wasFull ?? false },
      units: new EntryUnits(below, { slackMs, seed, told, ...ENDLESS }),
    };
    this.#known.set(name, made);
    return made;
  }

  /** Names that no metric of the run has are nobody's: they would only fill memory. */
  #wants({ environmentId, run }: Known, event: string): boolean {
    return this.#findRun(environmentId, run)?.events?.includes(event) === true;
  }

  #isFull({ source, units, stored }: Known): boolean {
    if (source !== 'open') return stored >= (this.#bounds.mostStored ?? MOST_STORED);
    return units.size >= this.#mostOpen || stored >= RECORDS_OF_OPEN * this.#mostOpen;
  }

  #leaveOut(known: Known, records: number): void {
    this.#bounds.onFull?.(known, records, !known.wasFull);
    known.wasFull = true;
  }

  #leaveWhatIsOver(): void {
    for (const [name, { environmentId, run, entry, below }] of this.#known) {
      const current = this.#findRun(environmentId, run);
      if (current?.entry !== entry || current.sample.below !== below) this.#known.delete(name);
    }
  }
}
