import type { RunAnswer } from '@turnout/server/contracts';
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../styles/base.ts';
import { count, tellMeasured } from './tell-measured.ts';

/** How many distinct users were measured in each arm of this entry, against how many are needed. */
@customElement('t-rollout-arms')
export class ArmsView extends LitElement {
  static override styles = [
    base,
    css`
      dl {
        display: grid;
        grid-template-columns: auto minmax(3rem, 1fr) auto;
        gap: 0.35rem 0.75rem;
        align-items: center;
        margin: 0;
      }
      dd {
        margin: 0;
        font-variant-numeric: tabular-nums;
      }
      dt {
        overflow-wrap: anywhere;
      }
      .bar {
        height: 0.5rem;
        border-radius: 99px;
        background: var(--sunken);
        overflow: hidden;
      }
      .bar div {
        height: 100%;
        background: var(--slice-1);
      }
      .control .bar div {
        background: var(--slice-none);
      }
      .row-of {
        display: contents;
      }
      p {
        margin-top: 0.4rem;
      }
    `,
  ];

  @property({ attribute: false }) run!: RunAnswer;
  @property() from = '';
  @property() to = '';

  override render() {
    const { exposed, minUnits } = this.run;
    if (exposed === null) {
      return html`<p class="quiet">Nobody is measured in this stage: there are no arms to compare, or no guard that counts.</p>`;
    }
    const { treatment, control } = exposed;
    const { given, doubts } = tellMeasured(this.run, this.to);
    const most = Math.max(treatment, control, minUnits ?? 0, 1);
    return html`<dl>
        ${drawArm('treatment', `Treatment (${this.to})`, treatment, most)} ${drawArm('control', `Control (${this.from})`, control, most)}
      </dl>
      <p class="quiet small">${given}</p>
      ${doubts.map(({ tag, says }) => html`<p class="small"><span class="tag warn">${tag}</span> ${says}</p>`)}`;
  }
}

function drawArm(arm: string, words: string, units: number, most: number) {
  return html`<div class="row-of ${arm}">
    <dt>${words}</dt>
    <dd class="bar" aria-hidden="true"><div style="width:${(units / most) * 100}%"></div></dd>
    <dd>${count(units)}</dd>
  </div>`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-rollout-arms': ArmsView;
  }
}
