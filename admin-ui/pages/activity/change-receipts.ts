import type { FlipReceiptsShown } from '@turnout/server/contracts';
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { readReceipts } from '../../client/flip.ts';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import '../../parts/problem-view.ts';
import '../../parts/receipts-view.ts';
import { base } from '../../styles/base.ts';

const STEP_MS = 5_000;
const LOOKS_FOR_MS = 30_000;

/** Who has put a change in force. Right after it, it is looked again until everybody has, or half a minute is over. */
@customElement('t-change-receipts')
export class ChangeReceipts extends LitElement {
  static override styles = [base];
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
    const until = Date.now() + LOOKS_FOR_MS;
    this.refusal = undefined;
    this.looking = true;
    try {
      for (let waitMs = 0; ; waitMs = STEP_MS) {
        const receipts = await readReceipts(this.project, this.change, waitMs);
        if (mine !== this.#round) return;
        this.receipts = receipts;
        if (receipts.reached >= receipts.live || Date.now() > until) break;
      }
    } catch (error) {
      if (mine !== this.#round) return;
      this.refusal = asRefusal(error);
    }
    this.looking = false;
  }

  override render() {
    const { receipts } = this;
    const behind = receipts !== undefined && receipts.reached < receipts.live;
    return html`<div class="stack" role="status">
        <t-receipts .receipts=${receipts}></t-receipts>
        ${
          this.looking
            ? html`<p class="quiet">${behind ? 'Waiting for the others …' : 'Asking …'}</p>`
            : behind
              ? html`<div><button @click=${() => void this.#look()}>Look again</button></div>`
              : nothing
        }
      </div>
      <t-problem .refusal=${this.refusal} .retry=${() => void this.#look()}></t-problem>`;
  }
}
