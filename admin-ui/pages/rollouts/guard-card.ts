import type { RolloutAnswer, RunAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { onMyClock } from '../../parts/on-my-clock.ts';
import { base } from '../../styles/base.ts';
import './guard-chart.ts';
import { tellOnFail, tellStatistic, VERDICT_WORDS } from './tell-rollout.ts';

type Guard = RolloutAnswer['guards'][number];
type Found = NonNullable<RunAnswer['decision']>['guards'][number];
type Point = RunAnswer['series'][string][number];

/** One guard: what it watches, what it was found to be, and how near it came to its bound. */
@customElement('t-guard-card')
export class GuardCard extends LitElement {
  static override styles = [
    base,
    css`
      article {
        display: grid;
        align-content: start;
        gap: 0.35rem;
        padding: 0.7rem 0.9rem;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      article.fail {
        border-color: var(--warn);
        background: var(--warn-soft);
      }
      article.shadow {
        border-style: dashed;
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.3rem 0.4rem;
      }
      .key {
        display: inline-block;
        width: 1rem;
        border-top: 2px solid var(--slice-1);
        vertical-align: middle;
      }
      .key.bound {
        border-top: 2px dashed var(--warn);
      }
    `,
  ];

  @property({ attribute: false }) guard!: Guard;
  /** Undefined before the first look. */
  @property({ attribute: false }) found: Found | undefined;
  @property({ attribute: false }) series: readonly Point[] = [];

  override render() {
    const { guard, found } = this;
    const verdict = found?.verdict;
    const { name, tone } = verdict === undefined ? { name: 'not looked at yet', tone: '' } : VERDICT_WORDS[verdict];
    return html`<article class="card ${verdict ?? ''} ${guard.mode}">
      <div class="head">
        <h3 class="mono">${guard.id}</h3>
        <span class="tag ${guard.mode === 'shadow' && tone === 'warn' ? '' : tone}">${name}</span>
        ${guard.mode === 'shadow' ? html`<span class="tag">shadow</span>` : nothing}
      </div>
      <p class="small quiet">${guard.says} · ${tellOnFail(guard)}</p>
      ${found === undefined ? nothing : html`<p>${onMyClock(found.because)}</p>`} ${this.#drawEvidence()}
    </article>`;
  }

  #drawEvidence() {
    const { found } = this;
    if (found === undefined || found.verdict === 'not-applicable') return nothing;
    const points = this.series.filter(({ value }) => value !== undefined);
    if (points.length === 0) return nothing;
    return html`<t-guard-chart .points=${points}></t-guard-chart>
      <p class="small quiet">
        <span class="key" aria-hidden="true"></span>
        ${found.statistic === undefined ? 'where it stood' : tellStatistic(this.guard.kind, found.statistic)}
        <span class="key bound" aria-hidden="true"></span>
      </p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-guard-card': GuardCard;
  }
}
