import type { Report } from '@turnout/core';

/**
 * Who tells: an app with a server key, or a node of what it evaluated itself; or a page, whose key anybody can read. Of
 * `signed` contexts a provider vouches for whom they are about, and of `open` ones nobody does.
 */
export const SOURCES = ['server', 'signed', 'open'] as const;
export type ReportSource = (typeof SOURCES)[number];

/** Whose evaluations a report tells of. */
export interface ReportPlace {
  projectId: number;
  environmentId: number;
  /** Only of pages. */
  source?: Exclude<ReportSource, 'server'>;
}

export function sourceOf({ source }: ReportPlace): ReportSource {
  return source ?? 'server';
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
