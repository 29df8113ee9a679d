import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../styles/base.ts';
import { agoWords } from './ago-words.ts';

/** When something was, seen from now; the moment itself is in its title. */
@customElement('t-ago')
export class RelativeTime extends LitElement {
  // As quiet as what it stands in.
  static override styles = [
    base,
    css`
      :host {
        color: inherit;
      }
    `,
  ];
  /** RFC 3339. */
  @property() at = '';
  #clock: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.style.display = 'inline';
    this.#clock = setInterval(() => this.requestUpdate(), 10_000);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#clock);
  }

  override render() {
    const at = new Date(this.at);
    if (Number.isNaN(at.getTime())) return html`–`;
    return html`<time datetime=${this.at} title=${at.toLocaleString()}>${agoWords(Date.now() - at.getTime())}</time>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-ago': RelativeTime;
  }
}
