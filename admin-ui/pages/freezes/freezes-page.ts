import type { FreezeAnswer } from '@turnout/server/contracts';
import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { followHere, type Here } from '../../client/here.ts';
import type { May } from '../../client/me.ts';
import { Following } from '../../client/store.ts';
import '../../parts/relative-time.ts';
import { sayMoment } from '../../parts/say-moment.ts';
import { route, setQuery } from '../../shell/navigation.ts';
import { tell } from '../../shell/notices.ts';
import { base } from '../../styles/base.ts';
import { askApproval } from '../requests/ask-approval.ts';
import { Listing } from '../settings/listing.ts';
import type { DayMarks } from './freeze-calendar.ts';
import './freeze-calendar.ts';
import './freeze-form.ts';
import { freezesSheet } from './freezes-sheet.ts';
import { drawDay, drawNow } from './frozen-now.ts';
import { beginOfPage, dayKey, readDay } from './plan-month.ts';
import { sayTerms, sayWhen, sayWhere } from './tell-freeze.ts';

/** When nothing grows: now, in the next weeks, and by which rule. */
@customElement('t-freezes-page')
export class FreezesPage extends LitElement {
  static override styles = [base, freezesSheet];

  @property() project = '';
  readonly #here = followHere(this);
  readonly #freezes = new Listing<FreezeAnswer>(this, {
    path: () => `/projects/${encodeURIComponent(this.project)}/freezes`,
    subjects: ['freeze', 'request'],
    mark: ({ id, version, state }) => `${id} ${version} ${state}`,
    name: ({ id }) => id,
    asked: () => ({ over: String(this.#withOver) }),
  });

  /** Of the month that is looked at: also what was, and what is further away than the list says. */
  readonly #month = new Listing<FreezeAnswer>(this, {
    path: () => `/projects/${encodeURIComponent(this.project)}/freezes`,
    subjects: ['freeze', 'request'],
    mark: ({ id, version }) => `${id} ${version}`,
    name: ({ id }) => id,
    asked: () => ({ over: 'true', from: beginOfPage(this.#day).toISOString(), days: '43' }),
  });
  /** What else falls on days, by their keys. */
  @property({ attribute: false }) days: DayMarks = new Map();

  constructor() {
    super();
    new Following(this, route);
  }

  get #day(): Date {
    return readDay(route.value?.query.day, new Date());
  }

  get #withOver(): boolean {
    return route.value?.query.over === 'yes';
  }

  override render() {
    const here = this.#here();
    if (here === undefined) return nothing;
    const may = mayMake(here);
    const { items } = this.#freezes;
    return html`<div class="page">
      <div class="row">
        <h1>Freezes</h1>
        <span class="quiet">when nothing grows in ${here.project.name}</span>
        <span class="spread"></span>
        <button class="primary" aria-disabled=${!may.yes} title=${may.why ?? ''} @click=${() => may.yes && void this.#make(here)}>
          <wa-icon name="plus" aria-hidden="true"></wa-icon>New freeze
        </button>
      </div>
      ${may.yes ? nothing : html`<p class="quiet small">${may.why}</p>`}
      ${this.#freezes.drawState()}
      ${items === undefined ? nothing : this.#drawAll(here, items, may)}
    </div>`;
  }

