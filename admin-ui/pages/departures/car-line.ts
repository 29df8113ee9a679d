import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../styles/base.ts';

/** More than these are told in words only. */
const MOST = 12;

/** The train itself: a wagon for each car, full where it is ready, and an outline for each that there is room for. */
@customElement('t-car-line')
export class CarLine extends LitElement {
  static override styles = [
    base,
    css`
      .line {
        display: flex;
        align-items: center;
        gap: 2px;
        height: 1rem;
        color: var(--quiet);
      }
      wa-icon {
        margin-right: 2px;
      }
      span {
        width: 0.7rem;
        height: 0.55rem;
        border-radius: 2px;
        border: 1px solid var(--line);
      }
      .car {
        border-color: var(--warn);
        background: var(--warn-soft);
      }
      .ready {
        border-color: var(--on);
        background: var(--on);
      }
    `,
  ];

  @property({ type: Number }) aboard = 0;
  @property({ type: Number }) ready = 0;
  /** Null: as many as come. */
  @property({ attribute: false }) most: number | null = null;

  override render() {
    const places = Math.min(MOST, Math.max(this.aboard, this.most ?? 0));
    const classOf = (at: number) => (at < this.ready ? 'car ready' : at < this.aboard ? 'car' : '');
    return html`<div class="line" aria-hidden="true">
      <wa-icon name="train"></wa-icon>${Array.from({ length: places }, (_none, at) => html`<span class=${classOf(at)}></span>`)}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-car-line': CarLine;
  }
}
