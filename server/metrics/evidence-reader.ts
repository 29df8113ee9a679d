import type { Db, Tx } from '../database/connect.ts';
import { EntryReading, type Told } from './entry-reading.ts';
import { type EntryBounds, EntryUnits, type MeasuredMetric } from './entry-units.ts';
import type { EntryEvidence, PageEvidence } from './evidence.ts';
import { inTurns } from './in-turns.ts';
import type { ReportSource } from './report.ts';
import type { EntryPlace } from './unit-store.ts';

/** What is asked of an entry: by which sample, and for which metrics. */
export interface AskedEntry extends EntryPlace {
  /** The run's `sample.below` now: it applies to all that came in before, too. */
  below: number;
  metrics: readonly MeasuredMetric[];
}

interface Held {
  reading: EntryReading;
  askedAt: number;
  /** Who asks at the same time is answered one after the other: nothing comes in while it is measured. */
  answered: Promise<unknown>;
  /** Of whom it was said that more came in than may be measured. */
  saidFull: Set<ReportSource>;
}

/** Told once for an entry and teller of which more came in than may be measured. */
export type OnFull = (place: EntryPlace, source: ReportSource) => void;

/** An entry that nobody asked for so long is read anew when somebody does. */
const HELD_MS = 600_000;
/** So seldom all are looked through: each look of each rollout reads here. */
const FORGET_EVERY_MS = 60_000;

/**
 * Reads what was measured. It keeps the units of the entries that it was asked for and reads only what came in since; one
 * that starts anew reads all of it, in the same order, and finds the same.
 */
export class EvidenceReader {
  readonly #db: Db | Tx;
  readonly #held = new Map<string, Held>();
  readonly #bounds: EntryBounds;
  readonly #onFull: OnFull | undefined;
  #forgotAt = 0;

  constructor(db: Db | Tx, { onFull, ...bounds }: EntryBounds & { onFull?: OnFull } = {}) {
    this.#db = db;
    this.#bounds = bounds;
    this.#onFull = onFull;
  }

  /** Everything that came in until now. `now` says which windows are over. */
  async read(asked: AskedEntry, now: Date): Promise<EntryEvidence> {
    const held = this.#holdingOf(asked);
    const answer = held.answered.then(async () => {
      await held.reading.readOn(this.#db, asked);
      this.#sayFull(held, asked);
      return inTurns(measure(held.reading.told, asked, now));
    });
    held.answered = answer.catch(() => undefined);
    return answer;
  }

  #sayFull({ reading, saidFull }: Held, { environmentId, run, entry }: AskedEntry): void {
    for (const [source, { units }] of reading.told) {
      if (!units.isFull || saidFull.has(source)) continue;
      saidFull.add(source);
      this.#onFull?.({ environmentId, run, entry }, source);
    }
  }

  #holdingOf({ environmentId, run, entry, below }: AskedEntry): Held {
    const askedAt = performance.now();
    if (askedAt - this.#forgotAt > FORGET_EVERY_MS) {
      this.#forgotAt = askedAt;
      for (const [name, { askedAt: last }] of this.#held) if (askedAt - last > HELD_MS) this.#held.delete(name);
    }
    const name = `${environmentId} ${entry} ${run}`;
    let held = this.#held.get(name);
    // With a smaller sample everything is counted again: also the restarts are to be those of its units alone.
    if (held === undefined || held.reading.below !== below) {
      const reading = new EntryReading(below, undefined, this.#bounds);
      held = { reading, askedAt, answered: Promise.resolve(), saidFull: new Set() };
      this.#held.set(name, held);
    }
    held.askedAt = askedAt;
    return held;
  }
}

/**
 * Each metric by those who may tell of it: apps, or pages. What open contexts told is looked at only where no signed ones
 * came: nobody who makes up visitors waters down what is known of real ones.
 */
function* measure(
  told: ReadonlyMap<ReportSource, Told>,
  { run, entry, metrics }: AskedEntry,
  now: Date,
): Generator<void, EntryEvidence> {
  const of = (source: MeasuredMetric['source']) => metrics.filter((metric) => metric.source === source);
  const apps = told.get('server');
  const source = told.has('signed') ? 'signed' : 'open';
  const pages = told.get(source);
  const { exposed, metrics: byApps, events = {} } = yield* measureEach(apps?.units ?? nobody(), of('server'), now);
  const measured = yield* measureEach(pages?.units ?? nobody(), of('client'), now);
  return {
    ...{ run, entry, newestAt: apps?.newestAt.toISOString() ?? null, exposed, events },
    metrics: { ...byApps, ...measured.metrics },
    ...(pages === undefined ? {} : { pages: tellPages(source, pages, measured.exposed) }),
    ...(apps === undefined ? {} : tellLeftOut(apps)),
  };
}

const nobody = () => new EntryUnits(0);

/** One metric in a step: a policy may have a hundred, and an entry a million units. */
function* measureEach(
  units: EntryUnits,
  metrics: readonly MeasuredMetric[],
  now: Date,
): Generator<void, ReturnType<EntryUnits['measure']>> {
  const measured: EntryEvidence['metrics'] = {};
  for (const metric of metrics) {
    Object.assign(measured, units.measure([metric], now).metrics);
    yield;
  }
  return { ...units.measure([], now), metrics: measured };
}

function tellPages(source: PageEvidence['source'], told: Told, exposed: EntryEvidence['exposed']): PageEvidence {
  return { source, newestAt: told.newestAt.toISOString(), exposed, ...tellLeftOut(told) };
}

function tellLeftOut({ dropped, units }: Told): Pick<EntryEvidence, 'dropped' | 'full'> {
  return { ...(dropped > 0 ? { dropped } : {}), ...(units.isFull ? { full: true } : {}) };
}
