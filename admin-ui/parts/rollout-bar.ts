import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../styles/base.ts';
import { showShare } from './show-share.ts';

export interface BarShare {
  variant: string;
  share: number;
  colour: string;
}

/** Who gets what, as one bar. */
@customElement('t-bar')
export class RolloutBar extends LitElement {
  static override styles = [
    base,
    css`
      .bar {
        display: flex;
        height: 0.5rem;
        border-radius: 99px;
        overflow: hidden;
        background: var(--sunken);
        gap: 1px;
      }
      span {
        min-width: 2px;
        transition: width var(--quick);
      }
    `,
  ];
  @property({ attribute: false }) shares: readonly BarShare[] = [];

  override render() {
    const words = this.shares.map(({ variant, share }) => `${variant} ${showShare(share)}`).join(', ');
    return html`<div class="bar" role="img" aria-label=${words} title=${words}>
      ${this.shares
        .filter(({ share }) => share > 0)
        .map(({ share, colour }) => html`<span style="width:${share * 100}%;background:${colour}"></span>`)}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-bar': RolloutBar;
  }
}
