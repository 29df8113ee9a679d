import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { leaveFree } from '../../shell/notices.ts';
import { base } from '../../styles/base.ts';

/** What is typed and not stored: how much, what keeps it from being stored, and the way to do so or to let it be. */
@customElement('t-save-bar')
export class SaveBar extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        position: sticky;
        bottom: 0.75rem;
        z-index: 5;
      }
      .bar {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem 0.75rem;
        padding: 0.6rem 0.75rem 0.6rem 1rem;
        border: 1px solid var(--line-strong);
        border-radius: 8px;
        background: var(--raised);
        box-shadow: var(--shade);
      }
      .why {
        flex: 1 1 14rem;
        min-width: 0;
      }
      @media (max-width: 720px) {
        :host {
          bottom: 3.75rem;
        }
        button {
          flex: 1;
        }
      }
    `,
  ];

  @property({ type: Number }) count = 0;
  /** What is not stored, where that is no number of changes. */
  @property() what = '';
  /** Why it cannot be stored as it is; empty where it can. */
  @property() why = '';

  override updated(): void {
    leaveFree(this.offsetHeight);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    leaveFree(0);
  }

  override render() {
    if (this.count === 0) return nothing;
    const changes = this.count === 1 ? 'change' : 'changes';
    const many = this.what === '' ? `${this.count} ${changes} not stored` : this.what;
    return html`<div class="bar" role="region" aria-label="Not stored yet">
      <span class="why"
        ><strong>${many}.</strong> <span class=${this.why === '' ? 'quiet' : 'fault'} id="why"
          >${this.why === '' ? 'Kept in this tab until you store or discard them.' : this.why}</span
        ></span
      >
      <button class="plain" @click=${() => this.dispatchEvent(new CustomEvent('discard'))}>Discard</button>
      <button
        class="primary"
        aria-disabled=${this.why !== ''}
        aria-describedby="why"
        title=${this.why}
        @click=${() => this.why === '' && this.dispatchEvent(new CustomEvent('review'))}
      >
        Review and save …
      </button>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-save-bar': SaveBar;
  }
}
