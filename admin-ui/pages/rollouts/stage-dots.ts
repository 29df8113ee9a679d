import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../styles/base.ts';

/** How far a rollout is in an environment: a bar for each stage, those behind it full. */
@customElement('t-stage-dots')
export class StageDots extends LitElement {
  static override styles = [
    base,
    css`
      .dots {
        display: flex;
        gap: 3px;
      }
      span {
        flex: 1 1 0;
        max-width: 3rem;
        height: 0.4rem;
        border-radius: 99px;
        background: var(--sunken);
        box-shadow: inset 0 0 0 1px var(--line);
      }
      .done {
        background: var(--on);
        box-shadow: none;
      }
      .current {
        background: linear-gradient(90deg, var(--on) 55%, var(--on-soft) 55%);
        box-shadow: inset 0 0 0 1px var(--on);
      }
      .current.stands {
        background: linear-gradient(90deg, var(--warn) 55%, var(--warn-soft) 55%);
        box-shadow: inset 0 0 0 1px var(--warn);
      }
      .over {
        background: var(--off);
        box-shadow: none;
      }
    `,
  ];

  @property({ type: Number }) stage = -1;
  @property({ type: Number }) stages = 0;
  /** `finished`: all are behind it. `over`: it ended here. */
  @property() look: 'runs' | 'stands' | 'finished' | 'over' = 'runs';

  override render() {
    return html`<div class="dots" aria-hidden="true">
      ${Array.from({ length: this.stages }, (_none, at) => html`<span class=${this.#classOf(at)}></span>`)}
    </div>`;
  }

  #classOf(at: number): string {
    if (this.look === 'finished') return 'done';
    if (this.look === 'over') return at <= this.stage ? 'over' : '';
    if (at < this.stage) return 'done';
    return at === this.stage ? `current ${this.look}` : '';
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-stage-dots': StageDots;
  }
}
