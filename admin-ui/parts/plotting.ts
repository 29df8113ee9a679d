import type { LitElement, ReactiveController } from 'lit';
import type uPlot from 'uplot';
import { Following } from '../client/store.ts';
import { theme } from '../shell/theme.ts';

const dark = matchMedia('(prefers-color-scheme: dark)');

/** What is drawn, as the element is now. */
export interface Plotted {
  height: number;
  /** The property that is said to have changed when only the colours have. */
  property: string;
  into(): HTMLElement;
  options(Plot: typeof uPlot, width: number): uPlot.Options;
  data(): uPlot.AlignedData;
}

/**
 * A chart inside of an element: the library is fetched when the first one is drawn, the chart is as wide as its place, and
 * drawn anew in other colours.
 */
export class Plotting implements ReactiveController {
  chart: uPlot | undefined;
  readonly #host: LitElement;
  readonly #plotted: Plotted;
  #resize: ResizeObserver | undefined;
  #drawing = 0;
  readonly #recolour = () => this.#host.requestUpdate(this.#plotted.property);

  constructor(host: LitElement, plotted: Plotted) {
    this.#host = host;
    this.#plotted = plotted;
    new Following(host, theme);
    host.addController(this);
  }

  hostConnected(): void {
    dark.addEventListener('change', this.#recolour);
    if (this.#host.hasUpdated) this.#recolour();
  }

  hostDisconnected(): void {
    dark.removeEventListener('change', this.#recolour);
    this.#drawing++;
    this.#end();
  }

  /** Draws it anew; called when the element has been updated. */
  async draw(): Promise<void> {
    this.#drawing++;
    const mine = this.#drawing;
    const { default: Plot } = await import('uplot');
    if (mine !== this.#drawing || !this.#host.isConnected) return;
    this.#end();
    const { height, into, options, data } = this.#plotted;
    const place = into();
    this.chart = new Plot(options(Plot, Math.max(place.clientWidth, 1)), data(), place);
    this.#resize = new ResizeObserver(([entry]) => {
      const width = entry?.contentRect.width ?? 0;
      if (this.chart && width > 0 && width !== this.chart.width) this.chart.setSize({ width, height });
    });
    this.#resize.observe(place);
  }

  #end(): void {
    this.#resize?.disconnect();
    this.chart?.destroy();
    this.chart = undefined;
  }
}
