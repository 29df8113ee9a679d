import type { TriedQuery } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import '../../parts/problem-view.ts';
import '../../parts/relative-time.ts';
import { spellMarks } from '../../parts/spell-marks.ts';
import { base } from '../../styles/base.ts';
import { tellAnswer } from './query-words.ts';

/** Asks a source a query, as a guard would, and says what came of it. */
@customElement('t-try-query')
export class TryQuery extends LitElement {
  static override styles = [
    base,
    css`
      form {
        display: grid;
        gap: 0.35rem;
      }
      .row {
        flex-wrap: nowrap;
        gap: 0.5rem;
      }
      input {
        flex: 1;
        min-width: 0;
        font-family: var(--mono);
        font-size: var(--small);
      }
      .answer {
        display: grid;
        gap: 0.1rem;
        padding: 0.5rem 0.75rem;
        border-left: 3px solid var(--line-strong);
        background: var(--sunken);
        border-radius: 0 var(--round) var(--round) 0;
        overflow-wrap: anywhere;
      }
      .answer.good {
        border-color: var(--on);
      }
      .answer.bad {
        border-color: var(--warn);
      }
      .value {
        font: 600 1rem / 1.4 var(--mono);
      }
    `,
  ];

  /** Where the source is. */
  @property() path = '';
  @property() source = '';
  @property() why = '';
  @state() private tried: TriedQuery | undefined;
  @state() private refusal: Refusal | undefined;
  @state() private busy = false;

  async #ask(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const query = String(new FormData(event.target as HTMLFormElement).get('query') ?? '').trim();
    if (this.busy || query === '' || this.why !== '') return;
    this.busy = true;
    this.refusal = undefined;
    try {
      this.tried = await send<TriedQuery>(`${this.path}/try`, { query: { query } });
    } catch (error) {
      this.tried = undefined;
      this.refusal = asRefusal(error);
    } finally {
      this.busy = false;
    }
  }

  override render() {
    return html`<form @submit=${this.#ask}>
        <label for="query">Try a query <span class="hint">PromQL, as a guard would ask it</span></label>
        <div class="row">
          <input
            id="query"
            name="query"
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            maxlength="4000"
            placeholder="sum(rate(http_requests_total[5m]))"
          />
          <button type="submit" aria-disabled=${this.busy || this.why !== ''} title=${this.why} aria-label="Ask ${this.source}">
            ${this.busy ? 'Asking …' : 'Ask'}
          </button>
        </div>
      </form>
      <t-problem .refusal=${this.refusal}></t-problem>
      <div role="status">${this.#drawAnswer()}</div>`;
  }

  #drawAnswer() {
    if (this.tried === undefined) return nothing;
    const { tone, says, means } = tellAnswer(this.tried.answer);
    return html`<div class="answer ${tone}">
      <span class="row"><span class="value">${says}</span> <span class="small quiet">asked <t-ago .at=${this.tried.at}></t-ago></span></span>
      <span class="small">${spellMarks(means)}</span>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-try-query': TryQuery;
  }
}
