import type { Scalar } from '@turnout/core';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { base } from '../styles/base.ts';
import { EXAMPLES, readValue, type Takes, typeOf, type ValueType } from './operator-words.ts';

const TYPE_WORDS: Record<ValueType, string> = { text: 'text', number: 'number', boolean: 'true / false' };

/**
 * Values as tokens. Enter adds what was typed, and a paste of several lines adds each; Backspace in the empty field takes
 * the last away. Says `change` with `{detail: Scalar[]}`.
 */
@customElement('t-values')
export class ValueTokens extends LitElement {
  static override styles = [
    base,
    css`
      .box {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem;
        align-items: center;
        min-height: 2rem;
        padding: 0.15rem 0.25rem;
        border: 1px solid var(--line-strong);
        border-radius: var(--round);
        background: var(--surface);
      }
      .box:focus-within {
        outline: 2px solid var(--focus);
        outline-offset: 1px;
      }
      .box.faulty {
        border-color: var(--warn);
        box-shadow: 0 0 0 1px var(--warn);
      }
      .token {
        display: inline-flex;
        align-items: center;
        max-width: 100%;
        padding-left: 0.45rem;
        border-radius: 4px;
        background: var(--sunken);
        font-family: var(--mono);
        font-size: var(--small);
      }
      .token > span {
        overflow-wrap: anywhere;
        white-space: pre-wrap;
      }
      .token.bare > span {
        color: var(--link);
      }
      .token.faulty {
        background: var(--warn-soft);
        color: var(--warn);
      }
      .token button {
        min-height: 1.5rem;
        padding: 0 0.3rem;
      }
      input {
        flex: 1;
        min-width: 5rem;
        width: 5rem;
        min-height: 1.6rem;
        border: 0;
        padding: 0 0.3rem;
        background: transparent;
        font-family: var(--mono);
        font-size: var(--small);
      }
      input:focus-visible {
        outline: none;
      }
      select {
        min-height: 1.6rem;
        padding: 0 0.2rem;
        border: 0;
        background: transparent;
        color: var(--quiet);
        font-size: var(--tiny);
      }
      @media (pointer: coarse) {
        .token button {
          min-height: 2rem;
          min-width: 2rem;
        }
      }
    `,
  ];

  @property({ attribute: false }) values: readonly Scalar[] = [];
  @property() takes: Takes = 'any';
  /** What the values are of: `country`. */
  @property() label = '';
  /** What is wrong, by the place of the value; `-1` is about all of them. */
  @property({ attribute: false }) faults: ReadonlyMap<number, string> = new Map();
  @state() private as: ValueType | undefined;
  @query('input') private input!: HTMLInputElement;

  /** As what the next value is read: as chosen, else as the ones that are there. */
  get #as(): ValueType {
    const [first] = this.values;
    return this.as ?? (first === undefined ? 'text' : typeOf(first));
  }

  override focus(): void {
    this.input.focus();
  }

  #add(typed: readonly string[]): void {
    const read = typed.filter((text) => text.trim() !== '').map((text) => readValue(text, this.takes, this.#as));
    const fresh = read.filter((value, at) => !this.values.includes(value) && read.indexOf(value) === at);
    this.input.value = '';
    if (fresh.length > 0) this.#change([...this.values, ...fresh]);
  }

  #change(values: readonly Scalar[]): void {
    this.dispatchEvent(new CustomEvent('change', { detail: values }));
  }

  #key(event: KeyboardEvent): void {
    if (event.key === 'Enter' && this.input.value.trim() !== '') {
      event.preventDefault();
      this.#add([this.input.value]);
    } else if (event.key === 'Backspace' && this.input.value === '' && this.values.length > 0) {
      event.preventDefault();
      this.#change(this.values.slice(0, -1));
    }
  }

  #paste(event: ClipboardEvent): void {
    const lines = (event.clipboardData?.getData('text') ?? '').split(/\r?\n/);
    if (lines.length < 2) return;
    event.preventDefault();
    this.#add(lines);
  }

  #remove(at: number): void {
    this.#change(this.values.filter((_value, index) => index !== at));
    this.input.focus();
  }

  override render() {
    // That a value is missing is seen by the frame. A line that went away with the first one would move what somebody is
    // about to click from under their finger.
    const faults = [...this.faults.values()];
    return html`<div class="box ${faults.length > 0 ? 'faulty' : ''}" role="group" aria-label="Values of ${this.label}">
        ${this.values.map((value, at) => this.#drawToken(value, at))}
        <input
          aria-label="Add a value of ${this.label}"
          placeholder=${this.values.length === 0 ? EXAMPLES[this.takes] : 'or …'}
          aria-invalid=${faults.length > 0}
          aria-describedby="fault"
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
          @keydown=${this.#key}
          @paste=${this.#paste}
          @change=${(event: Event) => event.stopPropagation()}
          @blur=${() => this.#add([this.input.value])}
        />
        ${this.takes === 'any' ? this.#drawTypes() : nothing}
      </div>
      <span id="fault" class=${this.faults.has(-1) ? 'sr' : 'fault'}>${faults[0] ?? ''}</span>`;
  }

  #drawToken(value: Scalar, at: number) {
    const kind = `${typeof value === 'string' ? '' : 'bare'} ${this.faults.has(at) ? 'faulty' : ''}`;
    return html`<span class="token ${kind}"
      ><span>${value === '' ? '“”' : String(value)}</span
      ><button class="plain" aria-label="Remove ${String(value)}" @click=${() => this.#remove(at)}>
        <wa-icon name="cross" aria-hidden="true"></wa-icon></button
    ></span>`;
  }

  #drawTypes() {
    return html`<select
      aria-label="Read values of ${this.label} as"
      title="“12” as a text and 12 as a number are two values"
      @change=${(event: Event) => {
        event.stopPropagation();
        this.as = (event.target as HTMLSelectElement).value as ValueType;
      }}
    >
      ${(Object.keys(TYPE_WORDS) as ValueType[]).map(
        (type) => html`<option value=${type} .selected=${type === this.#as}>${TYPE_WORDS[type]}</option>`,
      )}
    </select>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-values': ValueTokens;
  }
}
