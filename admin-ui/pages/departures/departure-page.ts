import type { ChangedDeparture, DepartureAnswer } from '@turnout/server/contracts';
import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { followHere, type Here } from '../../client/here.ts';
import '../../parts/problem-view.ts';
import { base } from '../../styles/base.ts';
import { entryPage } from '../../styles/entry-page.ts';
import './car-card.ts';
import './chemspill-note.ts';
import './departure-acts.ts';
import type { Platform } from './departure-flows.ts';
import './departure-head.ts';
import { departureSheet } from './departure-sheet.ts';
import './departure-track.ts';
import { DepartureReading } from './departures-reading.ts';
import './line-stopped.ts';
import './reach-meter.ts';
import { isAhead, nameOf, onPlatform, tellAboard } from './tell-departure.ts';

/** One departure: how it stands, what is aboard, and everything that can be done with it. */
@customElement('t-departure-page')
export class DeparturePage extends LitElement {
  static override styles = [base, entryPage, departureSheet];

  @property() project = '';
  @property() train = '';
  @property() number = '';
  /** What came of a recall that was made here: its meter stands on the page. */
  @state() private recalled: ChangedDeparture | undefined;
  readonly #here = followHere(this);
  readonly #reading = new DepartureReading(this);
  #shown = '';

  constructor() {
    super();
    this.addEventListener('due', () => this.#reading.readSoon());
  }

  override willUpdate(): void {
    const shown = `${this.project} ${this.train} ${this.number}`;
    if (shown !== this.#shown) this.recalled = undefined;
    this.#shown = shown;
    this.#reading.follow(this.project, this.train, this.number);
  }

  override render() {
    const here = this.#here();
    if (here === undefined) return nothing;
    const { departure, refusal } = this.#reading;
    return html`<div class="page">
      ${departure === undefined ? html`<h1>${this.train} ${this.number}</h1>` : nothing}
      <t-problem .refusal=${refusal} .retry=${() => void this.#reading.read()}></t-problem>
      ${departure === undefined ? (refusal ? nothing : html`<p class="quiet" role="status">Loading …</p>`) : this.#draw(here, departure)}
    </div>`;
  }

  #draw(here: Here, departure: DepartureAnswer) {
    const { train, acts, skew } = this.#reading;
    const environment = here.project.environments.find(({ key }) => key === departure.environment);
    const at: Platform = { project: here.project, departure, environment };
    return html`<t-departure-head .at=${at} .skew=${skew} .says=${train?.says ?? ''}></t-departure-head>
      ${
        acts
          ? nothing
          : html`<p class="banner" role="alert">
              <strong>Nothing leaves now.</strong> No node has acted for a while. What is aboard stays aboard; a recall,
              turning off and killing are tried as ever.
            </p>`
      }
      ${train?.stopped ? html`<t-line-stopped .project=${here.project} .train=${train} @done=${() => void this.#reading.read()}></t-line-stopped>` : nothing}
      <t-chemspill-note .at=${at} @changed=${this.#take}></t-chemspill-note>
      <t-departure-acts .skew=${skew} .at=${at} .train=${train} @changed=${this.#take} @recalled=${this.#takeRecall}></t-departure-acts>
      ${this.#drawReach(departure)}
      <t-departure-track .departure=${departure}></t-departure-track>
      ${this.#drawManifest(at)} ${this.#drawOutside(departure)}`;
  }

  readonly #take = (event: CustomEvent<DepartureAnswer>) => this.#reading.take(event.detail);

  readonly #takeRecall = (event: CustomEvent<ChangedDeparture>) => {
    this.recalled = event.detail;
    this.#reading.take(event.detail.departure);
  };

  /** Who has the recall in force; or, while it departs, who has what it brought. */
  #drawReach({ state: now, change }: DepartureAnswer) {
    const { recalled } = this;
    if (recalled?.change !== undefined) {
      const { kept = [] } = recalled;
      return html`<section class="card reach" aria-label="The recall">
        <h2>Recalled</h2>
        <t-reach-meter .project=${this.project} .change=${recalled.change.id}></t-reach-meter>
        ${
          kept.length === 0
            ? html`<p>All of it goes back.</p>`
            : html`<p>Edited since, and left as it is:</p>
                <ul aria-label="Left as it is">
                  ${kept.map(({ flag, because }) => html`<li><code>${flag}</code>: ${because}</li>`)}
                </ul>`
        }
      </section>`;
    }
    if (now !== 'departing' || change === null) return nothing;
    return html`<section class="card reach" aria-label="In force">
      <h2>It departs</h2>
      <t-reach-meter .project=${this.project} .change=${change}></t-reach-meter>
    </section>`;
  }

  #drawManifest(at: Platform) {
    const { cars } = at.departure;
    const counted = isAhead(at.departure.state);
    const [there, gone] = counted
      ? [cars.filter(({ state: now }) => onPlatform(now)), cars.filter(({ state: now }) => !onPlatform(now))]
      : [cars, []];
    return html`<section>
      <h2>Manifest <span class="quiet">${tellAboard(at.departure)}</span></h2>
      ${
        there.length === 0
          ? html`<p class="card none quiet">
              ${counted ? 'Nobody is aboard yet. Board a rollout of a flag, or a request that is open.' : 'Nobody was aboard.'}
            </p>`
          : this.#drawCars(at, there)
      }
      ${gone.length === 0 ? nothing : html`<h3 class="quiet gone">Not aboard any more</h3>${this.#drawCars(at, gone)}`}
    </section>`;
  }

  #drawCars(at: Platform, cars: DepartureAnswer['cars']) {
    return html`<ul class="cars card">
      ${repeat(
        cars,
        ({ id }) => id,
        (car) => html`<li class=${this.#reading.moved.has(car.id) ? 'flash' : ''}>
          <t-car .at=${at} .car=${car} @changed=${this.#take}></t-car>
        </li>`,
      )}
    </ul>`;
  }

  #drawOutside(departure: DepartureAnswer) {
    if (departure.outside.length === 0) return nothing;
    return html`<section>
      <h2>Not aboard, and depending on it</h2>
      <p class="quiet small">They serve their off variant whenever what they need goes back.</p>
      <ul aria-label="Depending on ${nameOf(departure)}">
        ${departure.outside.map(({ flag, needs }) => html`<li><code>${flag}</code> needs <code>${needs}</code></li>`)}
      </ul>
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-departure-page': DeparturePage;
  }
}
