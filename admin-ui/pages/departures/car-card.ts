import type { CarAnswer, ChangedDeparture } from '@turnout/server/contracts';
import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { May } from '../../client/me.ts';
import { tellActor } from '../../parts/change-words.ts';
import { onMyClock } from '../../parts/on-my-clock.ts';
import '../../parts/relative-time.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { STATE_WORDS } from '../rollouts/tell-rollout.ts';
import { carSheet } from './car-sheet.ts';
import { ejectCar, type Platform, withdrawCar } from './departure-flows.ts';
import { mayDepart } from './may-depart.ts';
import { ridesWith } from './tell-cars.ts';
import { CAR_WORDS, nameOf, onPlatform, restOf, type Tone } from './tell-departure.ts';

/** One car of a manifest: what it changes, who put it aboard, what it still needs, and what rides with it. */
@customElement('t-car')
export class CarCard extends LitElement {
  static override styles = [base, carSheet];

  @property({ attribute: false }) at!: Platform;
  @property({ attribute: false }) car!: CarAnswer;

  override render() {
    const { state, ready } = this.car;
    const { name, tone } = CAR_WORDS[state];
    const waits = onPlatform(state);
    return html`<article>
      <div class="part">
        ${this.#drawTitle()} ${this.#drawFlags()}
        ${this.#drawRides()} ${this.#drawUplift()}
      </div>
      <div class="part">
        <p class="line">
          ${waits ? html`<span class="tag ${ready ? 'on' : 'warn'}">${ready ? 'ready' : 'not ready'}</span>` : nothing}
          ${state === 'aboard' ? nothing : html`<span class="tag ${tone}">${name}</span>`}
        </p>
        ${this.#drawSays(name)}
        ${this.#drawMissing()} ${this.#drawRollouts()} ${this.#drawMoved()}
      </div>
      ${this.#drawActs()}
    </article>`;
  }

  #drawTitle() {
    const { request, boardedBy, boardedByName, boardedAt } = this.car;
    const params = { project: this.at.project.key, request: request.id };
    const href = writeRoute('request', params, { env: this.at.departure.environment });
    return html`<h3><a href=${href}>${request.title}</a></h3>
      <p class="quiet small">boarded <t-ago .at=${boardedAt}></t-ago> by ${tellActor({ actor: boardedBy, actorName: boardedByName })}</p>`;
  }

  #drawFlags() {
    const { project, departure } = this.at;
    const to = (flag: string) => writeRoute('flag', { project: project.key, flag }, { env: departure.environment });
    return html`<p class="line">${this.car.flags.map((flag) => html`<a class="mono small" href=${to(flag)}>${flag}</a>`)}</p>`;
  }

  #drawRides() {
    const { needs, neededBy } = ridesWith(this.car, this.at.departure.cars);
    const quote = (titles: string[]) => titles.map((title) => `“${title}”`).join(', ');
    return html`${needs.length === 0 ? nothing : html`<p class="small rides"><wa-icon name="link" aria-hidden="true"></wa-icon> rides with ${quote(needs)}, which it needs</p>`}
    ${neededBy.length === 0 ? nothing : html`<p class="small rides"><wa-icon name="link" aria-hidden="true"></wa-icon> needed by ${quote(neededBy)}</p>`}`;
  }

  #drawUplift() {
    const { uplift } = this.car;
    if (uplift === null) return nothing;
    const { risk, by, byName, request } = uplift;
    const params = { project: this.at.project.key, request: request ?? '' };
    const href = writeRoute('request', params, { env: this.at.departure.environment });
    return html`<div class="uplift small">
      <strong>Uplift (boarded late)</strong>, what may go wrong, by ${tellActor({ actor: by, actorName: byName })}:
      <p class="risk">${risk}</p>
      ${request === null ? nothing : html`<a href=${href}>Where a release manager approves it</a>`}
    </div>`;
  }

  /** What is missing stands below in a list, and is not said twice. */
  #drawSays(name: string) {
    const { says, missing, state, ready } = this.car;
    const rest = restOf(says, onPlatform(state) && ready ? 'ready' : name);
    return rest === '' || missing.includes(says) ? nothing : html`<p class="says">${rest}</p>`;
  }

  #drawMissing() {
    const { missing, state } = this.car;
    if (missing.length === 0 || !onPlatform(state)) return nothing;
    return html`<ul class="missing small" aria-label="Missing">
      ${missing.map((one) => html`<li>${onMyClock(one)}</li>`)}
    </ul>`;
  }

  #drawRollouts() {
    const { rollouts } = this.car;
    if (rollouts.length === 0) return nothing;
    const { project, departure } = this.at;
    return html`<ul class="rollouts" aria-label="Its rollouts">
      ${rollouts.map(({ id, flag, state, says }) => {
        const href = writeRoute('rollout', { project: project.key, rollout: id }, { env: departure.environment });
        const { name, tone } = wordsOf(state);
        return html`<li>
          <a href=${href}>Rollout of ${flag}</a> <span class="tag ${tone}">${name}</span>
          ${says === null ? nothing : html`<span class="quiet small">${says}</span>`}
        </li>`;
      })}
    </ul>`;
  }

  #drawMoved() {
    const { movedTo } = this.car;
    if (movedTo === null) return nothing;
    const params = { project: this.at.project.key, train: movedTo.train, number: String(movedTo.number) };
    return html`<p class="small">
      It waits for <a href=${writeRoute('departure', params, { env: this.at.departure.environment })}>${nameOf(movedTo)}</a>.
    </p>`;
  }

  #drawActs() {
    const { at, car } = this;
    const { may } = at.departure;
    const act = (words: string, can: May, run: () => Promise<ChangedDeparture | undefined>) => html`<button
      class="small"
      aria-label="${words} ${car.request.title}"
      aria-disabled=${!can.yes}
      title=${can.why ?? ''}
      @click=${() => can.yes && void this.#run(run())}
    >
      ${words}
    </button>`;
    const withdraws = onPlatform(car.state) && may.includes('withdraw');
    const ejects = (car.state === 'under-way' || car.state === 'arrived') && may.includes('eject');
    return html`<div class="acts">
      ${withdraws ? act('Withdraw', mayDepart(at.environment, 'board'), () => withdrawCar(at, car)) : nothing}
      ${ejects ? act('Eject', mayDepart(at.environment, 'eject'), () => ejectCar(at, car)) : nothing}
    </div>`;
  }

  async #run(doing: Promise<ChangedDeparture | undefined>): Promise<void> {
    const done = await doing;
    if (done !== undefined) this.dispatchEvent(new CustomEvent('changed', { detail: done.departure }));
  }
}

function wordsOf(state: string): { name: string; tone: Tone } {
  const known: Record<string, { name: string; tone: Tone }> = STATE_WORDS;
  return Object.hasOwn(known, state) ? (known[state] ?? { name: state, tone: '' }) : { name: state, tone: '' };
}

declare global {
  interface HTMLElementTagNameMap {
    't-car': CarCard;
  }
}
