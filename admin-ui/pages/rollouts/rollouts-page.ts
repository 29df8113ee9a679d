import type { RolloutItem } from '@turnout/server/contracts';
import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { flagIndex } from '../../client/flag-index.ts';
import { followHere, type Here } from '../../client/here.ts';
import { Following } from '../../client/store.ts';
import '../../parts/problem-view.ts';
import { route, setQuery } from '../../shell/navigation.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { listPage } from '../../styles/list-page.ts';
import { BoardReading } from './board-reading.ts';
import { boardSheet } from './board-sheet.ts';
import { mayStart } from './may-steer.ts';
import './rollout-card.ts';
import { startFlow } from './start-flow.ts';
import { byUrgency, isLive, whatItNeeds } from './tell-rollout.ts';
import { type BoardView, readView, STATES } from './view.ts';

/** Everything that is rolled out: what needs somebody first, then what goes its way, then what is over. */
@customElement('t-rollouts-page')
export class RolloutsPage extends LitElement {
  static override styles = [base, listPage, boardSheet];

  @property() project = '';
  readonly #here = followHere(this);
  readonly #reading = new BoardReading(this);

  constructor() {
    super();
    new Following(this, route, flagIndex);
  }

  override willUpdate(): void {
    this.#reading.follow(this.project, this.#view);
  }

  get #view(): BoardView {
    return readView(route.value?.query ?? {});
  }

  override render() {
    const here = this.#here();
    if (here === undefined) return nothing;
    const { items, refusal } = this.#reading;
    const may = mayStart(here.project);
    return html`<div class="page">
      <div class="row">
        <h1>Rollouts</h1>
        <span class="quiet">of ${here.project.name}</span>
        <span class="spread"></span>
        <button
          class="primary"
          aria-disabled=${!may.yes}
          title=${may.why ?? ''}
          aria-describedby="limits"
          @click=${() => may.yes && void startFlow(here)}
        >
          <wa-icon name="plus" aria-hidden="true"></wa-icon>Start a rollout
        </button>
      </div>
      <p id="limits" class="quiet small" ?hidden=${may.yes}>${may.why}</p>
      ${this.#drawFilters(here)}
      <t-problem .refusal=${refusal} .retry=${() => void this.#reading.read()}></t-problem>
      ${items === undefined ? drawReading(refusal === undefined) : this.#drawBoard(here, items)}
    </div>`;
  }

  #drawFilters({ project }: Here) {
    const { state, on, flag } = this.#view;
    return html`<div class="row filters">
      <div class="states" role="group" aria-label="State">
        ${drawState('', 'All', state)}
        ${Object.entries(STATES).map(([key, { words }]) => drawState(key, words, state))}
      </div>
      <select aria-label="Environment" @change=${(event: Event) => setQuery({ on: (event.target as HTMLSelectElement).value })}>
        <option value="" ?selected=${on === ''}>Every environment</option>
        ${project.environments.map(({ key, name }) => html`<option value=${key} ?selected=${key === on}>Through ${name}</option>`)}
      </select>
      <input
        type="search"
        aria-label="Flag"
        placeholder="Flag"
        list="flags"
        maxlength="128"
        autocomplete="off"
        spellcheck="false"
        .value=${flag}
        @change=${(event: Event) => setQuery({ flag: (event.target as HTMLInputElement).value.trim() })}
      />
      <datalist id="flags">${flagIndex.value.flags.slice(0, 500).map(({ key }) => html`<option value=${key}></option>`)}</datalist>
    </div>`;
  }

  #drawBoard(here: Here, items: readonly RolloutItem[]) {
    if (items.length === 0) return this.#drawNone(here);
    const sorted = [...items].sort(byUrgency);
    const needy = sorted.filter((item) => whatItNeeds(item) !== undefined);
    const going = sorted.filter((item) => whatItNeeds(item) === undefined && isLive(item.state));
    const over = sorted.filter((item) => whatItNeeds(item) === undefined && !isLive(item.state)).sort(byEnd);
    return html`${this.#drawGroup('Needs somebody', needy, 'warn')} ${this.#drawGroup('Under way', going)}
      ${this.#drawGroup('Over', over)}
      ${this.#reading.hasMore ? html`<p><button @click=${() => this.#reading.more()}>Show older ones</button></p>` : nothing}`;
  }

  #drawGroup(name: string, items: readonly RolloutItem[], tone = '') {
    if (items.length === 0) return nothing;
    return html`<section>
      <h2 class=${tone}>${name} <span class="quiet">${items.length}</span></h2>
      <div class="cards">
        ${repeat(
          items,
          ({ id }) => id,
          (item) => html`<t-rollout-card
            .project=${this.project}
            .item=${item}
            .moved=${this.#reading.moved.has(item.id)}
          ></t-rollout-card>`,
        )}
      </div>
    </section>`;
  }

  #drawNone(here: Here) {
    const { state, on, flag } = this.#view;
    if (state === '' && on === '' && flag === '') return drawEmpty(here);
    return html`<div class="card empty">
      <p>No rollout fits all of these filters.</p>
      <p><button @click=${() => setQuery({ state: '', on: '', flag: '' })}>Show all rollouts</button></p>
    </div>`;
  }
}

function byEnd(a: RolloutItem, b: RolloutItem): number {
  return (a.endedAt ?? '') < (b.endedAt ?? '') ? 1 : -1;
}

function drawState(key: string, words: string, now: string) {
  return html`<button aria-pressed=${key === now} @click=${() => setQuery({ state: key })}>${words}</button>`;
}

function drawReading(isReading: boolean) {
  return isReading ? html`<p class="quiet" role="status">Loading …</p>` : nothing;
}

function drawEmpty({ project, environment }: Here) {
  const policies = writeRoute('policies', { project: project.key }, { env: environment.key });
  const may = mayStart(project);
  return html`<div class="card empty">
    <h2>Nothing was rolled out by a policy yet</h2>
    <p>
      A rollout takes one flag from one variant to another, step by step: first a few, then more. What is looked at
      meanwhile, and when it goes back by itself, was written down beforehand, while heads were calm.
    </p>
    <ol>
      <li>Write a policy: the way, its guards and its gates. <a href=${policies}>Policies</a></li>
      <li>Turn the flag on, serving what users have now.</li>
      <li>Start the rollout. Its first stage is entered as soon as nothing stands before it: that may be at once.</li>
    </ol>
    <p>
      <button class="primary" aria-disabled=${!may.yes} title=${may.why ?? ''} @click=${() => may.yes && void startFlow({ project, environment })}>
        Start the first rollout
      </button>
    </p>
  </div>`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-rollouts-page': RolloutsPage;
  }
}
