import type { FlipReceiptsShown } from '@turnout/server/contracts';
import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { MyEnvironment } from '../../client/me.ts';
import { flipFlow, mayFlip } from '../../parts/flip-flow.ts';
import '../../parts/problem-view.ts';
import '../../parts/relative-time.ts';
import { tellWhy } from '../../parts/why-words.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { tellServed } from './find-killed.ts';
import { killCardSheet } from './kill-card-sheet.ts';
import { dismissRun, type KillRun, sendKill, watch } from './kill-runs.ts';
import { type Meter, tellMeter } from './tell-meter.ts';

/** Whoever reads more than these reads them in Fleet. */
const MOST_LAGGARDS = 10;

type Laggard = FlipReceiptsShown['laggards'][number];

/** One kill: whether it is in force, where it is written, and who has it. */
@customElement('t-kill-card')
export class KillCard extends LitElement {
  static override styles = [base, killCardSheet];
  @property({ attribute: false }) run!: KillRun;
  /** Of the kill, with what one may do there; undefined where that is not known any more. */
  @property({ attribute: false }) environment: MyEnvironment | undefined;

  override render() {
    const { state, place, environment, isRestored } = this.run;
    return html`<article class="card ${isRestored ? 'over' : state}" aria-label="Kill of ${place.flag}">
      <div class="head">
        <h3><span class="mono">${place.flag}</span> <span class="quiet">in ${environment}</span></h3>
        <span class="spread"></span>
        ${state === 'done' && !isRestored ? this.#drawRestore() : nothing}
        <button class="plain" aria-label="Put the card of ${place.flag} away" @click=${() => dismissRun(this.run.id)}>
          <wa-icon name="cross" aria-hidden="true"></wa-icon>
        </button>
      </div>
      ${this.#drawState()}
    </article>`;
  }

  #drawRestore() {
    const { environment } = this;
    const may = environment ? mayFlip(environment, 'restore') : { yes: false, why: 'You may not restore here.' };
    const { project, flag } = this.run.place;
    return html`<button
      aria-disabled=${!may.yes}
      title=${may.why ?? ''}
      @click=${() => environment && void flipFlow({ project, flag }, environment, 'restore')}
    >
      <wa-icon name="undo" aria-hidden="true"></wa-icon>Restore
    </button>`;
  }

  #drawState() {
    const { state, refusal, place, id, isRestored } = this.run;
    if (state === 'sending') return html`<p role="status">Killing …</p>`;
    if (state === 'refused') {
      return html`<p class="not"><strong>Not killed.</strong></p>
        <t-problem .refusal=${refusal} .retry=${() => void sendKill(id, place)}></t-problem>`;
    }
    if (isRestored) {
      return html`<p role="status">Restored: users get again what the flag says.</p>
        ${this.#drawIncident()}`;
    }
    return html`${this.#drawMeter()} ${this.#drawWords()} ${this.#drawIncident()} ${this.#drawLaggards()}`;
  }

  #drawIncident() {
    const { incident, place } = this.run;
    if (incident === undefined) return nothing;
    const params = { project: place.project, incident: incident.id };
    const address = writeRoute('incident', params, { env: place.environment });
    return html`<p class="incident">
      <wa-icon name="siren" aria-hidden="true"></wa-icon> ${incident.isNew ? 'It opened the incident' : 'It joined the incident'}
      <a href=${address}>${incident.title}</a>
    </p>`;
  }

  #drawMeter() {
    const meter = tellMeter(this.run.receipts);
    const { live = 0, reached = 0 } = this.run.receipts ?? {};
    return html`<div class="meter ${meter.state}">
      <p class="figure" role="status">
        <strong>${meter.figure}</strong>${meter.took === '' ? nothing : html` <span>· ${meter.took}</span>`}
      </p>
      <div
        class="bar"
        role="progressbar"
        aria-label="Running apps that have the kill in force"
        aria-valuemin="0"
        aria-valuemax=${Math.max(1, live)}
        aria-valuenow=${live === 0 ? meter.share : reached}
        aria-valuetext=${meter.words}
      >
        <div style="width: ${meter.share * 100}%"></div>
      </div>
      <p class="words">${this.#tellProgress(meter)}</p>
    </div>`;
  }

  #tellProgress({ words, state }: Meter) {
    const { isWatched, unheard, id } = this.run;
    if (unheard !== undefined) {
      return html`<span class="fault">Who has it cannot be asked now: ${unheard.problem.detail}</span>
        ${isWatched ? nothing : html`<button class="plain" @click=${() => void watch(id)}>Ask again</button>`}`;
    }
    const isOpen = state === 'waiting' || state === 'unsure';
    return html`${words}
    ${isOpen && !isWatched ? html`<button class="plain" @click=${() => void watch(id)}>Ask again</button>` : nothing}`;
  }

  #drawWords() {
    const { killed } = this.run;
    const already = killed?.before?.killed === true;
    return html`<p class="facts">
      ${already ? html`<span class="tag warn">It was killed already: users get the same as before</span>` : nothing}
      ${killed?.after === undefined ? nothing : html`<span>Users get <strong>${tellServed(killed.after.serves)}</strong></span>`}
      ${
        killed?.durable === 'log'
          ? html`<span class="tag on">in the log</span>`
          : html`<span class="tag warn">in the journal of this node; the log follows</span>`
      }
      ${killed?.id === undefined ? nothing : html`<code class="quiet" title="The id of the kill">${killed.id}</code>`}
    </p>`;
  }

  #drawLaggards() {
    const { receipts } = this.run;
    if (receipts === undefined || receipts.laggards.length === 0) return nothing;
    const shown = receipts.laggards.slice(0, MOST_LAGGARDS);
    const hidden = receipts.live - receipts.reached - shown.length;
    const { project, environment } = this.run.place;
    const fleet = writeRoute('fleet', { project }, { env: environment, state: 'laggard' });
    return html`<div class="laggards">
      <h4>Not yet in force there</h4>
      <ul>
        ${shown.map(drawLaggard)}
      </ul>
      ${hidden > 0 ? html`<p><a href=${fleet}>and ${hidden} more, in Fleet</a></p>` : nothing}
    </div>`;
  }
}

function drawLaggard({ host, instance, why, lastSeen }: Laggard) {
  const { words, means } = tellWhy(why);
  return html`<li>
    <strong>${host || 'no host named'}</strong>
    <code class="quiet">${instance}</code>
    <span class="tag warn">${words}</span>
    <span class="quiet">heard of <t-ago .at=${lastSeen}></t-ago></span>
    <span class="means quiet">${means}</span>
  </li>`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-kill-card': KillCard;
  }
}
