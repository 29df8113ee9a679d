import type { Prerequisite } from '@turnout/core';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { flagIndex } from '../../client/flag-index.ts';
import { Following } from '../../client/store.ts';
import { base } from '../../styles/base.ts';

/** What other flags must give before this one gives anything. Says `change` with `{detail: Prerequisite[]}`. */
@customElement('t-prerequisites')
export class PrerequisitesEditor extends LitElement {
  static override styles = [
    base,
    css`
      ul {
        list-style: none;
        margin: 0 0 0.5rem;
        padding: 0;
        display: grid;
        gap: 0.4rem;
      }
      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.4rem 0.75rem;
        padding: 0.35rem 0.6rem;
        border: 1px solid var(--line);
        border-radius: var(--round);
        background: var(--surface);
      }
      input.flag {
        width: 15rem;
        font-family: var(--mono);
        font-size: var(--small);
      }
      fieldset {
        display: flex;
        flex-wrap: wrap;
        gap: 0.3rem 0.8rem;
        margin: 0;
        padding: 0;
        border: 0;
      }
      fieldset label {
        display: inline-flex;
        align-items: center;
        gap: 0.3rem;
        font-weight: 400;
      }
      .none {
        margin-bottom: 0.5rem;
      }
    `,
  ];

  @property({ attribute: false }) prerequisites: readonly Prerequisite[] = [];
  /** The flag that needs them: it cannot need itself. */
  @property() flag = '';
  @property({ type: Boolean }) readonly = false;

  constructor() {
    super();
    new Following(this, flagIndex);
  }

  #change(prerequisites: readonly Prerequisite[]): void {
    this.dispatchEvent(new CustomEvent('change', { detail: prerequisites }));
  }

  #replace(at: number, prerequisite: Prerequisite): void {
    this.#change(this.prerequisites.map((one, index) => (index === at ? prerequisite : one)));
  }

  override render() {
    const others = flagIndex.value.flags.filter(({ key, archived }) => key !== this.flag && !archived);
    return html`${
      this.prerequisites.length === 0
        ? html`<p class="quiet none">It needs no other flag.</p>`
        : html`<ul>
            ${this.prerequisites.map((prerequisite, at) => this.#drawOne(prerequisite, at))}
          </ul>`
    }
      <datalist id="flags">${others.map(({ key, name }) => html`<option value=${key}>${name}</option>`)}</datalist>
      ${
        this.readonly
          ? nothing
          : html`<button @click=${() => this.#change([...this.prerequisites, { flag: '', variants: [] }])}>
              <wa-icon name="plus" aria-hidden="true"></wa-icon>Add a prerequisite
            </button>`
      }`;
  }

  #drawOne(prerequisite: Prerequisite, at: number) {
    const { flag, variants } = prerequisite;
    const needed = flagIndex.value.flags.find(({ key }) => key === flag);
    const offered = [...new Set([...Object.keys(needed?.variants ?? {}), ...variants])];
    const isUnknown = flag !== '' && needed === undefined && flagIndex.value.complete;
    return html`<li>
      <input
        class="flag"
        list="flags"
        aria-label="Flag that is needed"
        placeholder="key of a flag"
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        ?disabled=${this.readonly}
        aria-invalid=${isUnknown}
        .value=${flag}
        @input=${(event: Event) => this.#choose(at, (event.target as HTMLInputElement).value.trim())}
        @change=${(event: Event) => event.stopPropagation()}
      />
      ${isUnknown ? html`<span class="fault">There is no flag of this key.</span>` : nothing}
      ${offered.length === 0 ? nothing : this.#drawVariants(prerequisite, at, offered)}
      ${
        this.readonly
          ? nothing
          : html`<button
              class="plain spread"
              aria-label="Need ${flag || 'this flag'} no more"
              @click=${() => this.#change(this.prerequisites.filter((_one, index) => index !== at))}
            >
              <wa-icon name="cross" aria-hidden="true"></wa-icon>
            </button>`
      }
    </li>`;
  }

  /** Another flag has other variants; of a flag that can be on, that is what one usually means. */
  #choose(at: number, flag: string): void {
    const needed = flagIndex.value.flags.find(({ key }) => key === flag);
    const variants = needed && Object.hasOwn(needed.variants, 'on') ? ['on'] : [];
    this.#replace(at, { flag, variants });
  }

  #drawVariants({ flag, variants }: Prerequisite, at: number, offered: readonly string[]) {
    return html`<fieldset>
      <legend class="sr">${flag} must give one of</legend>
      <span class="quiet" aria-hidden="true">must give</span>
      ${offered.map(
        (name) => html`<label>
          <input
            type="checkbox"
            ?disabled=${this.readonly}
            .checked=${variants.includes(name)}
            @change=${(event: Event) => {
              event.stopPropagation();
              const isOn = (event.target as HTMLInputElement).checked;
              this.#replace(at, {
                flag,
                variants: offered.filter((one) => (one === name ? isOn : variants.includes(one))),
              });
            }}
          />
          <span class="mono">${name}</span>
        </label>`,
      )}
    </fieldset>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-prerequisites': PrerequisitesEditor;
  }
}
