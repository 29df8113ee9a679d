import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { base } from '../../styles/base.ts';
import { addTexts } from './add-texts.ts';

const MOST_OFFERED = 200;

/** Some texts, one beside the other: typed, pasted or chosen, and each taken out again by itself. */
@customElement('t-text-list')
export class TextList extends LitElement {
  static override styles = [
    base,
    css`
      .texts {
        display: flex;
        flex-wrap: wrap;
        gap: 0.3rem;
      }
      .text {
        display: inline-flex;
        align-items: center;
        max-width: 100%;
        padding-left: 0.5rem;
        border-radius: var(--round);
        background: var(--sunken);
        font-family: var(--mono);
        font-size: var(--small);
        overflow-wrap: anywhere;
        unicode-bidi: isolate;
      }
      .text button {
        min-height: 1.6rem;
        padding: 0 0.4rem;
      }
      .row {
        flex-wrap: nowrap;
        gap: 0.5rem;
      }
      input {
        flex: 1;
        min-width: 0;
      }
    `,
  ];

  @property() label = '';
  @property() hint = '';
  @property() placeholder = '';
  @property() fault: string | undefined;
  /** What it begins with. What is in it afterwards is its own, whatever is drawn around it. */
  @property({ attribute: false }) begin: readonly string[] = [];
  @property({ attribute: false }) offered: readonly string[] = [];
  @state() private texts: readonly string[] = [];
  @state() private typed = '';
  @query('input') private input!: HTMLInputElement;

  override willUpdate(): void {
    if (!this.hasUpdated) this.texts = this.begin;
  }

  /** What is in it, and what was typed and not added yet: nobody means to lose that. */
  take(): string[] {
    this.#set(addTexts(this.texts, this.typed));
    return [...this.texts];
  }

  #set(texts: string[]): void {
    this.texts = texts;
    this.typed = '';
  }

  #add(): void {
    this.#set(addTexts(this.texts, this.typed));
    this.input.focus();
  }

  #press(event: KeyboardEvent): void {
    if (event.key === 'Enter' || (event.key === ',' && this.typed.trim() !== '')) {
      // An empty field leaves Enter to the form.
      if (this.typed.trim() === '') return;
      event.preventDefault();
      this.#add();
    } else if (event.key === 'Backspace' && this.typed === '') this.#set(this.texts.slice(0, -1));
  }

  #drop(text: string): void {
    this.texts = this.texts.filter((one) => one !== text);
    this.input.focus();
  }

  override render() {
    const { label, hint, fault } = this;
    return html`<div class="field">
      <label for="typed">${label} ${hint === '' ? nothing : html`<span class="hint">${hint}</span>`}</label>
      ${this.texts.length === 0 ? nothing : this.#drawTexts()}
      <div class="row">
        <input
          id="typed"
          list="offered"
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
          maxlength="300"
          placeholder=${this.placeholder}
          aria-invalid=${fault !== undefined}
          aria-describedby="fault"
          .value=${this.typed}
          @input=${(event: Event) => {
            this.typed = (event.target as HTMLInputElement).value;
          }}
          @keydown=${this.#press}
        />
        <datalist id="offered">
          ${this.offered.slice(0, MOST_OFFERED).map((text) => html`<option value=${text}></option>`)}
        </datalist>
        <button type="button" aria-disabled=${this.typed.trim() === ''} @click=${this.#add}>Add</button>
      </div>
      <span class="fault" id="fault">${fault ?? nothing}</span>
    </div>`;
  }

  #drawTexts() {
    return html`<div class="texts" role="list" aria-label=${this.label}>
      ${this.texts.map(
        (text) => html`<span class="text" role="listitem">
          ${text}<button type="button" class="plain" aria-label="Take out ${text}" @click=${() => this.#drop(text)}>
            <wa-icon name="cross" aria-hidden="true"></wa-icon>
          </button>
        </span>`,
      )}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-text-list': TextList;
  }
}
