import type { Db, Tx } from '../database/connect.ts';
import { EntryReading, type Told } from './entry-reading.ts';
import { EntryUnits, type MeasuredMetric } from './entry-units.ts';
import type { EntryEvidence, PageEvidence } from './evidence.ts';
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
  /** What goes on at this moment. */
  going: Promise<void> | undefined;
}

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
  #forgotAt = 0;

  constructor(db: Db | Tx) {
    this.#db = db;
  }

  /** Everything that came in until now. `now` says which windows are over. */
  async read(asked: AskedEntry, now: Date): Promise<EntryEvidence> {
    const held = this.#holdingOf(asked);
    held.going ??= held.reading.readOn(this.#db, asked).finally(() => {
      held.going = undefined;
    });
    await held.going;
    return measure(held.reading.told, asked, now);
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
      held = { reading: new EntryReading(below), askedAt, going: undefined };
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
function measure(told: ReadonlyMap<ReportSource, Told>, { run, entry, metrics }: AskedEntry, now: Date): EntryEvidence {
  const of = (source: MeasuredMetric['source']) => metrics.filter((metric) => metric.source === source);
  const apps = told.get('server');
  const source = told.has('signed') ? 'signed' : 'open';
  const pages = told.get(source);
  const { exposed, metrics: byApps, events = {} } = (apps?.units ?? nobody()).measure(of('server'), now);
  const measured = (pages?.units ?? nobody()).measure(of('client'), now);
  return {
    ...{ run, entry, newestAt: apps?.newestAt.toISOString() ?? null, exposed, events },
    metrics: { ...byApps, ...measured.metrics },
    ...(pages === undefined ? {} : { pages: tellPages(source, pages, measured.exposed) }),
    ...(apps !== undefined && apps.dropped > 0 ? { dropped: apps.dropped } : {}),
  };
}

const nobody = () => new EntryUnits(0);

function tellPages(
  source: PageEvidence['source'],
  { newestAt, dropped }: Told,
  exposed: EntryEvidence['exposed'],
): PageEvidence {
  return { source, newestAt: newestAt.toISOString(), exposed, ...(dropped > 0 ? { dropped } : {}) };
}
