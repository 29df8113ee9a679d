import type { Operator, Test } from '@turnout/core';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { base } from '../styles/base.ts';
import { looksAtLetters, OPERATOR_WORDS, withOperator } from './operator-words.ts';
import './value-tokens.ts';

/** Something that an evaluator would not understand, by the pointer of where it stands. */
export interface ConditionFault {
  path: string;
  expected: string;
}

/** One question about an attribute: which, how, and what it is held against. Says `change` with `{detail: Test}`. */
@customElement('t-condition-test')
export class ConditionTest extends LitElement {
  static override styles = [
    base,
    css`
      .test {
        display: grid;
        grid-template-columns: minmax(5rem, 9rem) minmax(6rem, 10rem) minmax(10rem, 1fr) auto;
        gap: 0.35rem;
        align-items: start;
      }
      input,
      select {
        width: 100%;
      }
      .attribute {
        font-family: var(--mono);
        font-size: var(--small);
      }
      .case {
        display: inline-flex;
        align-items: center;
        gap: 0.3rem;
        min-height: 2rem;
        font-weight: 400;
        font-size: var(--small);
        color: var(--quiet);
        white-space: nowrap;
      }
      .case input {
        width: 1rem;
      }
      @media (max-width: 720px) {
        .test {
          grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
        }
        t-values {
          grid-column: 1 / -1;
        }
      }
    `,
  ];

  @property({ attribute: false }) test!: Test;
  /** Attributes that are offered; others can be typed. */
  @property({ attribute: false }) known: readonly string[] = [];
  /** What is wrong, by pointers from here: `/attribute`, `/values/1`. */
  @property({ attribute: false }) faults: readonly ConditionFault[] = [];
  @query('.attribute') private attribute!: HTMLInputElement;

  override focus(): void {
    // It is told to be focused in the moment in which it is made, before it has drawn anything.
    void this.updateComplete.then(() => this.attribute.focus());
  }

  #change(test: Test): void {
    this.dispatchEvent(new CustomEvent('change', { detail: test }));
  }

  override render() {
    const { test } = this;
    const fault = this.faults.find(({ path }) => path === '/attribute');
    return html`<div class="test">
      <div class="field">
        <input
          class="attribute"
          list="attributes"
          aria-label="Attribute"
          placeholder="attribute"
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
          aria-invalid=${fault !== undefined}
          .value=${test.attribute}
          @input=${(event: Event) => {
            event.stopPropagation();
            this.#change({ ...test, attribute: this.attribute.value.trim() });
          }}
          @change=${(event: Event) => event.stopPropagation()}
        />
        <datalist id="attributes">${this.known.map((name) => html`<option value=${name}></option>`)}</datalist>
        ${fault ? html`<span class="fault">${fault.expected}</span>` : nothing}
      </div>
      ${this.#drawOperator()} ${this.#drawValues()} ${this.#drawCase()}
    </div>`;
  }

  #drawOperator() {
    const operators = Object.entries(OPERATOR_WORDS) as [Operator, (typeof OPERATOR_WORDS)[Operator]][];
    const groups = [...new Set(operators.map(([, { group }]) => group))];
    return html`<select
      aria-label="How ${this.test.attribute || 'the attribute'} is compared"
      @change=${(event: Event) => {
        event.stopPropagation();
        this.#change(withOperator(this.test, (event.target as HTMLSelectElement).value as Operator));
      }}
    >
      ${groups.map(
        (group) => html`<optgroup label=${group}>
          ${operators
            .filter(([, words]) => words.group === group)
            .map(([op, { words }]) => html`<option value=${op} .selected=${op === this.test.op}>${words}</option>`)}
        </optgroup>`,
      )}
    </select>`;
  }

  #drawValues() {
    const { test } = this;
    const { takes } = OPERATOR_WORDS[test.op];
    if (takes === 'nothing') return html`<span></span>`;
    const faults = new Map(
      this.faults
        .filter(({ path }) => path.startsWith('/values'))
        .map(({ path, expected }) => [path === '/values' ? -1 : Number(path.slice('/values/'.length)), expected]),
    );
    return html`<t-values
      .values=${test.values}
      .takes=${takes}
      .label=${test.attribute || 'the attribute'}
      .faults=${faults}
      @change=${({ detail }: CustomEvent<Test['values']>) => this.#change({ ...test, values: detail })}
    ></t-values>`;
  }

  #drawCase() {
    const { test } = this;
    if (!looksAtLetters(test.op)) return nothing;
    return html`<label class="case" title="“Ch” and “CH” are then the same">
      <input
        type="checkbox"
        .checked=${test.ignoreCase === true}
        @change=${(event: Event) => {
          event.stopPropagation();
          const { ignoreCase: _was, ...rest } = test;
          this.#change((event.target as HTMLInputElement).checked ? { ...rest, ignoreCase: true } : rest);
        }}
      />
      any case
    </label>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-condition-test': ConditionTest;
  }
}
