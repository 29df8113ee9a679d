import type { RolloutItem } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { here } from '../../client/here.ts';
import { isProduction } from '../../client/me.ts';
import { tellActor } from '../../parts/change-words.ts';
import { onMyClock } from '../../parts/on-my-clock.ts';
import '../../parts/relative-time.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import './stage-dots.ts';
import { isLive, STATE_WORDS, tellPlace, tellStage, whatItNeeds } from './tell-rollout.ts';

/** One rollout on the board: what goes where, how far it is, and the sentence why it is there. */
@customElement('t-rollout-card')
export class RolloutCard extends LitElement {
  static override styles = [
    base,
    css`
      article {
        display: grid;
        grid-template-columns: minmax(0, 15rem) minmax(0, 13rem) minmax(0, 1fr);
        gap: 0.4rem 1.25rem;
        align-items: start;
        padding: 0.75rem 1rem;
        border-left: 3px solid transparent;
      }
      article.needs {
        border-left-color: var(--warn);
      }
      article:hover {
        border-color: var(--line-strong);
      }
      h3 {
        overflow-wrap: anywhere;
      }
      .flag {
        font-weight: 600;
      }
      .says {
        overflow-wrap: anywhere;
        max-width: 46rem;
      }
      .needed {
        color: var(--warn);
        font-weight: 600;
      }
      .part {
        display: grid;
        gap: 0.3rem;
        min-width: 0;
      }
      .facts {
        overflow-wrap: anywhere;
      }
      .line {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem 0.4rem;
        align-items: center;
      }
      @media (max-width: 860px) {
        article {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  @property() project = '';
  @property({ attribute: false }) item!: RolloutItem;
  /** It went on while somebody looked. */
  @property({ type: Boolean }) moved = false;

  override render() {
    const { item } = this;
    const needs = whatItNeeds(item);
    return html`<article class="card ${needs === undefined ? '' : 'needs'} ${this.moved ? 'flash' : ''}">
      ${this.#drawWhat()} ${this.#drawWhere()}
      <div class="part">
        <div class="line">${this.#drawState()}</div>
        ${needs === undefined || isPlainPause(item) ? nothing : html`<p class="needed">${needs}.</p>`}
        <p class="says">${onMyClock(item.says ?? tellBeginning(item))}</p>
      </div>
    </article>`;
  }

  #drawWhat() {
    const { id, flag, from, to, target, policy, startedBy, startedByName, startedAt, mode } = this.item;
    const href = writeRoute(
      'rollout',
      { project: this.project, rollout: id },
      { env: here.value?.environment.key ?? '' },
    );
    return html`<div class="part">
      <h3><a class="flag mono" href=${href}>${flag}</a></h3>
      <p class="facts"><span class="mono">${from} → ${to}</span>${target === 'fallthrough' ? nothing : html` <span class="quiet">in the rule ${target}</span>`}</p>
      <p class="quiet small facts">
        ${policy.key} v${policy.version}${mode === 'button' ? ', by button' : ''} · ${tellActor({ actor: startedBy, actorName: startedByName })},
        <t-ago .at=${startedAt}></t-ago>
      </p>
    </div>`;
  }

  #drawWhere() {
    const { state, environment, stage, stages, stageName, audience, exposure } = this.item;
    const place = here.value?.project.environments.find(({ key }) => key === environment);
    const whom = stage < 0 ? '' : tellStage({ name: stageName, audience, exposure });
    const look = isLive(state) ? (state === 'paused' ? 'stands' : 'runs') : state === 'finished' ? 'finished' : 'over';
    return html`<div class="part">
      <p class="line">
        <span class="tag ${place && isProduction(place) ? 'production' : ''}">${place?.name ?? environment}</span>
        <strong>${state === 'finished' ? 'everybody' : whom}</strong>
      </p>
      <t-stage-dots .stage=${stage} .stages=${stages} .look=${look}></t-stage-dots>
      <p class="quiet small">${state === 'finished' ? `all ${stages} stages` : tellPlace(stage, stages)}</p>
    </div>`;
  }

  #drawState() {
    const { state, endedAt } = this.item;
    const { name, tone } = STATE_WORDS[state];
    return html`<span class="tag ${tone}">${name}</span>
      ${endedAt === null ? nothing : html`<span class="quiet small"><t-ago .at=${endedAt}></t-ago></span>`}`;
  }
}

/** Its tag and its sentence say that it is paused; nothing else is the matter. */
function isPlainPause({ state, page, reach }: RolloutItem): boolean {
  return state === 'paused' && page === null && reach !== 'late';
}

function tellBeginning({ state }: RolloutItem): string {
  return state === 'waiting' ? 'It has just been started: nothing was decided yet.' : '';
}

declare global {
  interface HTMLElementTagNameMap {
    't-rollout-card': RolloutCard;
  }
}