  #drawAll(here: Here, items: readonly FreezeAnswer[], may: May) {
    const isNone = items.every(({ state }) => state === 'over');
    return html`${isNone ? nothing : drawNow(items, nameIn(here))}
    ${
      isNone
        ? html`<div class="card empty">
            <h2>Nothing is frozen, and nothing will be</h2>
            <p>
              A freeze keeps every change that gives users more out of an environment: over a weekend, through a sale, or
              while the people who would notice are away. What makes things safer passes at any time.
            </p>
          </div>`
        : nothing
    }
    ${this.#drawCalendar(here)}
    ${items.length === 0 ? nothing : this.#drawTable(here, items, may)}
    <p>
      <button class="plain" aria-pressed=${this.#withOver} @click=${() => setQuery({ over: this.#withOver ? '' : 'yes' })}>
        ${this.#withOver ? 'Hide those that are over' : 'Show those that are over'}
      </button>
    </p>`;
  }

  #drawCalendar(here: Here) {
    const day = this.#day;
    const items = this.#month.items ?? [];
    return html`<section>
      <h2>Calendar</h2>
      <p class="quiet small">On the clock of this machine. Arrow keys go from day to day, Page Up and Page Down by months.</p>
      <div class="calendar">
        <t-freeze-calendar
          .freezes=${items}
          .day=${day}
          .days=${this.days}
          @day-chosen=${({ detail }: CustomEvent<Date>) => setQuery({ day: dayKey(detail) })}
        ></t-freeze-calendar>
        ${drawDay(items, day, nameIn(here), this.days.get(dayKey(day)) ?? [])}
      </div>
    </section>`;
  }

  #drawTable(here: Here, items: readonly FreezeAnswer[], may: May) {
    return html`<section>
      <h2>All of them</h2>
      <div class="card">
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Now</th>
              <th scope="col">Where</th>
              <th scope="col">When</th>
              <th scope="col"><span class="sr">What can be done</span></th>
            </tr>
          </thead>
          <tbody>
            ${items.map((freeze) => this.#drawRow(here, freeze, may))}
          </tbody>
        </table>
      </div>
    </section>`;
  }

  #drawRow(here: Here, freeze: FreezeAnswer, may: May) {
    const { id, name, state } = freeze;
    const act = (words: string, run: () => Promise<void>) => html`<button
      class="plain small"
      aria-label="${words} ${name}"
      aria-disabled=${!may.yes}
      title=${may.why ?? ''}
      @click=${() => may.yes && void run()}
    >
      ${words}
    </button>`;
    return html`<tr class=${this.#freezes.changed.has(id) ? 'flash' : ''}>
      <td class="name">${name}</td>
      <td data-label="Now">${drawState(freeze)}</td>
      <td data-label="Where">${sayWhere(freeze, nameIn(here))}</td>
      <td data-label="When"><div>${sayWhen(freeze)}<div class="quiet small">${sayTerms(freeze).join(' ')}</div></div></td>
      <td class="acts">
        ${state === 'over' ? nothing : html`${act('Edit', () => this.#edit(here, freeze))}${act('End early', () => this.#end(here, freeze))}`}
      </td>
    </tr>`;
  }

  async #make({ project }: Here): Promise<void> {
    const form = document.createElement('t-freeze-form');
    form.project = project;
    const made = await form.open();
    if (made !== undefined && 'freeze' in made) tell(`${made.freeze.name} is made.`);
    await this.#freezes.read();
  }

  async #edit({ project, environment }: Here, freeze: FreezeAnswer): Promise<void> {
    const form = document.createElement('t-freeze-form');
    Object.assign(form, { project, freeze });
    const done = await form.open();
    if (done === undefined) return;
    if ('freeze' in done) tell(`${done.freeze.name} is changed.`);
    else {
      const items = [{ method: 'PATCH' as const, path: `/freezes/${freeze.id}`, body: done.ask, base: freeze.version }];
      const wish = { project: project.key, environment: environment.key, isAlone: true, items };
      await askApproval({ ...wish, title: `Change the freeze ${freeze.name}` });
    }
    await this.#freezes.read();
  }

  /** Nobody takes away alone what protects everybody: a second admin agrees to it. */
  async #end({ project, environment }: Here, { id, name, version }: FreezeAnswer): Promise<void> {
    await askApproval({
      ...{ project: project.key, environment: environment.key, isAlone: true },
      title: `End the freeze ${name} early`,
      lead: 'What takes protection away needs a second admin. Until one approves it and it is applied, the freeze holds.',
      items: [{ method: 'DELETE', path: `/freezes/${id}`, body: {}, base: version }],
    });
  }
}

const nameIn = ({ project }: Here) => {
  return (key: string) => project.environments.find((one) => one.key === key)?.name ?? key;
};

function drawState({ state, until, windows, endedAt }: FreezeAnswer) {
  if (state === 'holds')
    return html`<span class="tag warn">holds until ${until === null ? '' : sayMoment(until)}</span>`;
  if (state === 'over')
    return html`<span class="tag">${endedAt === null ? 'over' : html`ended <t-ago .at=${endedAt}></t-ago>`}</span>`;
  const [next] = windows;
  return html`<span class="tag">${next ? `next ${sayMoment(next.from)}` : 'ahead'}</span>`;
}

/** A freeze reaches over the whole project, and so takes an admin of all of it. */
function mayMake({ project }: Here): May {
  if (project.rights.includes('admin')) return { yes: true };
  return { yes: false, why: 'Freezes are made and ended by admins of the project. Everybody sees when they hold.' };
}

declare global {
  interface HTMLElementTagNameMap {
    't-freezes-page': FreezesPage;
  }
}
