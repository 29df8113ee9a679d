import { expect, test } from 'vitest';
import { foldSummary, type Row } from './fold-summary.ts';
import type { Report } from './report.ts';
import { writeMarkdown } from './write-markdown.ts';
import { writePage } from './write-page.ts';

/** What k6 leaves of 4 s steady and 4 s flat out, in the parts that matter. */
function summaryOf(changes: { p95Kept?: boolean; flatOut?: number } = {}) {
  const { p95Kept = true, flatOut = 20_000 } = changes;
  return {
    metrics: {
      http_reqs: { values: { count: 22_000, rate: 2_400 } },
      http_req_failed: { values: { rate: 0.0005 }, thresholds: { 'rate<0.001': { ok: true } } },
      'http_req_duration{scenario:steady}': {
        values: { min: 0.2, med: 0.6, 'p(95)': 1.5, 'p(99)': 4, max: 9 },
        thresholds: { 'p(95)<25': { ok: p95Kept } },
      },
      'http_req_duration{scenario:flatOut}': {
        values: { min: 0.2, med: 1.6, 'p(95)': 5, 'p(99)': 8, max: 30 },
        thresholds: { 'p(95)>=0': { ok: true } },
      },
      'http_reqs{scenario:flatOut}': { values: { count: flatOut }, thresholds: { 'count>=0': { ok: true } } },
    },
  };
}

const fold = (server: string, changes?: Parameters<typeof summaryOf>[0], cpuMs?: number): Row =>
  foldSummary(
    { scenario: 'evaluate', server, seconds: 4, ...(cpuMs === undefined ? {} : { cpuMs }) },
    summaryOf(changes),
  );

const reportOf = (rows: Row[]): Report => ({
  at: '2030-01-01T00:00:00.000Z',
  commit: 'abc',
  machine: 'a machine',
  k6: 'k6 v1.8.1',
  database: 'embedded',
  seconds: 4,
  rows,
});

test('The rate is of the part that goes flat out, the latencies of the steady one', () => {
  expect(fold('ours', {}, 4_400)).toEqual({
    scenario: 'evaluate',
    server: 'ours',
    perSecond: 5_000,
    steady: { median: 0.6, p95: 1.5, p99: 4 },
    flatOutP95: 5,
    requests: 22_000,
    failed: 11,
    cpuMicros: 200,
    thresholds: [
      { name: 'http_req_failed rate<0.001', isKept: true },
      { name: 'http_req_duration{scenario:steady} p(95)<25', isKept: true },
    ],
  });
});

test('What is no summary of a scenario is an error and never a line of zeros', () => {
  const run = { scenario: 'evaluate', server: 'ours', seconds: 4 };
  expect(() => foldSummary(run, null)).toThrow('no summary');
  expect(() => foldSummary(run, { metrics: {} })).toThrow('http_reqs');
});

test('Both servers stand in one table, and a threshold that was crossed is named', () => {
  const rows = [fold('ours'), fold('another | one', { p95Kept: false, flatOut: 400 })];
  const markdown = writeMarkdown(reportOf(rows));
  expect(markdown).toContain('| evaluate | ours | 5,000 |');
  expect(markdown).toContain('another \\| one | 100 |');
  expect(markdown).toContain('- evaluate, another | one: http_req_duration{scenario:steady} p(95)<25');
  expect(writeMarkdown(reportOf([rows[0] as Row]))).toContain('All 2 thresholds were kept.');
});

test('The page draws every line, asks nothing of the network and takes no markup from a name', () => {
  const page = writePage(reportOf([fold('ours'), fold('<img src=x>', { flatOut: 400 })]));
  expect(page.match(/<rect /g)).toHaveLength(4);
  expect(page).toContain('&lt;img src=x&gt;');
  expect(page).not.toMatch(/<img|<script|<link|https?:\/\/|url\(/);
  expect(page).toContain('prefers-color-scheme: dark');
  expect(page).not.toMatch(/NaN|Infinity|undefined/);
});

test('A page of answers that all took the same time has a chart all the same', () => {
  const row = { ...fold('ours'), steady: { median: 1, p95: 1, p99: 1 } };
  expect(writePage(reportOf([row]))).not.toMatch(/NaN|Infinity/);
});
