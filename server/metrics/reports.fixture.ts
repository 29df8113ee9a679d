import { randomBytes } from 'node:crypto';
import type { FlagReport, Report } from '@turnout/core';
import type { ArrivedReport, ReportPlace } from './report.ts';

/** A report of its own name, of ten seconds that end now. */
export function reportOf(flags: Partial<FlagReport>[], change: Partial<Report> = {}): Report {
  return {
    batchId: randomBytes(16).toString('hex'),
    position: 'e.1',
    ageMs: 0,
    durationMs: 0,
    flags: flags.map((flag) => ({ flag: 'f', variants: {}, coded: 0, codedDefaults: [], ...flag })),
    bulk: [],
    overflow: 0,
    dropped: 0,
    ...change,
  };
}

export function arrived(place: ReportPlace, report: Report, waitedMs = 0): ArrivedReport {
  return { place, report, waitedMs };
}

/** Work that is done in turns, here in one: nobody waits. */
export function atOnce<T>(work: Iterator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

/** What a page sends of the visitor user-1, of ten seconds that end now. */
export function clientReportOf(key: string | undefined, change: object = {}): object {
  return {
    ...{ key, batchId: randomBytes(16).toString('hex'), position: 'e.1', ageMs: 0, durationMs: 10_000 },
    ...{ context: { targetingKey: 'user-1' }, flags: [], events: [], ...change },
  };
}
