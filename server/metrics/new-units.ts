import type { MeasuredRun } from '@turnout/core';
import { EntryUnits, SLACK_MS } from './entry-units.ts';
import { readUnits } from './read-units.ts';
import { type ArrivedReport, type ReportPlace, sourceOf } from './report.ts';
import { type UnitRow, UnitRowWriter } from './unit-row.ts';

/** Gives the measured run of an environment by its id, as this node serves it now. */
export type FindRun = (environmentId: number, run: string) => MeasuredRun | undefined;

/** So many units of an entry are remembered; beyond, all are forgotten, and some are stored twice. */
const MOST_UNITS = 2_000_000;
/** Anybody can make up visitors of open contexts. More of them say no more, and are left out. */
const MOST_OPEN = 200_000;
/** And so many records for each of them, for whoever makes them up can tell of each as often as they like. */
const RECORDS_OF_OPEN = 8;
/** A page tells again and again what its visitor did, and of most visitors no exposure ever comes. */
const MOST_EARLY_OF_PAGES = 8;

/** Where nothing is new, it is noted so often that somebody reports. */
const NOTE_MS = 30_000;

interface Known {
  environmentId: number;
  run: string;
  entry: number;
  units: EntryUnits;
  /** How many records of it were stored. */
  stored: number;
  /** When it was stored last that somebody reports, by the database's time. */
  notedAt: number;
}

/**
 * Leaves out what a node has stored already. It remembers what it stored since it started, and only that: what it does
 * not know is stored once more, and counts once all the same.
 */
export class NewUnits {
  readonly #findRun: FindRun;
  readonly #slackMs: number;
  readonly #mostOpen: number;
  readonly #known = new Map<string, Known>();

  constructor(findRun: FindRun, slackMs = SLACK_MS, mostOpen = MOST_OPEN) {
    this.#findRun = findRun;
    this.#slackMs = slackMs;
    this.#mostOpen = mostOpen;
  }

  /**
   * What is to be stored of reports that arrived by `now`, the database's time: the records of entries that run, new to
   * this node; and now and then that there was a report without any. They count as stored from here on; where storing fails, `forget` takes that back.
   */
  rowsOf(arrived: readonly ArrivedReport[], now: Date): UnitRow[] {
    this.#leaveWhatIsOver();
    const writers = new Map<string, UnitRowWriter>();
    for (const { place, report, waitedMs } of arrived) {
      for (const run of report.runs ?? []) {
        const known = this.#knownOf(place, run.run, run.entry);
        if (known === undefined) continue;
        const { name, found, wants } = known;
        const writer = writers.get(name) ?? new UnitRowWriter({ ...known.place, arrivedAt: now });
        writers.set(name, writer);
        writer.dropped += run.dropped;
        const wanted = { ...run, events: run.events?.filter(({ event }) => wants(event)) };
        for (const record of readUnits(wanted, now.getTime() - waitedMs, writer.eventIndex)) {
          if (!found.units.add(record, writer.eventName(record.what))) continue;
          writer.write(record);
          found.stored += 1;
        }
      }
    }
    return [...writers].flatMap(([name, writer]) => {
      const known = this.#known.get(name);
      if (known === undefined || (writer.isEmpty && now.getTime() - known.notedAt < NOTE_MS)) return [];
      known.notedAt = now.getTime();
      return writer.rows();
    });
  }

  /** Nothing of these environments is known any more: it may not have been stored. */
  forget(environmentIds: ReadonlySet<number>): void {
    for (const [name, { environmentId }] of this.#known)
      if (environmentIds.has(environmentId)) this.#known.delete(name);
  }

  #knownOf(place: ReportPlace, run: string, entry: number) {
    const { environmentId } = place;
    const source = sourceOf(place);
    const current = this.#findRun(environmentId, run);
    if (current === undefined || current.entry !== entry) return undefined;
    const name = `${environmentId} ${entry} ${source} ${run}`;
    let found = this.#known.get(name);
    if (source === 'open' && found !== undefined && this.#isFull(found)) return undefined;
    if (found === undefined || found.units.size > MOST_UNITS) {
      found = {
        environmentId,
        run,
        entry,
        ...{ notedAt: 0, stored: 0 },
        units: new EntryUnits(current.sample.below, {
          ...{ waits: false, slackMs: this.#slackMs },
          ...(source === 'server' ? {} : { mostEarly: MOST_EARLY_OF_PAGES }),
        }),
      };
      this.#known.set(name, found);
    }
    // Names that no metric of the run has are nobody's: they would only fill memory.
    const wants = (event: string) => current.events?.includes(event) === true;
    return { name, found, wants, place: { environmentId, run, entry, source } };
  }

  #isFull({ units, stored }: Known): boolean {
    return units.size >= this.#mostOpen || stored >= RECORDS_OF_OPEN * this.#mostOpen;
  }

  #leaveWhatIsOver(): void {
    for (const [name, { environmentId, run, entry }] of this.#known) {
      if (this.#findRun(environmentId, run)?.entry !== entry) this.#known.delete(name);
    }
  }
}
