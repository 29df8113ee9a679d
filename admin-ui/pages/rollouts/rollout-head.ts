import type { RolloutAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { here } from '../../client/here.ts';
import { tellActor } from '../../parts/change-words.ts';
import '../../parts/relative-time.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { STATE_WORDS } from './tell-rollout.ts';

/** Which rollout it is: of what, by which policy, who began it, when and why. */
@customElement('t-rollout-head')
export class RolloutHead extends LitElement {
  static override styles = [
    base,
    css`
      header {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.35rem;
      }
      .title {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem 0.6rem;
      }
      h1 {
        display: flex;
        flex-wrap: wrap;
        gap: 0 0.6rem;
      }
      h1,
      .facts {
        overflow-wrap: anywhere;
      }
      .tags {
        display: flex;
        flex-wrap: wrap;
        gap: 0.35rem;
      }
    `,
  ];

  @property() project = '';
  @property({ attribute: false }) rollout!: RolloutAnswer;

  override render() {
    const { flag, from, to, state } = this.rollout;
    const env = here.value?.environment.key ?? '';
    const { name, tone } = STATE_WORDS[state];
    return html`<header>
      <p class="small"><a href=${writeRoute('rollouts', { project: this.project }, { env })}>Rollouts</a></p>
      <div class="title">
        <h1>
          <a class="mono" href=${writeRoute('flag', { project: this.project, flag }, { env })}>${flag}</a>
          <span class="mono">${from} → ${to}</span>
        </h1>
        <span class="tag ${tone}">${name}</span>
      </div>
      ${this.#drawFacts()}
    </header>`;
  }

  #drawFacts() {
    const { policy, startedBy, startedByName, startedAt, endedAt, reason, target } = this.rollout;
    const env = here.value?.environment.key ?? '';
    const href = writeRoute('policy', { project: this.project, policy: policy.key }, { env });
    return html`<p class="facts quiet">
        By <a href=${href}>${policy.key}</a> version ${policy.version}. Started
        <t-ago .at=${startedAt}></t-ago> by ${this.#drawStarter(startedBy, startedByName)}${reason === null ? '.' : html`: “${reason}”.`}
        ${endedAt === null ? nothing : html`Over <t-ago .at=${endedAt}></t-ago>.`}
        ${target === 'fallthrough' ? nothing : html`For whom the rule <code>${target}</code> meets.`}
      </p>
      ${this.#drawTags()}`;
  }

  /** One that left with a train leads to the departures of that train. */
  #drawStarter(actor: string, actorName: string | null) {
    const train = /^train:(.+)$/.exec(actor)?.[1];
    if (train === undefined) return tellActor({ actor, actorName });
    const query = { env: here.value?.environment.key ?? '', show: 'past', train };
    return html`<a href=${writeRoute('departures', { project: this.project }, query)}>the train ${train}</a>`;
  }

  #drawTags() {
    const { mode, commit, retryOf, reversible, runbookUrl } = this.rollout;
    const isPlain = mode === 'automatic' && commit === null && retryOf === null && reversible === 'instant';
    if (isPlain) return nothing;
    const again = retryOf === null ? '' : writeRoute('rollout', { project: this.project, rollout: retryOf });
    return html`<div class="tags">
      ${mode === 'button' ? html`<span class="tag">somebody presses for each stage</span>` : nothing}
      ${commit === null ? nothing : html`<span class="tag mono" title=${commit}>commit ${commit.slice(0, 10)}</span>`}
      ${retryOf === null ? nothing : html`<span class="tag">tries <a href=${again}>an earlier one</a> again</span>`}
      ${reversible === 'instant' ? nothing : html`<span class="tag warn">${REVERSIBLE[reversible]}</span>`}
      ${isLink(runbookUrl) ? html`<a class="small" href=${runbookUrl} rel="noreferrer noopener" target="_blank">Runbook</a>` : nothing}
    </div>`;
  }
}

const REVERSIBLE = {
  'forward-only': 'forward only: guards pause it and call somebody',
  runbook: 'goes back by a runbook: guards pause it and call somebody',
};

function isLink(url: string | null): url is string {
  return url !== null && /^https?:\/\//i.test(url);
}

declare global {
  interface HTMLElementTagNameMap {
    't-rollout-head': RolloutHead;
  }
}
