import type { Row } from './fold-summary.ts';
import { namesOf, show } from './report.ts';

const WIDTH = 760;
const LABEL = 210;
const VALUE = 90;
const BAR = 18;
const GAP = 6;
const BETWEEN = 16;
const PLOT = WIDTH - LABEL - VALUE;

/** Text as it may stand between tags and in attributes. */
export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

interface Mark {
  row: Row;
  top: number;
  /** Which of the colours: the same server has the same in every chart. */
  colour: number;
}

/** Places the rows: one scenario below the other, and the servers of each together. */
function place(rows: readonly Row[]): { marks: Mark[]; height: number } {
  const servers = namesOf(rows, 'server');
  const marks: Mark[] = [];
  let top = 0;
  for (const scenario of namesOf(rows, 'scenario')) {
    for (const row of rows.filter((one) => one.scenario === scenario)) {
      marks.push({ row, top, colour: servers.indexOf(row.server) % 4 });
      top += BAR + GAP;
    }
    top += BETWEEN;
  }
  return { marks, height: Math.max(0, top - BETWEEN) };
}

function draw(title: string, rows: readonly Row[], mark: (one: Mark) => string): string {
  const { marks, height } = place(rows);
  const labels = marks.map(({ row, top }) => text(LABEL - 10, top, 'end', `${row.scenario} · ${row.server}`, 'label'));
  const label = escapeText(title);
  return [
    `<figure><figcaption>${label}</figcaption>`,
    `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${label}">`,
    ...labels,
    ...marks.map(mark),
    '</svg></figure>',
  ].join('\n');
}

function text(x: number, top: number, anchor: 'start' | 'end', words: string, kind: string): string {
  return `<text x="${x.toFixed(1)}" y="${top + BAR - 5}" text-anchor="${anchor}" class="${kind}">${escapeText(words)}</text>`;
}

/** How many answers a second, each scenario on a scale of its own: a snapshot and a flip have nothing in common. */
export function drawRates(rows: readonly Row[]): string {
  return draw('Answers a second, flat out (each scenario on its own scale)', rows, ({ row, top, colour }) => {
    const most = Math.max(...rows.filter(({ scenario }) => scenario === row.scenario).map((one) => one.perSecond));
    const width = most > 0 ? (row.perSecond / most) * PLOT : 0;
    const bar = `<rect x="${LABEL}" y="${top}" width="${width.toFixed(1)}" height="${BAR}" rx="3" class="c${colour}"/>`;
    return bar + text(LABEL + width + 8, top, 'start', `${show(row.perSecond)} /s`, 'value');
  });
}

/** Median to p95, with a tick at p99, on one logarithmic scale. */
export function drawLatencies(rows: readonly Row[]): string {
  const all = rows.flatMap(({ steady }) => [steady.median, steady.p95, steady.p99]).filter((ms) => ms > 0);
  const [least, most] = [Math.log10(Math.min(...all)), Math.log10(Math.max(...all))];
  const at = (ms: number) => {
    const share = most > least ? (Math.log10(Math.max(ms, 10 ** least)) - least) / (most - least) : 0;
    return LABEL + share * (PLOT - 60);
  };
  return draw('Milliseconds at a steady rate: median to p95, tick at p99 (log scale)', rows, ({ row, top, colour }) => {
    const { median, p95, p99 } = row.steady;
    const middle = top + BAR / 2;
    const width = Math.max(3, at(p95) - at(median));
    return [
      `<line x1="${at(median).toFixed(1)}" y1="${middle}" x2="${at(p99).toFixed(1)}" y2="${middle}" class="whisker"/>`,
      `<rect x="${at(median).toFixed(1)}" y="${top + 3}" width="${width.toFixed(1)}" height="${BAR - 6}" rx="3" class="c${colour}"/>`,
      `<line x1="${at(p99).toFixed(1)}" y1="${top + 2}" x2="${at(p99).toFixed(1)}" y2="${top + BAR - 2}" class="whisker"/>`,
      text(at(p99) + 8, top, 'start', `${show(median)} – ${show(p95)} · ${show(p99)} ms`, 'value'),
    ].join('');
  });
}
