import type { FlagAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { tell } from '../../shell/notices.ts';
import { base } from '../../styles/base.ts';

/** What flag this is: its key to take along, and what its people have said of it. */
@customElement('t-flag-header')
export class FlagHeader extends LitElement {
  static override styles = [
    base,
    css`
      header {
        display: grid;
        gap: 0.35rem;
      }
      .title {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem 0.5rem;
      }
      h1 {
        font-family: var(--mono);
        font-variant-ligatures: none;
        overflow-wrap: anywhere;
      }
      .about {
        max-width: 60rem;
        white-space: pre-line;
        overflow-wrap: anywhere;
      }
      .facts {
        display: flex;
        flex-wrap: wrap;
        gap: 0.35rem;
      }
      button {
        min-height: 1.75rem;
        padding: 0 0.4rem;
        color: var(--quiet);
      }
    `,
  ];

  @property() key = '';
  /** Undefined until it is read; the key is known before. */
  @property({ attribute: false }) flag: FlagAnswer | undefined;

  async #copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.key);
      tell(`${this.key} is in the clipboard.`);
    } catch {
      tell('This browser gives no clipboard here: it does so on https and on this machine only.', { tone: 'warn' });
    }
  }

  override render() {
    const { flag } = this;
    return html`<header>
      <div class="title">
        <h1>${this.key}</h1>
        <button class="plain" aria-label="Copy the key" title="Copy the key" @click=${() => void this.#copy()}>
          <wa-icon name="copy" aria-hidden="true"></wa-icon>
        </button>
        ${flag?.archived ? html`<span class="tag warn">archived</span>` : nothing}
      </div>
      ${flag === undefined ? nothing : this.#drawFacts(flag)}
    </header>`;
  }

  #drawFacts({ name, description, kind, type, owner, tags, clientVisible }: FlagAnswer) {
    return html`${name === '' ? nothing : html`<p><strong>${name}</strong></p>`}
      ${description === '' ? nothing : html`<p class="about quiet">${description}</p>`}
      <div class="facts">
        <span class="tag">${kind}</span>
        <span class="tag">${type}</span>
        ${owner === '' ? html`<span class="tag warn">no owner</span>` : html`<span class="tag">owner: ${owner}</span>`}
        ${clientVisible ? html`<span class="tag" title="Browsers are given its value">seen by browsers</span>` : nothing}
        ${tags.map((tag) => html`<span class="tag"><wa-icon name="tag" aria-hidden="true"></wa-icon>${tag}</span>`)}
      </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-flag-header': FlagHeader;
  }
}
