import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../styles/base.ts';
import type { DraftVariant, Faults, FlagType } from './flag-draft.ts';

/** The variants of a new flag: names and values. Says `change` with all of them. */
@customElement('t-variants-field')
export class VariantsField extends LitElement {
  static override styles = [
    base,
    css`
      fieldset {
        margin: 0;
        padding: 0.6rem 0.75rem 0.75rem;
        display: grid;
        gap: 0.5rem;
        border: 1px solid var(--line);
        border-radius: var(--round);
      }
      legend {
        padding: 0 0.3rem;
        font-weight: 550;
      }
      .variant {
        display: grid;
        grid-template-columns: 7.5rem minmax(0, 1fr) auto;
        gap: 0.25rem 0.4rem;
        align-items: start;
      }
      .variant .fault {
        grid-column: 1 / -1;
      }
      .variant :is(input, textarea) {
        width: 100%;
      }
      textarea {
        resize: vertical;
      }
    `,
  ];

  @property() type: FlagType = 'string';
  @property({ attribute: false }) variants: readonly DraftVariant[] = [];
  @property({ attribute: false }) faults: Faults = {};
  /** What the server said of them. */
  @property() said = '';

  #say(variants: readonly DraftVariant[]): void {
    this.dispatchEvent(new CustomEvent('change', { detail: variants }));
  }

  #change(at: number, changed: Partial<DraftVariant>): void {
    this.#say(this.variants.map((variant, index) => (index === at ? { ...variant, ...changed } : variant)));
  }

  async #add(): Promise<void> {
    this.#say([...this.variants, { name: '', text: '' }]);
    await this.updateComplete;
    const names = this.renderRoot.querySelectorAll<HTMLInputElement>('.name');
    names[names.length - 1]?.focus();
  }

  override render() {
    const fault = this.faults['/variants'] ?? this.said;
    return html`<fieldset>
      <legend>Variants</legend>
      <p class="hint">The one called off is what users get while the flag is off; without it, the default in the code.</p>
      ${this.variants.map((variant, at) => this.#draw(variant, at))}
      ${fault === '' ? nothing : html`<span class="fault" role="alert">${fault}</span>`}
      <div><button type="button" @click=${this.#add}><wa-icon name="plus" aria-hidden="true"></wa-icon> Add variant</button></div>
    </fieldset>`;
  }

  #draw({ name, text }: DraftVariant, at: number) {
    const fault = this.faults[`/variants/${at}`] ?? '';
    const label = `Value of ${name === '' ? `variant ${at + 1}` : name}`;
    const typed = (event: Event) => this.#change(at, { text: (event.target as HTMLInputElement).value });
    return html`<div class="variant">
      <input
        class="name mono"
        aria-label="Name of variant ${at + 1}"
        placeholder="name"
        maxlength="128"
        autocomplete="off"
        spellcheck="false"
        aria-invalid=${fault !== ''}
        .value=${name}
        @input=${(event: Event) => this.#change(at, { name: (event.target as HTMLInputElement).value.trim() })}
      />
      ${
        this.type === 'object'
          ? html`<textarea class="mono" rows="2" aria-label=${label} spellcheck="false" aria-invalid=${fault !== ''} .value=${text} @input=${typed}></textarea>`
          : html`<input class="mono" aria-label=${label} autocomplete="off" spellcheck="false" aria-invalid=${fault !== ''} .value=${text} @input=${typed} />`
      }
      <button
        type="button"
        class="plain"
        aria-label="Remove ${name === '' ? `variant ${at + 1}` : name}"
        @click=${() => this.#say(this.variants.filter((_variant, index) => index !== at))}
      >
        <wa-icon name="cross" aria-hidden="true"></wa-icon>
      </button>
      ${fault === '' ? nothing : html`<span class="fault">${fault}</span>`}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-variants-field': VariantsField;
  }
}
