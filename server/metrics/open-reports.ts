import { randomInt } from 'node:crypto';
import type { Db } from '../database/connect.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import { repeat } from '../platform/repeat.ts';
import { CurrentRuns, type CurrentRunsParts } from './current-runs.ts';
import { EvidenceReader } from './evidence-reader.ts';
import { NewUnits, type NewUnitsBounds } from './new-units.ts';
import { OfrepCounts, type OfrepCountsParts } from './ofrep-counts.ts';
import { SWEEPS, type Sweep } from './old-reports-store.ts';
import { makeRecentRates, type RecentRates } from './recent-rates.ts';
import type { ArrivedReport, ReportSource } from './report.ts';
import { storeReports } from './report-store.ts';
import { type ReportCounts, ReportWriter } from './report-writer.ts';
import type { EntryPlace } from './unit-store.ts';

export interface ReportsParts {
  db: Db;
  clock: Clock;
  metrics: Metrics;
  flags: OfrepCountsParts['flags'] & CurrentRunsParts;
  log: Pick<Logger, 'error'>;
}

/** What takes reports in, and this node's own. */
export interface Reports {
  writer: ReportWriter;
  /** Of what pages report: however many come, no app waits behind them. */
  pagesWriter: ReportWriter;
  ofrep: OfrepCounts;
  /** What was measured, for whoever decides by it. */
  evidence: EvidenceReader;
  /** How often metrics' events were lately. */
  recentRates: RecentRates;
  /** Begins what goes on by itself; answers how to stop it. */
  follow(): () => void;
}

export const SWEEP_EVERY_MS = 600_000;
/**
 * A sweep takes so many rows at once, so often: more than this node stores in the meantime, or they would grow for ever.
 * What is left is there for the next one, of any node.
 */
const SWEPT_AT_ONCE = 2_000;
const MOST_PIECES = 500;
/** Of pages there are many more than of apps, and what each tells is little. */
const PAGES_TOGETHER = 1_000;

export function openReports({ db, clock, metrics, flags, log }: ReportsParts): Reports {
  const leftOut = metrics.counter(
    'measured_records_left_out_total',
    'Records of units that were not stored: more came in of an entry of a run than may be measured.',
  );
  const sayFull = (place: EntryPlace, source: ReportSource) => {
    const { environmentId: environment, run, entry } = place;
    log.error(
      { environment, run, entry, source },
      'more units come in of a run than may be measured; the rest is left out',
    );
  };
  const onFull: Required<NewUnitsBounds>['onFull'] = (known, records, isFirst) => {
    leftOut(records);
    if (isFirst) sayFull(known, known.source);
  };
  const store = storeWithUnits(db, new CurrentRuns(flags), onFull);
  const counts = countReports(metrics);
  const writer = new ReportWriter({ store, clock, counts });
  const pagesWriter = new ReportWriter({ store, clock, counts, mostTogether: PAGES_TOGETHER });
  const onError = (error: unknown) => log.error({ error }, 'what was evaluated here could not be counted');
  const ofrep = new OfrepCounts({ writer, clock, flags, onError });
  return {
    ...{ writer, pagesWriter, ofrep },
    evidence: new EvidenceReader(db, { onFull: sayFull }),
    recentRates: makeRecentRates(clock),
    follow: () => {
      const stops = [ofrep.follow(), repeat(SWEEP_EVERY_MS, () => void sweep(db))];
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}

/** Stores reports with the units of the runs that this node serves. */
function storeWithUnits(db: Db, runs: CurrentRuns, onFull: Required<NewUnitsBounds>['onFull']) {
  // Whoever reports is not to know where a unit stands in the tables of this process.
  const units = new NewUnits(runs.find, { seed: randomInt(2 ** 32), onFull });
  return async (arrived: readonly ArrivedReport[]): Promise<number> => {
    // Before the transaction: the embedded database has one connection.
    await runs.learn(arrived);
    try {
      return await storeReports(db, arrived, units);
    } catch (error) {
      units.forget(new Set(arrived.map(({ place }) => place.environmentId)));
      throw error;
    }
  };
}

/** What fails, for the database is away, is done the next time. */
export async function sweep(db: Db, sweeps: readonly Sweep[] = SWEEPS): Promise<void> {
  try {
    for (const one of sweeps) {
      for (let pieces = 0; pieces < MOST_PIECES && (await one(db, SWEPT_AT_ONCE)); pieces++);
    }
  } catch {}
}

function countReports(metrics: Metrics): ReportCounts {
  const count = metrics.counterBy<keyof ReportCounts>(
    'reports_total',
    'Reports of evaluations: stored, repeated (stored before), or failed (sent away to come again).',
    'outcome',
  );
  return {
    stored: (by) => count('stored', by),
    repeated: (by) => count('repeated', by),
    failed: (by) => count('failed', by),
  };
}
