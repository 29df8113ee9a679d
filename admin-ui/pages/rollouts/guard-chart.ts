import type { RunAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, unsafeCSS } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type uPlot from 'uplot';
import uplotSheet from 'uplot/dist/uPlot.min.css?inline';
import { Plotting } from '../../parts/plotting.ts';
import { base } from '../../styles/base.ts';

type Point = RunAnswer['series'][string][number];

const HEIGHT = 120;

/** Where a guard stood over time, and the bound at which it fails. The sentence beside it says the same. */
@customElement('t-guard-chart')
export class GuardChart extends LitElement {
  static override styles = [
    base,
    unsafeCSS(uplotSheet),
    css`
      .plot {
        min-height: ${HEIGHT}px;
        min-width: 0;
        overflow: hidden;
      }
    `,
  ];

  /** Those with a value only. */
  @property({ attribute: false }) points: readonly Point[] = [];
  @query('.plot') private plot!: HTMLElement;
  readonly #plotting = new Plotting(this, {
    ...{ height: HEIGHT, property: 'points', into: () => this.plot },
    options: (_Plot, width) => this.#options(width),
    data: () => [
      this.points.map(({ at }) => Date.parse(at) / 1_000),
      this.points.map(({ value }) => value ?? null),
      this.points.map(({ bound }) => bound ?? null),
    ],
  });

  override updated(): void {
    void this.#plotting.draw();
  }

  #options(width: number): uPlot.Options {
    const style = getComputedStyle(this);
    const read = (name: string) => style.getPropertyValue(name).trim();
    const font = `11px ${read('--sans')}`;
    const axis = { stroke: read('--quiet'), ticks: { show: false }, font };
    const points = { show: this.points.length < 2 };
    return {
      width,
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      // Half of the last label stands beyond the end of the line.
      padding: [8, 24, 0, 0],
      scales: { y: { range: (_chart, low, high) => widen(low, high) } },
      axes: [
        { ...axis, grid: { show: false }, space: 60, size: 22, values: (_chart, ticks) => ticks.map(tellClock) },
        { ...axis, grid: { stroke: read('--line'), width: 1 }, size: 44, space: 28 },
      ],
      series: [
        {},
        { label: 'where it stands', stroke: read('--slice-1'), width: 2, points },
        { label: 'fails at', stroke: read('--warn'), width: 1.5, dash: [5, 4], points: { show: false } },
      ],
    };
  }

  override render() {
    return html`<div class="plot" aria-hidden="true"></div>`;
  }
}

/** Some room above and below, so that a bound at the edge is seen. */
function widen(low: number | null, high: number | null): [number, number] {
  const [from, to] = [Math.min(low ?? 0, 0), Math.max(high ?? 1, 0)];
  const room = (to - from || 1) * 0.08;
  return [from === 0 ? 0 : from - room, to + room];
}

function tellClock(seconds: number): string {
  return new Date(seconds * 1_000).toLocaleTimeString(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
}

declare global {
  interface HTMLElementTagNameMap {
    't-guard-chart': GuardChart;
  }
}
