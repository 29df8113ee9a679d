import type { FlipReceiptsShown } from '@turnout/server/contracts';
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { readReceipts } from '../../client/flip.ts';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import '../../parts/problem-view.ts';
import '../../parts/relative-time.ts';
import { tellWhy } from '../../parts/why-words.ts';
import { base } from '../../styles/base.ts';
import { isReached, tellMeter } from '../kill/tell-meter.ts';

const WAIT_MS = 5_000;
const LOOKS = 12;
const MOST_LAGGARDS = 10;

/**
 * How far a change has come, to be read from across the room: so many apps of so many, and by name who has it not. Tells
 * `reach` with whether all have it.
 */
@customElement('t-reach-meter')
export class ReachMeter extends LitElement {
  static override styles = [
    base,
    css`
      .meter {
        display: grid;
        grid-template-columns: auto minmax(4rem, 1fr);
        align-items: center;
        gap: 0.35rem 1rem;
      }
      .figure {
        font-size: 1.5rem;
        line-height: 1.2;
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
      }
      .bar {
        height: 0.6rem;
        border: 1px solid var(--line);
        border-radius: 99px;
        background: var(--sunken);
        overflow: hidden;
      }
      .bar div {
        height: 100%;
        background: var(--warn);
        transition: width var(--quick);
      }
      .all .bar div,
      .nobody .bar div {
        background: var(--on);
      }
      .words {
        grid-column: span 2;
      }
      ul {
        margin: 0.3rem 0 0;
        padding-left: 1.1rem;
      }
      li {
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property() project = '';
  @property({ type: Number }) change = 0;
  @state() private receipts: FlipReceiptsShown | undefined;
  @state() private refusal: Refusal | undefined;
  @state() private looking = false;
  #round = 0;

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('project') && !changed.has('change')) return;
    this.receipts = undefined;
    void this.#look();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#round++;
  }

  async #look(): Promise<void> {
    this.#round++;
    const mine = this.#round;
    this.refusal = undefined;
    this.looking = true;
    try {
      for (let look = 0; look < LOOKS; look++) {
        const receipts = await readReceipts(this.project, this.change, look === 0 ? 0 : WAIT_MS);
        if (mine !== this.#round) return;
        this.receipts = receipts;
        // Nobody is late before they were waited for.
        if (look > 0 || isReached(receipts))
          this.dispatchEvent(new CustomEvent('reach', { detail: isReached(receipts) }));
        if (isReached(receipts)) break;
      }
    } catch (error) {
      if (mine !== this.#round) return;
      this.refusal = asRefusal(error);
    }
    this.looking = false;
  }

  override render() {
    const { receipts, looking } = this;
    const { figure, took, words, share, state: standing } = tellMeter(receipts);
    const { live = 0, reached = 0 } = receipts ?? {};
    return html`<div class="meter ${standing}">
        <p class="figure" role="status"><strong>${figure}</strong>${took === '' ? nothing : html` <span class="quiet">· ${took}</span>`}</p>
        <div
          class="bar"
          role="progressbar"
          aria-label="Running apps that have it in force"
          aria-valuemin="0"
          aria-valuemax=${Math.max(1, live)}
          aria-valuenow=${live === 0 ? share : reached}
          aria-valuetext=${words}
        >
          <div style="width: ${share * 100}%"></div>
        </div>
        <p class="words">
          ${words}
          ${looking || standing === 'all' || standing === 'nobody' ? nothing : html`<button class="plain" @click=${() => void this.#look()}>Ask again</button>`}
        </p>
      </div>
      ${this.#drawLaggards()}
      <t-problem .refusal=${this.refusal} .retry=${() => void this.#look()}></t-problem>`;
  }

  #drawLaggards() {
    const laggards = this.receipts?.laggards ?? [];
    if (laggards.length === 0) return nothing;
    const more = laggards.length - MOST_LAGGARDS;
    return html`<ul aria-label="Not yet in force there">
      ${laggards.slice(0, MOST_LAGGARDS).map(
        ({ host, instance, why, lastSeen }) => html`<li>
          <strong>${host || 'no host named'}</strong> <code class="quiet">${instance.slice(0, 12)}</code>
          ${tellWhy(why).words}; heard of <t-ago .at=${lastSeen}></t-ago>
        </li>`,
      )}
      ${more > 0 ? html`<li>and ${more} more</li>` : nothing}
    </ul>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-reach-meter': ReachMeter;
  }
}
