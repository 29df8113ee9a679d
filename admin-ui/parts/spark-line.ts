import { css, html, LitElement, nothing, svg } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../styles/base.ts';

const WIDTH = 96;
const HEIGHT = 22;

/** A day in 24 bars, without axes: whether anybody asks, and whether that changed. */
@customElement('t-spark')
export class SparkLine extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: inline-block;
        line-height: 0;
      }
      svg {
        display: block;
      }
      rect {
        fill: var(--slice-1);
      }
      rect.now {
        opacity: 0.55;
      }
    `,
  ];
  /** One count for each step, the present one last. */
  @property({ attribute: false }) counts: readonly number[] = [];
  /** What a reader who does not see it is told. */
  @property() label = '';

  override render() {
    const most = Math.max(...this.counts, 0);
    if (most === 0) return nothing;
    const width = WIDTH / this.counts.length;
    return html`<svg width=${WIDTH} height=${HEIGHT} viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${this.label}>
      ${this.counts.map((count, at) => {
        const height = count === 0 ? 0 : Math.max(1.5, (count / most) * (HEIGHT - 1));
        const last = at === this.counts.length - 1 ? 'now' : '';
        return svg`<rect class=${last} x=${at * width} y=${HEIGHT - height} width=${width - 1} height=${height} rx="1"></rect>`;
      })}
    </svg>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-spark': SparkLine;
  }
}
