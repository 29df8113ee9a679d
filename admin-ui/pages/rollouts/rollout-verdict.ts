import type { RolloutAnswer, RunAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { tellActor } from '../../parts/change-words.ts';
import { onMyClock } from '../../parts/on-my-clock.ts';
import '../../parts/relative-time.ts';
import { base } from '../../styles/base.ts';
import { isLive, PAGE_WORDS } from './tell-rollout.ts';

/** What was decided last, in the sentence that says why, large; below it what it rests on. */
@customElement('t-rollout-verdict')
export class RolloutVerdict extends LitElement {
  static override styles = [
    base,
    css`
      .why {
        font-size: 1.2rem;
        line-height: 1.4;
        font-weight: 600;
        overflow-wrap: anywhere;
        max-width: 60rem;
      }
      .page-about {
        color: var(--warn);
        font-weight: 600;
      }
      ul {
        margin: 0;
        padding-left: 1.1rem;
      }
      li,
      p {
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) rollout!: RolloutAnswer;
  /** The last one of it; undefined where one may see none. */
  @property({ attribute: false }) run: RunAnswer | undefined;

  override render() {
    const { says, state } = this.rollout;
    const { decision, pausedBy } = this.run ?? {};
    const living = isLive(state);
    return html`<div class="stack">
      <p class="why" role="status">${onMyClock(says ?? 'It has just been started. Nothing was decided yet.')}</p>
      ${living && decision?.page ? html`<p class="page-about">Needs somebody: ${PAGE_WORDS[decision.page]}.</p>` : nothing}
      ${
        state === 'paused' && pausedBy
          ? html`<p>Paused <t-ago .at=${pausedBy.at}></t-ago> by ${tellPauser(pausedBy)}.</p>`
          : nothing
      }
      ${living && decision ? drawRests(decision, says) : nothing}
    </div>`;
  }
}

function tellPauser({ actor, actorName }: NonNullable<RunAnswer['pausedBy']>): string {
  return actor.startsWith('rollout:') ? 'the policy' : tellActor({ actor, actorName });
}

function drawRests({ because, at, checkAgainAt }: NonNullable<RunAnswer['decision']>, says: string | null) {
  const more = because.filter((one) => !says?.endsWith(one));
  return html`${
    more.length === 0
      ? nothing
      : html`<ul class="quiet">
            ${more.slice(0, 6).map((one) => html`<li>${onMyClock(one)}</li>`)}
          </ul>`
  }
    <p class="quiet small">
      Looked at <t-ago .at=${at}></t-ago>${checkAgainAt === null ? ': only something from outside changes it' : nothing}.
    </p>`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-rollout-verdict': RolloutVerdict;
  }
}
