import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../styles/base.ts';
import { type Path, valueAt } from './document-tree.ts';
import { tellEdit } from './edit-event.ts';
import { type Fault, faultAt } from './findings.ts';
import type { Field } from './policy-fields.ts';
import { offersOf, type ProjectGround } from './read-project-ground.ts';
import { typedInput } from './typed-input.ts';
import { type As, readTyped, writeTyped } from './typed-value.ts';

/** Fields of one part of a policy, each with what is wrong with it. Tells `edit`. */
@customElement('t-policy-fields')
export class PolicyFieldsView extends LitElement {
  static override styles = [
    base,
    css`
      .fields {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(var(--field, 8.5rem), 100%), 1fr));
        gap: 0.6rem 0.75rem;
        align-items: start;
      }
      .field {
        min-width: 0;
      }
      .wide {
        grid-column: 1 / -1;
      }
      .field > label {
        font-size: var(--small);
        white-space: nowrap;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      input:not([type='checkbox']),
      select,
      textarea {
        width: 100%;
      }
      .tick {
        display: flex;
        gap: 0.5rem;
        align-items: center;
        min-height: 2rem;
        font-size: var(--small);
        font-weight: 400;
        align-self: end;
      }
      .fault {
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) fields: readonly Field[] = [];
  /** What of they are fields. */
  @property({ attribute: false }) of: unknown;
  /** Where that stands in the document. */
  @property({ attribute: false }) path: Path = [];
  @property({ attribute: false }) faults: readonly Fault[] = [];
  @property({ attribute: false }) ground!: ProjectGround;
  /** The environment whose segments are offered. */
  @property() environment = '';
  /** Said before each label for whoever does not see where the field stands. */
  @property() about = '';
  @property({ type: Boolean }) readonly = false;

  override render() {
    return html`<div class="fields">${this.fields.map((field) => this.#draw(field))}</div>`;
  }

  #pathOf({ at }: Field): Path {
    return [...this.path, ...at.split('/')];
  }

  #draw(field: Field) {
    if (field.as === 'tick') return this.#drawTick(field);
    const fault = faultAt(this.faults, this.#pathOf(field));
    return html`<div class="field ${field.wide ? 'wide' : ''}">
      <label for=${field.at} title=${field.title ?? nothing}
        >${this.about === '' ? nothing : html`<span class="sr">${this.about}: </span>`}${field.label}
        ${field.hint === undefined ? nothing : html`<span class="hint">${field.hint}</span>`}</label
      >
      ${field.as === 'choice' ? this.#drawChoice(field, fault) : this.#drawTyped(field, field.as, fault)}
      ${fault === undefined ? nothing : html`<span class="fault" id="${field.at}-fault">${fault}</span>`}
    </div>`;
  }

  #drawTyped(field: Field, as: As, fault: string | undefined) {
    const path = this.#pathOf(field);
    const value = valueAt(this.of, field.at.split('/'));
    if (writeTyped(value, as) === undefined) {
      return html`<p class="small quiet" id=${field.at}>It says more than fits here: change it in the YAML.</p>`;
    }
    const type = (event: Event) => tellEdit(this, path, readTyped((event.target as HTMLInputElement).value, as));
    if (as === 'labels') {
      return html`<textarea
        id=${field.at}
        class="mono"
        rows="3"
        spellcheck="false"
        autocapitalize="off"
        placeholder="severity=critical"
        ?readonly=${this.readonly}
        aria-invalid=${fault !== undefined}
        aria-describedby="${field.at}-fault"
        @input=${type}
        ${typedInput(value, as)}
      ></textarea>`;
    }
    return html`<input
        id=${field.at}
        list=${field.offers === undefined ? nothing : `${field.at}-offered`}
        inputmode=${as === 'number' ? 'decimal' : nothing}
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        maxlength="4000"
        placeholder=${field.placeholder ?? ''}
        ?readonly=${this.readonly}
        aria-invalid=${fault !== undefined}
        aria-describedby="${field.at}-fault"
        @input=${type}
        ${typedInput(value, as)}
      />
      ${field.offers === undefined ? nothing : this.#drawOffers(field, field.offers)}`;
  }

  #drawOffers({ at }: Field, offers: NonNullable<Field['offers']>) {
    const offered = offersOf(this.ground, offers, this.environment);
    return html`<datalist id="${at}-offered">
      ${offered.map(({ value, words }) => html`<option value=${value}>${words}</option>`)}
    </datalist>`;
  }

  #drawChoice(field: Field, fault: string | undefined) {
    const { at, choices = [], usual = '' } = field;
    const path = this.#pathOf(field);
    const value = valueAt(this.of, at.split('/')) ?? usual;
    const isKnown = choices.some((one) => one.value === value);
    return html`<select
      id=${at}
      ?disabled=${this.readonly}
      aria-invalid=${fault !== undefined}
      aria-describedby="${at}-fault"
      @change=${(event: Event) => {
        const chosen = (event.target as HTMLSelectElement).value;
        tellEdit(this, path, chosen === '' ? undefined : chosen);
      }}
    >
      ${isKnown ? nothing : html`<option value=${String(value)} selected>${String(value)}</option>`}
      ${choices.map((one) => html`<option value=${one.value} .selected=${one.value === value}>${one.words}</option>`)}
    </select>`;
  }

  #drawTick({ at, label }: Field) {
    const path = this.#pathOf({ at, label, as: 'tick' });
    // `at` has one value; every other tick is true or not there.
    const meant = at === 'at' ? 'every' : true;
    return html`<label class="tick">
      <input
        type="checkbox"
        ?disabled=${this.readonly}
        .checked=${valueAt(this.of, [at]) === meant}
        @change=${(event: Event) => tellEdit(this, path, (event.target as HTMLInputElement).checked ? meant : undefined)}
      />
      ${label}
    </label>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-policy-fields': PolicyFieldsView;
  }
}
