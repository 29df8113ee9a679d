import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { base } from '../styles/base.ts';

const SAID_MS = 2_000;

/** Copies a text, and says that it did. Where the browser allows no copying, it says so, for nothing is worse than a guess. */
@customElement('t-copy')
export class CopyButton extends LitElement {
  static override styles = [base];
  @property({ attribute: false }) text = '';
  /** What is copied, in words. */
  @property() what = '';
  @property({ type: Boolean }) primary = false;
  @state() private said: 'copied' | 'refused' | undefined;
  #over: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#over);
  }

  override focus(): void {
    this.renderRoot.querySelector('button')?.focus();
  }

  async #copy(): Promise<void> {
    clearTimeout(this.#over);
    try {
      await navigator.clipboard.writeText(this.text);
      this.said = 'copied';
      this.#over = setTimeout(() => {
        this.said = undefined;
      }, SAID_MS);
    } catch {
      this.said = 'refused';
    }
  }

  override render() {
    const words = this.said === 'copied' ? 'Copied' : 'Copy';
    return html`<button
        type="button"
        class=${this.primary ? 'primary' : 'plain small'}
        @click=${() => void this.#copy()}
      >
        <wa-icon name=${this.said === 'copied' ? 'check' : 'copy'} aria-hidden="true"></wa-icon>${words}<span class="sr">
          ${this.what}</span>
      </button>
      <span role="status" class="fault">${
        this.said === 'refused' ? 'This browser does not let pages copy. Select it and copy it by hand.' : nothing
      }</span>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-copy': CopyButton;
  }
}
