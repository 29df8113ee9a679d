import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { flagIndex } from '../../client/flag-index.ts';
import { followHere, type Here } from '../../client/here.ts';
import { Following } from '../../client/store.ts';
import '../../parts/code-snippet.ts';
import '../../parts/problem-view.ts';
import { route, setQuery } from '../../shell/navigation.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { listPage } from '../../styles/list-page.ts';
import { pickFlag, writeSnippets } from '../settings/write-snippets.ts';
import { arrangeFleet, type FleetView, GROUPINGS, readView, STATES } from './arrange-fleet.ts';
import { type Fleet, FleetReading } from './fleet-reading.ts';
import './fleet-table.ts';

const AT_ONCE = 200;

/** Which apps run, where they are, and which of them cannot be reached. */
@customElement('t-fleet-page')
export class FleetPage extends LitElement {
  static override styles = [
    base,
    listPage,
    css`
      .page {
        max-width: 80rem;
      }
      .states button {
        font-variant-numeric: tabular-nums;
      }
      .states .warned {
        color: var(--warn);
      }
      input[type='search'] {
        max-width: 22rem;
      }
      h2 {
        margin-bottom: 0.35rem;
        overflow-wrap: anywhere;
      }
      .warning {
        padding: 0.6rem 0.9rem;
        border: 1px solid var(--warn);
        border-radius: var(--round);
        background: var(--warn-soft);
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property() project = '';
  @state() private most = AT_ONCE;
  readonly #here = followHere(this);
  readonly #reading = new FleetReading(this);

  constructor() {
    super();
    new Following(this, route, flagIndex);
  }

  override willUpdate(): void {
    const here = this.#here();
    if (here !== undefined) this.#reading.follow(here.project.key, here.environment.key);
  }

  override render() {
    const here = this.#here();
    if (here === undefined) return nothing;
    const { fleet, refusal } = this.#reading;
    return html`<div class="page">
      <div class="row">
        <h1>Fleet</h1>
        <span class="quiet">apps that run with a key of ${here.environment.name}</span>
      </div>
      ${refusal === undefined ? nothing : html`<t-problem .refusal=${refusal} .retry=${() => void this.#reading.read()}></t-problem>`}
      ${fleet === undefined ? this.#drawReading() : this.#drawFleet(fleet, here)}
    </div>`;
  }

  #drawReading() {
    return this.#reading.refusal === undefined ? html`<p class="quiet" role="status">Asking the nodes …</p>` : nothing;
  }

  #drawFleet(fleet: Fleet, here: Here) {
    if (fleet.instances.length === 0) return html`${drawGaps(fleet)} ${this.#drawEmpty(here)}`;
    const view = readView(route.value?.query ?? {});
    const groups = arrangeFleet(fleet.instances, view);
    return html`${this.#drawFilters(fleet, view)} ${drawGaps(fleet)}
      ${groups.length === 0 ? this.#drawNone() : nothing}
      ${groups.map(({ name, items }) => this.#drawGroup(name, items, view.by !== ''))}`;
  }

  #drawFilters({ counts }: Fleet, view: FleetView) {
    const all = counts.live + counts.laggard + counts.lost;
    return html`<div class="row">
      <div class="states" role="group" aria-label="State">
        ${this.#drawState('', 'All', all, view)}
        ${STATES.map((one) => this.#drawState(one, `${one[0]?.toUpperCase()}${one.slice(1)}`, counts[one], view))}
      </div>
      <input
        type="search"
        aria-label="Search the fleet"
        placeholder="Host, instance, SDK or key"
        maxlength="200"
        .value=${view.text}
        @input=${(event: Event) => setQuery({ q: (event.target as HTMLInputElement).value })}
      />
      <select aria-label="Grouping" @change=${(event: Event) => setQuery({ by: (event.target as HTMLSelectElement).value })}>
        ${Object.entries(GROUPINGS).map(
          ([key, words]) => html`<option value=${key} ?selected=${key === view.by}>${words}</option>`,
        )}
      </select>
    </div>`;
  }

  #drawState(state: FleetView['state'], words: string, count: number, view: FleetView) {
    const warned = count > 0 && state === 'laggard';
    return html`<button
      class=${warned ? 'warned' : ''}
      aria-pressed=${view.state === state}
      @click=${() => setQuery({ state })}
    >
      ${words} ${count}
    </button>`;
  }

  #drawGroup(name: string, items: Fleet['instances'], isNamed: boolean) {
    const shown = items.slice(0, this.most);
    const { head, changed } = this.#reading;
    return html`<section>
      ${isNamed ? html`<h2>${name || 'No host named'} <span class="quiet">${items.length}</span></h2>` : nothing}
      <t-fleet-table
        .instances=${shown}
        .changed=${changed}
        .head=${head}
        .label=${isNamed ? `Apps of ${name}` : 'Apps'}
      ></t-fleet-table>
      ${
        items.length > shown.length
          ? html`<p class="row">
              <span class="quiet">${shown.length} of ${items.length} are shown.</span>
              <button
                @click=${() => {
                  this.most += AT_ONCE;
                }}
              >
                Show more
              </button>
            </p>`
          : nothing
      }
    </section>`;
  }

  #drawNone() {
    return html`<div class="card empty">
      <p>No app fits all of these filters.</p>
      <p><button @click=${() => setQuery({ state: '', q: '' })}>Show all apps</button></p>
    </div>`;
  }

  #drawEmpty({ project, environment }: Here) {
    const flag = pickFlag('server', flagIndex.value.flags) ?? 'new-cart';
    const place = { url: location.origin, project: project.key, environment: environment.key, flag };
    const [inNode] = writeSnippets('server', place);
    const keys = writeRoute('settings', { project: project.key, section: 'keys' }, { env: environment.key });
    return html`<div class="card empty">
      <h2>No app runs here yet</h2>
      <p>
        Make a server key of ${environment.name} in <a href=${keys}>Settings, Keys</a>, and give it to your app. It is
        listed here within a second of its start, and from then on each flip says when it has it.
      </p>
      ${inNode === undefined ? nothing : html`<t-snippet .caption=${inNode.caption} .text=${inNode.text}></t-snippet>`}
    </div>`;
  }
}

function drawGaps({ complete, unknown, isCut, instances }: Fleet) {
  return html`${
    complete
      ? nothing
      : html`<p class="warning" role="status">
          Not all nodes could be asked${unknown.length === 0 ? '' : `: ${unknown.join(', ')}`}. Their apps are missing here.
        </p>`
  }
  ${isCut ? html`<p class="warning">Only the first ${instances.length} apps are listed; the counts are of all.</p>` : nothing}`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-fleet-page': FleetPage;
  }
}
