import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { base } from '../../styles/base.ts';
import { type ChoiceGroup, tellChoice } from './list-choices.ts';
import { addFilter, clearFilters, FACETS, type Facet, isNarrowed, removeFilter, type View } from './view.ts';

/** Sorting by the heads of columns needs a table: cards are sorted here. */
const SORTS: [string, string][] = [
  ['', 'Sort: by key'],
  ['owner', 'Sort: by owner'],
  ['kind', 'Sort: by kind'],
  ['-asked', 'Sort: most asked for'],
  ['life', 'Sort: by life'],
];

/** What is looked for: words, and filters as chips. Says `view` with the next one. */
@customElement('t-filter-bar')
export class FilterBar extends LitElement {
  static override styles = [
    base,
    css`
      .bar {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
        align-items: center;
      }
      .search {
        position: relative;
        flex: 1 1 14rem;
        max-width: 26rem;
      }
      .search input {
        width: 100%;
        padding-left: 2rem;
        padding-right: 2rem;
      }
      .search wa-icon {
        position: absolute;
        left: 0.65rem;
        top: 50%;
        translate: 0 -50%;
        color: var(--quiet);
        pointer-events: none;
      }
      kbd {
        position: absolute;
        right: 0.5rem;
        top: 50%;
        translate: 0 -50%;
        padding: 0.1rem 0.35rem;
        border: 1px solid var(--line);
        border-radius: 4px;
        font: 500 var(--tiny) / 1.2 var(--mono);
        color: var(--quiet);
        pointer-events: none;
      }
      input:focus ~ kbd {
        visibility: hidden;
      }
      .add {
        width: 8.25rem;
      }
      .chip {
        min-height: 1.75rem;
        padding: 0 0.4rem 0 0.6rem;
        border-radius: 99px;
        background: var(--chosen);
        border-color: transparent;
        font-size: var(--small);
        max-width: 16rem;
      }
      .chip wa-icon {
        font-size: 0.8em;
        flex: none;
      }
      .sort {
        display: none;
      }
      @media (max-width: 720px) {
        .search {
          flex-basis: 100%;
          max-width: none;
        }
        .add,
        .sort {
          display: block;
          flex: 1 1 0;
          min-width: 0;
        }
        .chip {
          min-height: 2.25rem;
        }
        kbd {
          display: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) view!: View;
  @property({ attribute: false }) choices: readonly ChoiceGroup[] = [];
  @query('input') private input!: HTMLInputElement;

  /** Where somebody types; what is there is chosen, so that typing replaces it. */
  override focus(): void {
    this.input.focus();
    this.input.select();
  }

  #say(view: View): void {
    this.dispatchEvent(new CustomEvent('view', { detail: view }));
  }

  #press(event: KeyboardEvent): void {
    if (event.key === 'Escape' && this.view.text !== '') {
      event.preventDefault();
      this.#say({ ...this.view, text: '' });
    } else if (event.key === 'ArrowDown' || event.key === 'Enter') {
      event.preventDefault();
      this.dispatchEvent(new CustomEvent('leave'));
    }
  }

  #add(event: Event): void {
    const select = event.target as HTMLSelectElement;
    const [facet = '', value = ''] = select.value.split(/:(.*)/);
    select.value = '';
    const known = FACETS.find((one) => one === facet);
    if (known !== undefined) this.#say(addFilter(this.view, known, value));
  }

  #remove(facet: Facet, value: string): void {
    this.#say(removeFilter(this.view, facet, value));
    // The chip that had the focus is gone; the next thing to do is where filters are made.
    this.renderRoot.querySelector<HTMLElement>('.add')?.focus();
  }

  override render() {
    const { view } = this;
    return html`<div class="bar" role="search" aria-label="Flags">
      <div class="search">
        <wa-icon name="search" aria-hidden="true"></wa-icon>
        <input
          type="text"
          role="searchbox"
          aria-label="Search flags by key, name, description, owner or tag"
          aria-keyshortcuts="/"
          placeholder="Search key, name, owner, tag"
          autocomplete="off"
          spellcheck="false"
          .value=${live(view.text)}
          @keydown=${this.#press}
          @input=${() => this.#say({ ...view, text: this.input.value })}
        />
        <kbd aria-hidden="true">/</kbd>
      </div>
      <select class="add" aria-label="Add a filter" @change=${this.#add}>
        <option value="">Add filter …</option>
        ${this.choices.map(
          ({ label, choices }) => html`<optgroup label=${label}>
            ${choices.map(({ facet, value, words }) => html`<option value="${facet}:${value}">${words}</option>`)}
          </optgroup>`,
        )}
      </select>
      ${this.#drawSort()} ${FACETS.flatMap((facet) => view.facets[facet].map((value) => this.#drawChip(facet, value)))}
      ${
        isNarrowed(view)
          ? html`<button class="plain small" @click=${() => this.#say(clearFilters(view))}>Clear</button>`
          : nothing
      }
    </div>`;
  }

  #drawChip(facet: Facet, value: string) {
    const words = tellChoice(facet, value);
    return html`<button class="chip" aria-label="Remove the filter ${words}" @click=${() => this.#remove(facet, value)}>
      <span class="clip">${words}</span><wa-icon name="cross" aria-hidden="true"></wa-icon>
    </button>`;
  }

  #drawSort() {
    const { sort } = this.view;
    const known = SORTS.some(([column]) => column === sort);
    return html`<select
      class="sort"
      aria-label="Order"
      @change=${(event: Event) => this.#say({ ...this.view, sort: (event.target as HTMLSelectElement).value })}
    >
      ${known ? nothing : html`<option value=${sort} selected>Sort: as in the table</option>`}
      ${SORTS.map(([column, words]) => html`<option value=${column} ?selected=${column === sort}>${words}</option>`)}
    </select>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-filter-bar': FilterBar;
  }
}
