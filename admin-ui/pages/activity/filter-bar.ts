import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { flagIndex } from '../../client/flag-index.ts';
import type { MyProject } from '../../client/me.ts';
import { Following } from '../../client/store.ts';
import { ACTION_GROUPS, type ToldChange, tellActor } from '../../parts/change-words.ts';
import { setQuery } from '../../shell/navigation.ts';
import { base } from '../../styles/base.ts';
import { ABOUT, type ChangeFilter, FILTER_NAMES, isNarrowed, SPANS, WAYS } from './change-filter.ts';

type Choices = readonly (readonly [value: string, words: string])[];

/** How the list is narrowed. What is chosen stands in the address, so that a link shows the same. */
@customElement('t-activity-filters')
export class FilterBar extends LitElement {
  static override styles = [
    base,
    css`
      form {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem 0.75rem;
        align-items: end;
      }
      .field {
        font-size: var(--small);
        min-width: 0;
      }
      .field label {
        color: var(--quiet);
        font-weight: 500;
      }
      select,
      input {
        width: 8.7rem;
      }
      .open-filters {
        display: none;
      }
      @media (max-width: 720px) {
        .open-filters {
          display: inline-flex;
        }
        form:not(.open) {
          display: none;
        }
        form.open {
          margin-top: 0.5rem;
          display: grid;
          grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
        }
        select,
        input {
          width: 100%;
        }
      }
    `,
  ];

  @property({ attribute: false }) filter!: ChangeFilter;
  @property({ attribute: false }) project!: MyProject;
  /** Those that are shown: who made them can be chosen. */
  @property({ attribute: false }) changes: readonly ToldChange[] = [];
  /** On a phone the fields take as much room as the first changes, so they come when they are asked for. */
  @state() private open = false;
  readonly #actors = new Map<string, string>();

  constructor() {
    super();
    new Following(this, flagIndex);
  }

  override willUpdate(): void {
    for (const change of this.changes) this.#actors.set(change.actor, tellActor(change));
    const { actor } = this.filter;
    if (actor !== '' && !this.#actors.has(actor)) this.#actors.set(actor, tellActor({ actor }));
  }

  override render() {
    const { project, filter } = this;
    const places: Choices = project.environments.map(({ key, name }) => [key, name]);
    const groups: Choices = Object.entries(ACTION_GROUPS).map(([key, { words }]) => [key, words]);
    const spans: Choices = Object.entries(SPANS).map(([key, { words }]) => [key, words]);
    const chosen = FILTER_NAMES.filter((name) => filter[name] !== '').length;
    return html`<button
        class="open-filters"
        aria-expanded=${this.open}
        aria-controls="filters"
        @click=${() => {
          this.open = !this.open;
        }}
      >
        ${chosen === 0 ? 'Filters' : `Filters (${chosen})`}
      </button>
      <form id="filters" class=${this.open ? 'open' : ''} role="search" aria-label="Filter changes" @submit=${(event: Event) => event.preventDefault()}>
      ${this.#drawSelect('in', 'Changed in', 'All environments', places)}
      ${this.#drawFlag()}
      ${filter.flag === '' ? this.#drawSelect('about', 'About', 'Everything', Object.entries(ABOUT)) : nothing}
      ${this.#drawSelect('did', 'What was done', 'Anything', groups)}
      ${this.#drawSelect('actor', 'By', 'Anybody', [...this.#actors])}
      ${this.#drawSelect('way', 'Direction', 'Any', Object.entries(WAYS))}
      ${this.#drawSelect('time', 'When', 'At any time', [...spans, ['between', 'Between …']])}
      ${filter.time === 'between' ? [this.#drawMoment('from', 'From'), this.#drawMoment('to', 'Until')] : nothing}
      ${
        isNarrowed(filter)
          ? html`<button type="button" class="plain" @click=${this.#clear}>
              <wa-icon name="cross" aria-hidden="true"></wa-icon>No filters
            </button>`
          : nothing
      }
    </form>`;
  }

  #drawSelect(name: keyof ChangeFilter, label: string, all: string, choices: Choices) {
    const chosen = this.filter[name];
    return html`<div class="field">
      <label for=${name}>${label}</label>
      <select id=${name} @change=${(event: Event) => this.#choose(name, event)}>
        <option value="" ?selected=${chosen === ''}>${all}</option>
        ${choices.map(([value, words]) => html`<option value=${value} ?selected=${chosen === value}>${words}</option>`)}
      </select>
    </div>`;
  }

  #drawFlag() {
    return html`<div class="field">
      <label for="flag">Flag</label>
      <input
        id="flag"
        list="flags"
        autocomplete="off"
        spellcheck="false"
        placeholder="Any"
        .value=${this.filter.flag}
        @change=${(event: Event) => this.#choose('flag', event)}
      />
      <datalist id="flags">${flagIndex.value.flags.slice(0, 500).map(({ key }) => html`<option value=${key}></option>`)}</datalist>
    </div>`;
  }

  #drawMoment(name: 'from' | 'to', label: string) {
    return html`<div class="field">
      <label for=${name}>${label}</label>
      <input
        id=${name}
        type="datetime-local"
        .value=${this.filter[name]}
        @change=${(event: Event) => this.#choose(name, event)}
      />
    </div>`;
  }

  #choose(name: keyof ChangeFilter, event: Event): void {
    setQuery({ [name]: (event.target as HTMLInputElement).value.trim() });
  }

  #clear(): void {
    setQuery(Object.fromEntries(FILTER_NAMES.map((name) => [name, ''])));
  }
}
