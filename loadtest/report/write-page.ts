import { drawLatencies, drawRates, escapeText } from './draw-charts.ts';
import { listCrossed, METHOD, namesOf, type Report, show } from './report.ts';

const STYLE = `
:root { color-scheme: light dark; --ground: #fff; --ink: #1a1d24; --faint: #5b6270; --line: #dfe3ea;
  --c0: #2f6fde; --c1: #8a5ad1; --c2: #c2571a; --c3: #1a8a72; --bad: #b3261e; --good: #1b7a3d; }
@media (prefers-color-scheme: dark) { :root { --ground: #14161b; --ink: #e8eaf0; --faint: #9aa2b1; --line: #2c313b;
  --c0: #6fa1ff; --c1: #b794f6; --c2: #f0924f; --c3: #4fc7aa; --bad: #ff8a80; --good: #6fd394; } }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1.25rem 4rem; background: var(--ground); color: var(--ink);
  font: 16px/1.55 system-ui, sans-serif; }
h1 { margin: 0 0 .25rem; font-size: 1.6rem; } p { max-width: 46rem; } .faint { color: var(--faint); }
figure { margin: 2rem 0; } figcaption { font-weight: 600; margin-bottom: .75rem; }
svg { width: 100%; height: auto; font: 12px system-ui, sans-serif; } .label { fill: var(--faint); } .value { fill: var(--ink); }
.c0 { fill: var(--c0); background: var(--c0); } .c1 { fill: var(--c1); background: var(--c1); }
.c2 { fill: var(--c2); background: var(--c2); } .c3 { fill: var(--c3); background: var(--c3); }
.whisker { stroke: var(--faint); stroke-width: 1.5; }
.key { display: inline-block; width: .75rem; height: .75rem; border-radius: 3px; margin: 0 .35rem 0 1rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .9rem; }
th, td { padding: .4rem .6rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th:nth-child(-n+2), td:nth-child(-n+2) { text-align: left; } .bad { color: var(--bad); } .good { color: var(--good); }
`;

/** The report as a page that needs nothing but itself: no script, no request, light and dark. */
export function writePage(report: Report): string {
  const { rows } = report;
  const crossed = listCrossed(rows);
  const facts = `${report.at} · commit ${report.commit} · ${report.machine} · ${report.k6} · ${report.database}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Turnout load test</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Load test</h1>
<p class="faint">${escapeText(facts)}</p>
<p>${escapeText(METHOD)} ${report.seconds} s a part.</p>
${writeVerdict(crossed)}
<p aria-hidden="true">${namesOf(rows, 'server').map(writeKey).join('')}</p>
${drawRates(rows)}
${drawLatencies(rows)}
<div class="wide">${writeTable(report)}</div>
</body>
</html>
`;
}

const writeKey = (server: string, index: number) => `<span class="key c${index % 4}"></span>${escapeText(server)}`;

function writeVerdict(crossed: readonly string[]): string {
  if (crossed.length === 0) return '<p class="good">All thresholds were kept.</p>';
  const items = crossed.map((name) => `<li>${escapeText(name)}</li>`).join('');
  return `<div class="bad"><p>Thresholds that were crossed:</p><ul>${items}</ul></div>`;
}

function writeTable({ rows }: Report): string {
  const head = ['scenario', 'server', 'answers/s', 'median', 'p95', 'p99', 'p95 flat out', 'failed', 'CPU'];
  const cells = rows.map((row) => [
    row.scenario,
    row.server,
    show(row.perSecond),
    ...[row.steady.median, row.steady.p95, row.steady.p99, row.flatOutP95].map((ms) => `${show(ms)} ms`),
    `${row.failed} of ${row.requests}`,
    row.cpuMicros === undefined ? '' : `${show(row.cpuMicros)} µs`,
  ]);
  const line = (tag: 'th' | 'td') => (texts: string[]) =>
    `<tr>${texts.map((text) => `<${tag}>${escapeText(text)}</${tag}>`).join('')}</tr>`;
  return `<table><thead>${line('th')(head)}</thead><tbody>${cells.map(line('td')).join('\n')}</tbody></table>`;
}
