import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../styles/base.ts';
import './copy-button.ts';

/** Lines to be taken along: what they do, the lines, and a button that copies them. */
@customElement('t-snippet')
export class CodeSnippet extends LitElement {
  static override styles = [
    base,
    css`
      figure {
        margin: 0;
        border: 1px solid var(--line);
        border-radius: var(--round);
        background: var(--sunken);
        min-width: 0;
      }
      figcaption {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 0.5rem;
        padding: 0.1rem 0.25rem 0.1rem 0.75rem;
        border-bottom: 1px solid var(--line);
        font-size: var(--small);
        color: var(--quiet);
      }
      pre {
        margin: 0;
        padding: 0.6rem 0.75rem;
        overflow-x: auto;
        font-size: var(--small);
        line-height: 1.55;
      }
    `,
  ];
  @property() caption = '';
  @property({ attribute: false }) text = '';

  override render() {
    return html`<figure>
      <figcaption>${this.caption}<t-copy .text=${this.text} .what=${this.caption}></t-copy></figcaption>
      <pre tabindex="0" role="group" aria-label=${this.caption}><code>${this.text}</code></pre>
    </figure>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-snippet': CodeSnippet;
  }
}
