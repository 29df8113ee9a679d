import type { Context } from '@turnout/core';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { base } from '../../styles/base.ts';
import { readContext, readValue, showValue, valueAt, withValue, writeContext } from './playground-context.ts';
import type { NamedAttribute } from './playground-ruleset.ts';

/** The context to ask with: a field for each attribute that the rules look at, and all of it as JSON. */
@customElement('t-playground-form')
export class PlaygroundForm extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: grid;
        gap: 0.9rem;
      }
      .fields {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr));
        gap: 0.6rem 0.75rem;
      }
      .field {
        min-width: 0;
      }
      label {
        font-size: var(--small);
        overflow-wrap: anywhere;
      }
      input,
      textarea {
        width: 100%;
      }
      textarea {
        min-height: 9rem;
        resize: vertical;
      }
    `,
  ];

  @property({ attribute: false }) context: Context = {};
  @property({ attribute: false }) named: readonly NamedAttribute[] = [];
  @property({ attribute: false }) recent: readonly string[] = [];
  /** What is being typed as JSON; undefined where it is the context as it is. */
  @state() private typed: string | undefined;

  override render() {
    return html`<div class="fields">${this.named.map((attribute, at) => this.#drawField(attribute, at))}</div>
      ${this.#drawJson()} ${this.#drawRecent()}`;
  }

  #drawField({ name, values }: NamedAttribute, at: number) {
    const hints = values.filter((value) => typeof value !== 'object').slice(0, 20);
    return html`<div class="field">
      <label for="field-${at}">${name === 'targetingKey' ? html`targetingKey <span class="hint">who</span>` : name}</label>
      <input
        id="field-${at}"
        autocomplete="off"
        spellcheck="false"
        list="values-${at}"
        placeholder=${hints.length > 0 ? `such as ${showValue(hints[0])}` : ''}
        .value=${showValue(valueAt(this.context, name))}
        @input=${(event: Event) => {
          const typed = (event.target as HTMLInputElement).value;
          this.typed = undefined;
          this.#tell(withValue(this.context, name, readValue(typed, name, values)));
        }}
      />
      <datalist id="values-${at}">${hints.map((value) => html`<option value=${showValue(value)}></option>`)}</datalist>
    </div>`;
  }

  #drawJson() {
    const text = this.typed ?? writeContext(this.context);
    const read = readContext(text);
    const fault = 'fault' in read ? read.fault : '';
    return html`<div class="field">
      <label for="json">Context <span class="hint">as JSON; what the fields have not is added here</span></label>
      <textarea
        id="json"
        class="mono"
        spellcheck="false"
        aria-invalid=${fault !== ''}
        aria-describedby="json-fault"
        .value=${text}
        @input=${(event: Event) => this.#type((event.target as HTMLTextAreaElement).value)}
      ></textarea>
      <span id="json-fault" class="fault" role="status">${fault}</span>
    </div>`;
  }

  #drawRecent() {
    if (this.recent.length === 0) return nothing;
    return html`<div class="field">
      <label for="recent">Tried before <span class="hint">kept in this browser alone</span></label>
      <select id="recent" @change=${this.#takeRecent}>
        <option value="">Choose …</option>
        ${this.recent.map((text, at) => html`<option value=${at}>${text.length > 80 ? `${text.slice(0, 79)}…` : text}</option>`)}
      </select>
    </div>`;
  }

  #takeRecent(event: Event): void {
    const select = event.target as HTMLSelectElement;
    const read = readContext(this.recent[Number(select.value)] ?? '');
    if (select.value !== '' && 'context' in read) {
      this.typed = undefined;
      this.#tell(read.context);
    }
    select.value = '';
  }

  /** What is no context yet asks nothing: the last answer stays, and the fault says so. */
  #type(text: string): void {
    this.typed = text;
    const read = readContext(text);
    if ('context' in read) this.#tell(read.context);
  }

  #tell(context: Context): void {
    this.dispatchEvent(new CustomEvent('context', { detail: context }));
  }
}
