import type { SignalAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import '../../parts/problem-view.ts';
import '../../parts/relative-time.ts';
import { base } from '../../styles/base.ts';
import { tellOutcome } from './hook-words.ts';

const SHOWN = 20;

/** What came in by a hook within a day, and what came of it. Read when somebody opens it. */
@customElement('t-hook-signals')
export class HookSignals extends LitElement {
  static override styles = [
    base,
    css`
      ul {
        list-style: none;
        margin: 0;
        padding: 0;
        display: grid;
        gap: 0.35rem;
      }
      li {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0.15rem 0.6rem;
        font-size: var(--small);
      }
      li > * {
        min-width: 0;
        overflow-wrap: anywhere;
        unicode-bidi: isolate;
      }
    `,
  ];

  /** Of the hook. */
  @property() path = '';
  @state() private items: readonly SignalAnswer[] | undefined;
  @state() private refusal: Refusal | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#read();
  }

  async #read(): Promise<void> {
    try {
      const { items } = await send<{ items: SignalAnswer[] }>(`${this.path}/signals`, { query: { limit: SHOWN } });
      this.items = items;
      this.refusal = undefined;
    } catch (error) {
      this.refusal = asRefusal(error);
    }
  }

  override render() {
    const { items, refusal } = this;
    if (refusal !== undefined)
      return html`<t-problem .refusal=${refusal} .retry=${() => void this.#read()}></t-problem>`;
    if (items === undefined) return html`<p class="quiet small" role="status">Loading …</p>`;
    const again = html`<button class="plain small" @click=${() => void this.#read()}>
      <wa-icon name="refresh" aria-hidden="true"></wa-icon>Look again
    </button>`;
    if (items.length === 0) return html`<p class="quiet small">Nothing came in within 24 hours. ${again}</p>`;
    return html`<ul aria-label="Last signals">
        ${items.map((item) => this.#draw(item))}
      </ul>
      ${again}`;
  }

  #draw(signal: SignalAnswer) {
    const { summary, fingerprint, status, severity, lastAt, because, labels } = signal;
    const { words, tone } = tellOutcome(signal);
    return html`<li>
      <span class="tag ${tone}">${words}</span>
      <strong>${summary || fingerprint}</strong>
      <span class="quiet">${status}${severity === '' || severity === 'none' ? '' : `, ${severity}`}</span>
      ${labels.turnout_flag === undefined ? nothing : html`<code>${labels.turnout_flag}</code>`}
      <span class="quiet"><t-ago .at=${lastAt}></t-ago></span>
      ${because === null ? nothing : html`<span class="quiet">${because}</span>`}
    </li>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-hook-signals': HookSignals;
  }
}
