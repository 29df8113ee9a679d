import { listCrossed, METHOD, type Report, show } from './report.ts';

/** The report as Markdown. */
export function writeMarkdown(report: Report): string {
  const crossed = listCrossed(report.rows);
  const head = [
    'scenario',
    'server',
    'answers/s',
    'median ms',
    'p95 ms',
    'p99 ms',
    'p95 ms flat out',
    'failed',
    'CPU µs',
  ];
  const rows = report.rows.map((row) => [
    row.scenario,
    row.server,
    show(row.perSecond),
    show(row.steady.median),
    show(row.steady.p95),
    show(row.steady.p99),
    show(row.flatOutP95),
    `${row.failed} of ${row.requests}`,
    row.cpuMicros === undefined ? '' : show(row.cpuMicros),
  ]);
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const kept = report.rows.reduce((sum, { thresholds }) => sum + thresholds.length, 0) - crossed.length;
  return [
    '# Load test',
    '',
    `${report.at}, commit ${report.commit}, ${report.machine}, ${report.k6}, database: ${report.database}.`,
    `${report.seconds} s a part. ${METHOD}`,
    '',
    line(head),
    line(head.map((_, column) => (column < 2 ? '---' : '--:'))),
    ...rows.map(line),
    '',
    crossed.length === 0 ? `All ${kept} thresholds were kept.` : `${crossed.length} thresholds were crossed:`,
    ...(crossed.length === 0 ? [] : ['', ...crossed.map((name) => `- ${name}`)]),
    '',
  ].join('\n');
}
