import type { FlipReceiptsShown, RunAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { readReceipts } from '../../client/flip.ts';
import '../../parts/relative-time.ts';
import { tellWhy } from '../../parts/why-words.ts';
import { base } from '../../styles/base.ts';
import { tellMeter } from '../kill/tell-meter.ts';
import { tellSpan, wentBack } from './tell-rollout.ts';

const WAIT_MS = 5_000;
/** After that it is asked again when somebody wants to know. */
const LOOKS = 12;
const MOST_LAGGARDS = 10;

/**
 * How far what a run wrote last has come: so many apps of so many, after how long, and by name who has not. Of what went
 * back it is said loudly where it did not arrive.
 */
@customElement('t-rollout-reach')
export class ReachView extends LitElement {
  static override styles = [
    base,
    css`
      .box {
        display: grid;
        gap: 0.3rem;
      }
      .loud {
        padding: 0.75rem 1rem;
        border: 2px solid var(--warn);
        border-radius: var(--round);
        background: var(--warn-soft);
      }
      .loud h2 {
        color: var(--warn);
        letter-spacing: 0.02em;
      }
      .figure {
        font-size: 1.5rem;
        line-height: 1.2;
        font-weight: 650;
        font-variant-numeric: tabular-nums;
      }
      .figure.small {
        font-size: 1rem;
      }
      .figure span {
        font-weight: 500;
      }
      ul {
        margin: 0;
        padding-left: 1.1rem;
      }
      li {
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property() project = '';
  @property({ attribute: false }) run!: RunAnswer;
  @state() private receipts: FlipReceiptsShown | undefined;
  #asked = 0;
  #round = 0;

  override willUpdate(_changed: PropertyValues): void {
    const change = this.run.reach?.change ?? 0;
    if (change === this.#asked) return;
    this.#asked = change;
    this.receipts = undefined;
    if (change !== 0) void this.#look(change);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#round++;
    this.#asked = 0;
  }

  async #look(change: number): Promise<void> {
    this.#round++;
    const mine = this.#round;
    for (let look = 0; look < LOOKS; look++) {
      // Without an answer the words of the run itself stand: they say whether it is in force, and who has not.
      const receipts = await readReceipts(this.project, change, look === 0 ? 0 : WAIT_MS).catch(() => undefined);
      if (mine !== this.#round || receipts === undefined) return;
      this.receipts = receipts;
      if (receipts.complete && receipts.reached >= receipts.live) return;
    }
  }

  override render() {
    const { reach, state: state_ } = this.run;
    if (reach === null) return nothing;
    const isBack = wentBack(state_);
    const isLate = reach.state === 'late';
    return html`<div class="box ${isLate ? 'loud' : ''}" role=${isLate ? 'alert' : 'status'}>
      ${isLate ? html`<h2>${isBack ? 'ROLLBACK NOT EFFECTIVE' : 'NOT IN FORCE EVERYWHERE'}</h2>` : nothing}
      ${this.#drawFigure(isBack)}
      <p>${tellReach(this.run, isBack)}</p>
      ${reach.state === 'reached' ? nothing : this.#drawLaggards(reach.laggards)}
    </div>`;
  }

  #drawFigure(isBack: boolean) {
    const { receipts } = this;
    if (receipts === undefined || receipts.live === 0) return nothing;
    const { figure, took } = tellMeter(receipts);
    return html`<p class="figure ${isBack ? '' : 'small'}">
      ${figure}${took === '' ? nothing : html` <span>· ${took}</span>`}
      <span class="quiet small">apps have it in force</span>
    </p>`;
  }

  /** By what is known of them, where that can be asked; else as the run has them. */
  #drawLaggards(named: readonly string[]) {
    const known = this.receipts?.laggards ?? [];
    if (known.length === 0 && named.length === 0) return nothing;
    const shown = known.slice(0, MOST_LAGGARDS);
    const more = Math.max(known.length, this.receipts === undefined ? named.length : 0) - MOST_LAGGARDS;
    return html`<ul aria-label="Not yet in force there">
      ${
        shown.length > 0
          ? shown.map(
              ({ host, instance, why, lastSeen }) => html`<li>
                <strong>${host || 'no host named'}</strong> <span class="quiet mono">${instance.slice(0, 12)}</span>
                ${tellWhy(why).words}; heard of <t-ago .at=${lastSeen}></t-ago>
              </li>`,
            )
          : named.slice(0, MOST_LAGGARDS).map((name) => html`<li><strong>${name}</strong></li>`)
      }
      ${more > 0 ? html`<li>and ${more} more</li>` : nothing}
    </ul>`;
  }
}

function tellReach({ reach, stage }: RunAnswer, isBack: boolean) {
  if (reach === null) return nothing;
  const what = isBack ? 'What was served before is' : stage < 0 ? 'It is' : 'This stage is';
  if (reach.state === 'reached') {
    const took = Date.parse(reach.reachedAt ?? reach.writtenAt) - Date.parse(reach.writtenAt);
    return html`${what} in force in all apps and nodes, within ${took < 1_000 ? 'a second' : tellSpan(took)}.`;
  }
  if (reach.state === 'pending')
    return html`Written <t-ago .at=${reach.writtenAt}></t-ago>. Waiting until all apps have it …`;
  const then = isBack ? 'users there may still get the new variant' : 'no bake begins before';
  return html`Written <t-ago .at=${reach.writtenAt}></t-ago>, and not every app has said that it has it: ${then}.`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-rollout-reach': ReachView;
  }
}
