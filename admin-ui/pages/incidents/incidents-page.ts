import type { IncidentAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { followHere, type Here } from '../../client/here.ts';
import { PagedList } from '../../client/paged-list.ts';
import { Following } from '../../client/store.ts';
import '../../parts/problem-view.ts';
import { goTo, route, setQuery } from '../../shell/navigation.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { listPage } from '../../styles/list-page.ts';
import '../releases/known-good-button.ts';
import '../releases/rollback-cards.ts';
import './incident-form.ts';
import './incident-row.ts';
import { mayWrite } from './tell-incident.ts';

const wanted = {
  keyOf: ({ id }: IncidentAnswer) => id,
  mark: ({ id, version, state, activeAt }: IncidentAnswer) => `${id} ${version} ${state} ${activeAt}`,
  hears: ({ subject }: { subject: string }) => subject.startsWith('incident/'),
};

/** What burns, first; and what did. */
@customElement('t-incidents-page')
export class IncidentsPage extends LitElement {
  static override styles = [
    base,
    listPage,
    css`
      .page {
        max-width: 72rem;
      }
      h2 {
        margin-bottom: 0.4rem;
      }
      ul {
        list-style: none;
        margin: 0;
        padding: 0;
      }
      li + li {
        border-top: 1px solid var(--line);
      }
      .empty {
        gap: 0.6rem;
        padding: 1.1rem 1.25rem;
      }
    `,
  ];

  @property() project = '';
  readonly #here = followHere(this);
  readonly #open = new PagedList<IncidentAnswer>(this, wanted);
  readonly #closed = new PagedList<IncidentAnswer>(this, wanted);

  constructor() {
    super();
    new Following(this, route);
  }

  get #where(): string {
    return route.value?.query.on ?? '';
  }

  override willUpdate(): void {
    const path = `/projects/${encodeURIComponent(this.project)}/incidents`;
    const environment = this.#where === '' ? undefined : this.#where;
    this.#open.follow(path, { state: 'open', environment });
    this.#closed.follow(path, { state: 'closed', environment });
  }

  override render() {
    const here = this.#here();
    if (here === undefined) return nothing;
    const may = mayWrite(here.project);
    const refusal = this.#open.refusal ?? this.#closed.refusal;
    return html`<div class="page">
      <div class="row">
        <h1>Incidents</h1>
        <span class="quiet">of ${here.project.name}</span>
        <span class="spread"></span>
        <select aria-label="Environment" @change=${(event: Event) => setQuery({ on: (event.target as HTMLSelectElement).value })}>
          <option value="" ?selected=${this.#where === ''}>Every environment</option>
          ${here.project.environments.map(({ key, name }) => html`<option value=${key} ?selected=${key === this.#where}>In ${name}</option>`)}
        </select>
        <t-known-good-button .here=${here}></t-known-good-button>
        <button class="primary" aria-disabled=${!may.yes} title=${may.why ?? ''} @click=${() => may.yes && void this.#make(here)}>
          <wa-icon name="plus" aria-hidden="true"></wa-icon>Open an incident
        </button>
      </div>
      ${may.yes ? nothing : html`<p class="quiet small">${may.why}</p>`}
      <t-rollback-cards .project=${this.project}></t-rollback-cards>
      <t-problem .refusal=${refusal} .retry=${() => this.#again()}></t-problem>
      ${this.#drawOpen(here)} ${this.#drawClosed(here)}
    </div>`;
  }

  #again(): void {
    void this.#open.read();
    void this.#closed.read();
  }

  #drawOpen(here: Here) {
    const { items } = this.#open;
    if (items === undefined) return this.#open.refusal ? nothing : html`<p class="quiet" role="status">Loading …</p>`;
    if (items.length > 0) return this.#drawGroup(here, `Open`, this.#open);
    const kill = writeRoute('kill', { project: this.project }, { env: here.environment.key });
    return html`<div class="card empty">
      <h2>Nothing is open</h2>
      <p>
        A <a href=${kill}>kill</a> opens an incident by itself, or joins the one that is open there; so does an alert
        through a hook. Whoever sees something first opens one by hand: rollouts stand while it is open.
      </p>
    </div>`;
  }

  #drawClosed(here: Here) {
    const { items = [] } = this.#closed;
    return items.length === 0 ? nothing : this.#drawGroup(here, 'Closed', this.#closed);
  }

  #drawGroup(here: Here, name: string, list: PagedList<IncidentAnswer>) {
    const { items = [], hasMore, moved } = list;
    return html`<section>
      <h2>${name} <span class="quiet">${items.length}${hasMore ? ' and more' : ''}</span></h2>
      <ul class="card" aria-label="${name} incidents">
        ${repeat(
          items,
          ({ id }) => id,
          (incident) => html`<li class=${moved.has(incident.id) ? 'flash' : ''}>
            <t-incident-row .here=${here} .incident=${incident}></t-incident-row>
          </li>`,
        )}
      </ul>
      ${hasMore ? html`<p class="row"><button @click=${() => list.more()}>Show older ones</button></p>` : nothing}
    </section>`;
  }

  async #make(here: Here): Promise<void> {
    const form = document.createElement('t-incident-form');
    form.here = here;
    const made = await form.open();
    if (made !== undefined)
      goTo('incident', { project: here.project.key, incident: made.id }, { env: here.environment.key });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-incidents-page': IncidentsPage;
  }
}
