import { html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../styles/base.ts';
import { countDown } from './tell-departure.ts';

const TICK_MS = 1_000;

/**
 * What is left until a moment, counted each second by the server's clock. Nothing around it is drawn again by that; it
 * tells `due` once when the moment comes.
 */
@customElement('t-count-down')
export class CountDown extends LitElement {
  static override styles = [base];
  /** RFC 3339. */
  @property() at = '';
  /** How far the server's clock is ahead of this machine's. */
  @property({ type: Number }) skew = 0;
  #clock: ReturnType<typeof setInterval> | undefined;
  #told = '';

  override connectedCallback(): void {
    super.connectedCallback();
    this.style.cssText = 'display:inline;color:inherit;font-variant-numeric:tabular-nums';
    this.#clock = setInterval(() => this.requestUpdate(), TICK_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#clock);
  }

  get #left(): number {
    return Date.parse(this.at) - Date.now() - this.skew;
  }

  override updated(): void {
    if (this.#left > 0 || this.#told === this.at) return;
    this.#told = this.at;
    this.dispatchEvent(new CustomEvent('due', { bubbles: true, composed: true }));
  }

  // A clock that is read out each second is no help: it stands in the page as any text, and no region announces it.
  override render() {
    const at = new Date(this.at);
    if (Number.isNaN(at.getTime())) return html`–`;
    return html`<time datetime=${this.at} title=${at.toLocaleString()}>${countDown(this.#left)}</time>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-count-down': CountDown;
  }
}
