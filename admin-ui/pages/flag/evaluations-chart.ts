import { html, LitElement, type PropertyValues, unsafeCSS } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type uPlot from 'uplot';
import uplotSheet from 'uplot/dist/uPlot.min.css?inline';
import { type ToldChange, tellActor } from '../../parts/change-words.ts';
import { Plotting } from '../../parts/plotting.ts';
import '../../parts/relative-time.ts';
import { showCount } from '../../parts/show-share.ts';
import { spellMarks } from '../../parts/spell-marks.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { chartSheet } from './evaluations-sheet.ts';

export interface Area {
  name: string;
  /** As a name of a colour: `var(--slice-1)`. */
  colour: string;
  tops: readonly number[];
}

const HEIGHT = 220;

/**
 * Areas on top of each other over time, and above them the changes that were made meanwhile. The table beside it says
 * the same to whoever does not see it.
 */
@customElement('t-evaluations-chart')
export class EvaluationsChart extends LitElement {
  static override styles = [base, unsafeCSS(uplotSheet), chartSheet];

  /** When each step begins, in seconds; the last one ends at `end`. */
  @property({ attribute: false }) times: readonly number[] = [];
  @property({ type: Number }) end = 0;
  /** The uppermost first. */
  @property({ attribute: false }) areas: readonly Area[] = [];
  @property({ attribute: false }) changes: readonly ToldChange[] = [];
  @property() project = '';
  @query('.plot') private plot!: HTMLElement;
  @state() private told: ToldChange | undefined;
  /** Where each change stands, in pixels; known once the chart is drawn. */
  @state() private places: ReadonlyMap<number, number> = new Map();
  readonly #plotting = new Plotting(this, {
    ...{ height: HEIGHT, property: 'areas', into: () => this.plot },
    options: (Plot, width) => this.#options(Plot, width),
    // Each step is as wide as it lasted, the last one too, so its height stands once more at its end.
    data: () => [[...this.times, this.end], ...this.areas.map(({ tops }) => [...tops, tops.at(-1) ?? 0])],
  });

  override updated(changed: PropertyValues): void {
    const placesOnly = changed.size > 0 && [...changed.keys()].every((name) => name === 'told' || name === 'places');
    if (!placesOnly) void this.#plotting.draw();
  }

  #options(Plot: typeof uPlot, width: number): uPlot.Options {
    const style = getComputedStyle(this);
    const read = (colour: string) => style.getPropertyValue(colour.replace(/^var\((.*)\)$/, '$1')).trim();
    const axis = { stroke: read('--quiet'), grid: { stroke: read('--line'), width: 1 }, ticks: { show: false } };
    const font = `12px ${read('--sans')}`;
    return {
      width,
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      // Half of the last label stands beyond the end of the line.
      padding: [8, 24, 0, 0],
      scales: { y: { range: (_chart, _low, high) => [0, high > 0 ? high * 1.05 : 1] } },
      axes: [
        { ...axis, font, grid: { show: false }, space: 70, values: (_chart, ticks) => tellTicks(ticks) },
        {
          ...axis,
          font,
          size: 52,
          values: (_chart, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? showCount(tick) : '')),
        },
      ],
      series: [{}, ...this.areas.map(({ name, colour }) => this.#series(Plot, name, read(colour)))],
      hooks: { draw: [() => this.#place()] },
    };
  }

  #series(Plot: typeof uPlot, label: string, colour: string): uPlot.Series {
    const { stepped } = Plot.paths;
    const points = { show: false };
    return {
      label,
      stroke: colour,
      fill: colour,
      width: 1,
      points,
      ...(stepped ? { paths: stepped({ align: 1 }) } : {}),
    };
  }

  #place(): void {
    const { chart } = this.#plotting;
    if (chart === undefined) return;
    const left = chart.bbox.left / devicePixelRatio;
    const places = new Map<number, number>();
    for (const { id, at } of this.changes) {
      const seconds = Date.parse(at) / 1_000;
      if (seconds >= (this.times[0] ?? 0) && seconds <= this.end) places.set(id, left + chart.valToPos(seconds, 'x'));
    }
    if (JSON.stringify([...places]) !== JSON.stringify([...this.places])) this.places = places;
  }

  override render() {
    const shown = this.changes.filter(({ id }) => this.places.has(id));
    return html`<div class="lane" role="group" aria-label="Changes of the flag in this time" ?hidden=${shown.length === 0}>
        ${shown.map((change) => this.#drawMarker(change))}
      </div>
      <p class="told small" ?hidden=${shown.length === 0}>
        ${
          this.told === undefined
            ? html`<span class="quiet">◆ ${shown.length === 1 ? 'One change' : `${shown.length} changes`} in this time</span>`
            : html`<t-ago .at=${this.told.at}></t-ago> · ${tellActor(this.told)} ·
                ${spellMarks(this.told.summary ?? this.told.action)}`
        }
      </p>
      <div class="plot" aria-hidden="true"></div>`;
  }

  #drawMarker(change: ToldChange) {
    const tell = () => {
      this.told = change;
    };
    const forget = () => {
      this.told = undefined;
    };
    return html`<a
      class="marker"
      style="left:${this.places.get(change.id) ?? 0}px"
      href=${writeRoute('change', { project: this.project, change: String(change.id) })}
      aria-label="${new Date(change.at).toLocaleString()}, ${tellActor(change)}: ${spellMarks(change.summary ?? change.action)}"
      @mouseenter=${tell}
      @focus=${tell}
      @mouseleave=${forget}
      @blur=${forget}
    ></a>`;
  }
}

/** The clock where ticks are of one day or two, else the date; and the date where a day begins. */
function tellTicks(ticks: readonly number[]): string[] {
  const day = (at: Date) => at.toLocaleDateString(undefined, { day: 'numeric', month: 'short' });
  const clock = (at: Date) =>
    at.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const step = (ticks[1] ?? 0) - (ticks[0] ?? 0);
  return ticks.map((tick) => {
    const at = new Date(tick * 1_000);
    const begins = at.getHours() === 0 && at.getMinutes() === 0;
    return step >= 86_400 || begins ? day(at) : clock(at);
  });
}
