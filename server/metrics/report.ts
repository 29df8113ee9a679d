import type { Report } from '@turnout/core';

/** Whose evaluations a report tells of. */
export interface ReportPlace {
  projectId: number;
  environmentId: number;
}

/** A report that came in, and how long ago. */
export interface ArrivedReport {
  place: ReportPlace;
  report: Report;
  waitedMs: number;
}

/** What was reported and could not be shown by flag and variant. */
export interface Uncounted {
  /** The client had no room for them. */
  overflow: number;
  /** Of flags and variants that the project does not have. */
  unknown: number;
  /** No server took the batches that they were in. */
  dropped: number;
}
