import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { ChangeLog } from '../../client/change-log.ts';
import { followHere } from '../../client/here.ts';
import type { MyProject } from '../../client/me.ts';
import { Following } from '../../client/store.ts';
import '../../parts/change-row.ts';
import type { ToldChange } from '../../parts/change-words.ts';
import '../../parts/problem-view.ts';
import { route, setQuery } from '../../shell/navigation.ts';
import { base } from '../../styles/base.ts';
import { askFor, FILTER_NAMES, isNarrowed, readFilter } from './change-filter.ts';
import './filter-bar.ts';
import { type Day, groupByDay } from './group-by-day.ts';
import './verify-chain.ts';

/** Everything that anybody changed in the project, newest first. */
@customElement('t-activity-page')
export class ActivityPage extends LitElement {
  static override styles = [
    base,
    css`
      .page {
        display: grid;
        gap: 1rem;
        max-width: 72rem;
      }
      h2 {
        margin: 0.5rem 0 0.35rem;
        font-size: var(--small);
        color: var(--quiet);
      }
      ol {
        list-style: none;
        margin: 0;
        padding: 0;
      }
      li + li {
        border-top: 1px solid var(--line);
      }
      .empty {
        padding: 2rem 1rem;
        display: grid;
        gap: 0.5rem;
        justify-items: start;
      }
      .end {
        justify-content: center;
      }
    `,
  ];

  @property() project = '';
  readonly #here = followHere(this);
  readonly #log = new ChangeLog(this);
  /** When the present question was asked: a span that ends now would else be another question each time. */
  #asked = { filter: '', at: 0 };

  constructor() {
    super();
    new Following(this, route);
  }

  override willUpdate(): void {
    if (route.value?.page !== 'activity') return;
    const filter = readFilter(route.value.query);
    const said = JSON.stringify([this.project, filter]);
    if (said !== this.#asked.filter) this.#asked = { filter: said, at: Date.now() };
    this.#log.show(this.project, askFor(filter, this.#asked.at));
  }

  override render() {
    const project = this.#here()?.project;
    if (project === undefined) return nothing;
    const filter = readFilter(route.value?.query ?? {});
    return html`<div class="page">
      <div class="row">
        <h1>Activity</h1>
        <t-verify-chain class="spread" .project=${this.project}></t-verify-chain>
      </div>
      <t-activity-filters .filter=${filter} .project=${project} .changes=${this.#log.items}></t-activity-filters>
      <t-problem .refusal=${this.#log.refusal} .retry=${() => void this.#log.read()}></t-problem>
      ${this.#drawList(project)} ${this.#drawEnd()}
    </div>`;
  }

  #drawList(project: MyProject) {
    const { items, isReading, refusal } = this.#log;
    if (items.length === 0 && !isReading && refusal === undefined) return this.#drawEmpty();
    return html`<div aria-busy=${isReading}>
      ${repeat(
        groupByDay(items, new Date()),
        ({ day }) => day,
        (day) => this.#drawDay(day, project),
      )}
    </div>`;
  }

  #drawDay({ day, words, items }: Day<ToldChange>, project: MyProject) {
    return html`<section aria-labelledby="day-${day}">
      <h2 id="day-${day}">${words}</h2>
      <ol class="card">
        ${repeat(
          items,
          ({ id }) => id,
          (change) => html`<li class=${this.#log.fresh.has(change.id) ? 'flash' : ''}>
            <t-change-row .change=${change} .project=${project}></t-change-row>
          </li>`,
        )}
      </ol>
    </section>`;
  }

  #drawEmpty() {
    const narrowed = isNarrowed(readFilter(route.value?.query ?? {}));
    return html`<div class="card empty">
      ${
        narrowed
          ? html`<p>Nothing was changed that fits all of these filters.</p>
              <button @click=${clearFilters}>Show all changes</button>`
          : html`<p>Nothing was changed yet that you may see. What anybody changes is listed here, at once.</p>`
      }
    </div>`;
  }

  #drawEnd() {
    const { items, hasMore, isReading } = this.#log;
    return html`<div class="row end" role="status">
      ${isReading ? html`<span class="quiet">Reading …</span>` : nothing}
      ${
        hasMore && !isReading
          ? html`<button @click=${() => void this.#log.more()}>Show earlier changes</button>`
          : nothing
      }
      ${
        !hasMore && !isReading && items.length > 0
          ? html`<span class="quiet small">That is all: ${items.length} ${items.length === 1 ? 'change' : 'changes'}.</span>`
          : nothing
      }
    </div>`;
  }
}

function clearFilters(): void {
  setQuery(Object.fromEntries(FILTER_NAMES.map((name) => [name, ''])));
}
