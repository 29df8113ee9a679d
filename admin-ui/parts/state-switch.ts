import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../styles/base.ts';

/**
 * On or off, with a word, for colour alone tells not everybody. It shows what is, never what was asked for: it says
 * `toggle`, and turns when the page is told that it has turned. What may not be done is still there, and says why.
 */
@customElement('t-switch')
export class StateSwitch extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: inline-block;
      }
      button {
        gap: 0.45rem;
        min-height: 1.75rem;
        padding: 0 0.35rem;
        border-color: transparent;
        background: transparent;
        font-weight: 550;
        font-size: var(--small);
        color: var(--quiet);
      }
      button[aria-checked='true'] {
        color: var(--on);
      }
      button[aria-disabled='true'] {
        background: transparent;
        opacity: 0.75;
      }
      .track {
        position: relative;
        width: 1.9rem;
        height: 1.1rem;
        border-radius: 99px;
        background: var(--off);
        transition: background var(--quick);
      }
      .track::after {
        content: '';
        position: absolute;
        top: 2px;
        left: 2px;
        width: calc(1.1rem - 4px);
        height: calc(1.1rem - 4px);
        border-radius: 50%;
        background: var(--surface);
        transition: translate var(--quick);
      }
      [aria-checked='true'] .track {
        background: var(--on);
      }
      [aria-checked='true'] .track::after {
        translate: 0.8rem 0;
      }
      .killed,
      .killed .track {
        color: var(--kill);
      }
      .killed .track {
        background: var(--kill);
      }
      .word {
        min-width: 2.6em;
        text-align: left;
      }
    `,
  ];
  @property() state: 'on' | 'off' = 'off';
  @property({ type: Boolean }) killed = false;
  @property({ type: Boolean }) busy = false;
  /** What it switches: `new-cart in production`. */
  @property() label = '';
  /** Why it may not be switched; empty where it may. */
  @property() why = '';

  override render() {
    const word = this.killed ? 'killed' : this.state;
    return html`<button
      role="switch"
      class=${this.killed ? 'killed' : ''}
      aria-checked=${this.state === 'on' && !this.killed}
      aria-label="${this.label}: ${word}${this.why === '' ? '' : `. ${this.why}`}"
      aria-disabled=${this.why !== '' || this.busy}
      title=${this.why}
      @click=${() => this.dispatchEvent(new CustomEvent('toggle', { detail: { blocked: this.why } }))}
    >
      <span class="track" aria-hidden="true"></span><span class="word" aria-hidden="true">${word}</span>
    </button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-switch': StateSwitch;
  }
}
