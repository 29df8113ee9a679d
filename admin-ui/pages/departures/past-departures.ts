import type { DepartureItem, TrainAnswer } from '@turnout/server/contracts';
import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { MyProject } from '../../client/me.ts';
import { PagedList } from '../../client/paged-list.ts';
import '../../parts/problem-view.ts';
import { setQuery } from '../../shell/navigation.ts';
import { base } from '../../styles/base.ts';
import { trainPath } from './departure-flows.ts';
import './departure-table.ts';
import { isOfTrains } from './departures-reading.ts';
import { markOf, nameOf } from './tell-departure.ts';

/** All departures that a train has had, newest first. */
@customElement('t-past-departures')
export class PastDepartures extends LitElement {
  static override styles = [base];

  @property({ attribute: false }) project!: MyProject;
  @property({ attribute: false }) trains: readonly TrainAnswer[] = [];
  /** Its key; the first one where none is named. */
  @property() train = '';
  readonly #list = new PagedList<DepartureItem>(this, {
    keyOf: nameOf,
    mark: (item) => nameOf(item) + markOf(item),
    hears: isOfTrains,
  });

  get #key(): string {
    return this.train === '' ? (this.trains[0]?.key ?? '') : this.train;
  }

  override willUpdate(): void {
    if (this.#key !== '') this.#list.follow(`${trainPath(this.project.key, this.#key)}/departures`);
  }

  override render() {
    if (this.#key === '') return html`<p class="quiet">There is no train yet.</p>`;
    const { items, refusal, hasMore, moved } = this.#list;
    return html`<div class="stack">
      <div class="row">
        <label for="train">Train</label>
        <select id="train" @change=${(event: Event) => setQuery({ train: (event.target as HTMLSelectElement).value })}>
          ${this.trains.some(({ key }) => key === this.#key) ? nothing : html`<option selected>${this.#key}</option>`}
          ${this.trains.map(({ key }) => html`<option value=${key} ?selected=${key === this.#key}>${key}</option>`)}
        </select>
      </div>
      <t-problem .refusal=${refusal} .retry=${() => void this.#list.read()}></t-problem>
      ${
        items === undefined
          ? refusal === undefined
            ? html`<p class="quiet" role="status">Loading …</p>`
            : nothing
          : html`<t-departure-table
              label="Departures of ${this.#key}"
              .project=${this.project}
              .items=${items}
              .trains=${this.trains}
              .moved=${moved}
            ></t-departure-table>`
      }
      ${hasMore ? html`<p><button @click=${() => this.#list.more()}>Show older ones</button></p>` : nothing}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-past-departures': PastDepartures;
  }
}
