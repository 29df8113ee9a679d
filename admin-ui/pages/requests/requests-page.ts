import type { RequestSummary } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { followHere, type Here } from '../../client/here.ts';
import { inbox, isOfRequests } from '../../client/inbox.ts';
import { PagedList } from '../../client/paged-list.ts';
import { Following } from '../../client/store.ts';
import '../../parts/problem-view.ts';
import { route, setQuery } from '../../shell/navigation.ts';
import { base } from '../../styles/base.ts';
import { listPage } from '../../styles/list-page.ts';
import './request-row.ts';

const SHOWN = { inbox: 'Inbox', mine: 'Mine', all: 'All' } as const;
type Shown = keyof typeof SHOWN;
const STATES = ['open', 'expired', 'applied', 'rejected', 'withdrawn'] as const;

/** What waits for an approval: of mine, and by me. */
@customElement('t-requests-page')
export class RequestsPage extends LitElement {
  static override styles = [
    base,
    listPage,
    css`
      .page {
        max-width: 72rem;
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
      }
    `,
  ];

  @property() project = '';
  readonly #here = followHere(this);
  readonly #list = new PagedList<RequestSummary>(this, {
    keyOf: ({ id }) => id,
    mark: ({ id, version, state, waits }) => `${id} ${version} ${state} ${waits ?? ''}`,
    hears: isOfRequests,
  });

  constructor() {
    super();
    new Following(this, route, inbox);
  }

  get #shown(): Shown {
    const { show = '' } = route.value?.query ?? {};
    return Object.hasOwn(SHOWN, show) ? (show as Shown) : 'inbox';
  }

  get #state(): string {
    const { state = '' } = route.value?.query ?? {};
    return this.#shown !== 'inbox' && STATES.some((one) => one === state) ? state : '';
  }

  override willUpdate(): void {
    if (route.value?.page !== 'requests') return;
    const shown = this.#shown;
    const narrowed = shown === 'inbox' ? { inbox: 'true' } : shown === 'mine' ? { mine: 'true' } : {};
    const state = this.#state === '' ? {} : { state: this.#state };
    this.#list.follow(`/projects/${encodeURIComponent(this.project)}/requests`, { ...narrowed, ...state });
  }

  override render() {
    const here = this.#here();
    if (here === undefined) return nothing;
    const { items, refusal, hasMore } = this.#list;
    return html`<div class="page">
      <div class="row">
        <h1>Requests</h1>
        <span class="quiet">what waits for an approval in ${here.project.name}</span>
      </div>
      ${this.#drawFilters()}
      <t-problem .refusal=${refusal} .retry=${() => void this.#list.read()}></t-problem>
      ${items === undefined ? drawReading(refusal === undefined) : this.#drawList(here, items)}
      ${hasMore ? html`<p><button @click=${() => this.#list.more()}>Show older ones</button></p>` : nothing}
    </div>`;
  }

  #drawFilters() {
    const { waiting } = inbox.value;
    return html`<div class="row">
      <div class="states" role="group" aria-label="Whose">
        ${(Object.keys(SHOWN) as Shown[]).map((key) => {
          const count = key === 'inbox' && waiting !== undefined ? ` ${waiting}` : '';
          return html`<button aria-pressed=${key === this.#shown} @click=${() => setQuery({ show: key === 'inbox' ? '' : key })}>
            ${SHOWN[key]}${count}
          </button>`;
        })}
      </div>
      ${
        this.#shown === 'inbox'
          ? nothing
          : html`<select
              aria-label="State"
              @change=${(event: Event) => setQuery({ state: (event.target as HTMLSelectElement).value })}
            >
              <option value="" ?selected=${this.#state === ''}>In every state</option>
              ${STATES.map((one) => html`<option value=${one} ?selected=${one === this.#state}>${one}</option>`)}
            </select>`
      }
    </div>`;
  }

  #drawList({ environment }: Here, items: readonly RequestSummary[]) {
    if (items.length === 0) return this.#drawEmpty();
    return html`<ul class="card" aria-label="Requests">
      ${repeat(
        items,
        ({ id }) => id,
        (request) => html`<li class=${this.#list.moved.has(request.id) ? 'flash' : ''}>
          <t-request-row .project=${this.project} .environment=${environment.key} .request=${request}></t-request-row>
        </li>`,
      )}
    </ul>`;
  }

  #drawEmpty() {
    if (this.#state !== '') {
      return html`<div class="card empty">
        <p>No request is in this state.</p>
        <p><button @click=${() => setQuery({ state: '' })}>Show them in every state</button></p>
      </div>`;
    }
    if (this.#shown === 'inbox') {
      return html`<div class="card empty">
        <h2>Nothing waits for you</h2>
        <p>
          What you may approve comes here by itself: changes of others in protected environments, and stages of rollouts
          whose policy asks for somebody with a role of yours.
        </p>
      </div>`;
    }
    return html`<div class="card empty">
      <h2>${this.#shown === 'mine' ? 'You have asked for nothing yet' : 'Nobody has asked for anything yet'}</h2>
      <p>
        Where an environment is protected, what gives users more is asked for: change a flag or a segment there, press
        Review and save, and then Ask for approval. What only takes something away is stored at once, as ever.
      </p>
    </div>`;
  }
}

function drawReading(isReading: boolean) {
  return isReading ? html`<p class="quiet" role="status">Loading …</p>` : nothing;
}

declare global {
  interface HTMLElementTagNameMap {
    't-requests-page': RequestsPage;
  }
}
