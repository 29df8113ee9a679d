import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Here } from '../../client/here.ts';
import { base } from '../../styles/base.ts';
import { backToKnownGood } from './roll-back-flow.ts';

/** The one action for when it is not known what is wrong: one press shows what would change, a second with a reason does it. */
@customElement('t-known-good-button')
export class KnownGoodButton extends LitElement {
  static override styles = [
    base,
    css`
      button {
        border-color: var(--warn);
        background: var(--warn-soft);
        color: var(--warn);
        text-align: left;
      }
      button:hover:not([aria-disabled='true']) {
        border-color: var(--ink);
      }
      button[aria-disabled='true'] {
        border-color: var(--line);
      }
    `,
  ];

  @property({ attribute: false }) here!: Here;

  override render() {
    const { project, environment } = this.here;
    const { safe } = environment.may;
    return html`<button
        aria-disabled=${!safe.yes}
        title=${safe.yes ? 'Shows first what would change' : (safe.why ?? '')}
        @click=${() => safe.yes && void backToKnownGood({ project, environment })}
      >
        <wa-icon name="history" aria-hidden="true"></wa-icon>${environment.name} back to the last known good
      </button>
      ${safe.yes ? nothing : html`<span class="sr">${safe.why}</span>`}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-known-good-button': KnownGoodButton;
  }
}
