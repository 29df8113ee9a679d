import type { Row } from './fold-summary.ts';

/** Everything that a page and a text say of one run. */
export interface Report {
  at: string;
  commit: string;
  machine: string;
  k6: string;
  database: string;
  seconds: number;
  rows: Row[];
}

/** A figure with as many digits as it deserves. */
export function show(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value >= 100) return Math.round(value).toLocaleString('en-US');
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** The names in the order of the rows, each once. */
export function namesOf(rows: readonly Row[], field: 'scenario' | 'server'): string[] {
  return [...new Set(rows.map((row) => row[field]))];
}

/** The thresholds that were crossed, in words. */
export function listCrossed(rows: readonly Row[]): string[] {
  return rows.flatMap(({ scenario, server, thresholds }) =>
    thresholds.filter(({ isKept }) => !isKept).map(({ name }) => `${scenario}, ${server}: ${name}`),
  );
}

export const METHOD =
  'Each scenario has two parts: a steady rate, from which the latencies come, and as many calls as a few callers get ' +
  'answered, from which the rate comes. k6 runs on the same machine and takes most of it, so a rate says what was ' +
  'reached beside k6, not what the server can do; CPU a request is the server’s own.';
