import type { TrainAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { here } from '../../client/here.ts';
import { isProduction, type May, type MyProject } from '../../client/me.ts';
import { sayMoment } from '../../parts/say-moment.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { trainFlow } from './board-flows.ts';
import { archiveTrain, stopLine } from './departure-flows.ts';
import { mayDepart } from './may-depart.ts';
import { tellHabits } from './tell-train.ts';

/** One train: when it leaves, how it does things, and what can be done with it; tells `done` when something was. */
@customElement('t-train-card')
export class TrainCard extends LitElement {
  static override styles = [
    base,
    css`
      article {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0.5rem 1.25rem;
        padding: 0.8rem 1rem;
        border-left: 3px solid transparent;
      }
      article.production {
        border-left-color: var(--production);
      }
      .part {
        display: grid;
        gap: 0.25rem;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      .acts {
        display: flex;
        flex-wrap: wrap;
        gap: 0.4rem;
        align-content: start;
        justify-content: end;
      }
      .skip {
        text-decoration: line-through;
      }
      @media (max-width: 860px) {
        article {
          grid-template-columns: minmax(0, 1fr);
        }
        .acts {
          justify-content: start;
        }
      }
    `,
  ];

  @property({ attribute: false }) project!: MyProject;
  @property({ attribute: false }) train!: TrainAnswer;

  #done(): void {
    this.dispatchEvent(new CustomEvent('done'));
  }

  override render() {
    const { key, name, environment, says, stopped } = this.train;
    const place = this.project.environments.find((one) => one.key === environment);
    const production = place !== undefined && isProduction(place);
    return html`<article class="card ${production ? 'production' : ''}" aria-label="Train ${key}">
      <div class="part">
        <h3 class="row">
          <span>${name}</span>${name === key ? nothing : html`<code class="quiet">${key}</code>`}
          <span class="tag ${production ? 'production' : ''}">${place?.name ?? environment}</span>
          ${stopped === null ? nothing : html`<span class="tag warn">line stopped</span>`}
        </h3>
        <p><strong>${says}</strong></p>
        <p class="quiet small">${tellHabits(this.train).join(' · ')}</p>
        ${this.#drawAhead()}
        <p class="small">
          <a href=${writeRoute('departures', { project: this.project.key }, { env: environment, show: 'past', train: key })}
            >All its departures</a
          >
        </p>
      </div>
      ${this.#drawActs(place)}
    </article>`;
  }

  #drawAhead() {
    const { ahead, skipped } = this.train;
    if (ahead.length === 0 && skipped.length === 0) return nothing;
    return html`<p class="small">
      ${
        ahead.length === 0
          ? nothing
          : html`Leaves next on ${ahead
              .slice(0, 3)
              .map(({ leavesAt }) => sayMoment(leavesAt))
              .join('; ')}.`
      }
      ${skipped
        .slice(0, 3)
        .map(
          ({ at, freeze }) =>
            html`<span class="quiet">Not on <span class="skip">${sayMoment(at)}</span>: freeze “${freeze}”. </span>`,
        )}
    </p>`;
  }

  #drawActs(place: MyProject['environments'][number] | undefined) {
    const { project, train } = this;
    const manage = mayDepart(place, 'manage');
    const act = (words: string, may: May, run: () => Promise<unknown>) => html`<button
      aria-label="${words}: ${train.key}"
      aria-disabled=${!may.yes}
      title=${may.why ?? ''}
      @click=${() => may.yes && void run().then(() => this.#done())}
    >
      ${words}
    </button>`;
    const edit = () => (here.value === undefined ? Promise.resolve() : trainFlow(here.value, train));
    return html`<div class="acts" role="group" aria-label="What can be done with ${train.key}">
      ${train.stopped === null ? act('Stop the line', mayDepart(place, 'stop'), () => stopLine(project, train)) : nothing}
      ${act('Edit', manage, edit)} ${act('Archive', manage, () => archiveTrain(project, train))}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-train-card': TrainCard;
  }
}
