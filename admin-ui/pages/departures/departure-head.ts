import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { isProduction } from '../../client/me.ts';
import { onMyClock } from '../../parts/on-my-clock.ts';
import '../../parts/relative-time.ts';
import { sayMoment } from '../../parts/say-moment.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { entryPage } from '../../styles/entry-page.ts';
import './count-down.ts';
import type { Platform } from './departure-flows.ts';
import { isAhead, wordsOf } from './tell-departure.ts';

/** Which departure it is, where it goes and when, and how it stands. */
@customElement('t-departure-head')
export class DepartureHead extends LitElement {
  static override styles = [base, entryPage];

  @property({ attribute: false }) at!: Platform;
  @property({ type: Number }) skew = 0;
  /** When the train leaves, in words. */
  @property() says = '';

  override render() {
    const { project, departure, environment } = this.at;
    const { train, number, kind, says, because } = departure;
    const env = departure.environment;
    const { name, tone } = wordsOf(departure);
    const production = environment !== undefined && isProduction(environment);
    return html`<header>
      <p class="small"><a href=${writeRoute('departures', { project: project.key }, { env })}>Departures</a></p>
      <div class="title">
        <h1>${train} ${number}</h1>
        <span class="tag ${production ? 'production' : ''}">to ${environment?.name ?? env}</span>
        <span class="tag ${tone}">${name}</span>
        ${kind === 'chemspill' ? html`<span class="tag warn">chemspill: an emergency departure</span>` : nothing}
      </div>
      <p>${onMyClock(says)}</p>
      ${because === null || says.includes(because) ? nothing : html`<p>${onMyClock(because)}</p>`}
      <div class="facts">${this.#drawTimes()} ${this.#drawTraces()}</div>
    </header>`;
  }

  #drawTimes() {
    const { departure } = this.at;
    const { state, leavesAt, closesAt, closedAt, departedAt } = departure;
    if (departedAt !== null)
      return html`<span>left ${sayMoment(departedAt)} (<t-ago .at=${departedAt}></t-ago>)</span>`;
    if (departure.kind === 'chemspill') return html`<span>leaves the moment a second person agrees</span>`;
    const opens = isAhead(state) && state !== 'closed' && closedAt === null && closesAt !== null;
    return html`${
      leavesAt === null
        ? html`<span>leaves: ${this.says === '' ? 'when something is ready' : this.says}</span>`
        : html`<span>leaves ${sayMoment(leavesAt)} (<t-ago .at=${leavesAt}></t-ago>)</span>`
    }
    ${opens ? html`<span>cut-off in <strong><t-count-down .at=${closesAt} .skew=${this.skew}></t-count-down></strong></span>` : nothing}
    ${isAhead(state) && leavesAt !== null && !opens ? html`<span>leaves in <strong><t-count-down .at=${leavesAt} .skew=${this.skew}></t-count-down></strong></span>` : nothing}`;
  }

  #drawTraces() {
    const { project, departure } = this.at;
    const { change, release, environment: env } = departure;
    const address =
      change === null ? '' : writeRoute('change', { project: project.key, change: String(change) }, { env });
    return html`${change === null ? nothing : html`<span>as <a href=${address}>change ${change}</a></span>`}
    ${release === null ? nothing : html`<span>release <a href=${writeRoute('release', { project: project.key, release }, { env })}><code>${release}</code></a></span>`}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-departure-head': DepartureHead;
  }
}
