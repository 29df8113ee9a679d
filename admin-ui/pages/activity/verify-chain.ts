import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import '../../parts/problem-view.ts';
import '../../parts/relative-time.ts';
import { base } from '../../styles/base.ts';

interface Verdict {
  ok: boolean;
  entries: number;
  erased: number;
  head: string;
  faults: string[];
  at: string;
}

/** Walks the chain of the log when it is asked to, and says whether anything in it was altered. */
@customElement('t-verify-chain')
export class VerifyChain extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: grid;
        gap: 0.75rem;
        justify-items: end;
      }
      :host([open]) {
        flex-basis: 100%;
        justify-items: stretch;
      }
      :host([open]) .ask {
        justify-self: start;
      }
      .verdict {
        padding: 0.75rem 1rem;
        border-left: 3px solid var(--on);
      }
      .verdict.broken {
        border-left-color: var(--warn);
        background: var(--warn-soft);
      }
      .verdict code {
        overflow-wrap: anywhere;
      }
      progress {
        width: 100%;
        max-width: 20rem;
        accent-color: var(--primary);
      }
    `,
  ];

  @property() project = '';
  @state() private seconds: number | undefined;
  @state() private verdict: Verdict | undefined;
  @state() private refusal: Refusal | undefined;

  override willUpdate(): void {
    const open = this.seconds !== undefined || this.verdict !== undefined || this.refusal !== undefined;
    this.toggleAttribute('open', open);
  }

  async #verify(): Promise<void> {
    if (this.seconds !== undefined) return;
    this.verdict = undefined;
    this.refusal = undefined;
    this.seconds = 0;
    const clock = setInterval(() => {
      this.seconds = (this.seconds ?? 0) + 1;
    }, 1_000);
    try {
      const found = await send<Omit<Verdict, 'at'>>(`/projects/${this.project}/changes/verify`);
      this.verdict = { ...found, at: new Date().toISOString() };
    } catch (error) {
      this.refusal = asRefusal(error);
    }
    clearInterval(clock);
    this.seconds = undefined;
  }

  override render() {
    return html`<button class="ask" aria-disabled=${this.seconds !== undefined} @click=${() => void this.#verify()}>
        <wa-icon name="shield" aria-hidden="true"></wa-icon>Verify the chain
      </button>
      <div role="status">
        ${this.seconds === undefined ? nothing : this.#drawProgress(this.seconds)}
        ${this.verdict === undefined ? nothing : drawVerdict(this.verdict)}
      </div>
      <t-problem .refusal=${this.refusal} .retry=${() => void this.#verify()}></t-problem>`;
  }

  #drawProgress(seconds: number) {
    return html`<div class="stack">
      <label for="walk">Walking the chain from its first entry … ${seconds > 0 ? html`${seconds} s` : nothing}</label>
      <progress id="walk"></progress>
    </div>`;
  }
}

function drawVerdict({ ok, entries, erased, head, faults, at }: Verdict) {
  const walked = `${entries} ${entries === 1 ? 'entry' : 'entries'}`;
  const gone =
    erased === 0 ? 'nothing was erased' : `what ${erased} of them held was erased, and they still hash to it`;
  return html`<div class="card verdict stack ${ok ? '' : 'broken'}">
    <p>
      <strong>${ok ? 'The chain holds.' : 'The chain is broken.'}</strong>
      ${walked} walked, ${gone}. <span class="quiet"><t-ago .at=${at}></t-ago></span>
    </p>
    ${
      ok
        ? nothing
        : html`<p>The log was altered, or the database was put back in part. Found, the first first:</p>
            <ul>
              ${faults.map((fault) => html`<li>${fault}</li>`)}
            </ul>
            <p class="quiet">Keep a copy of the database as it is, and compare it with a backup before anything else.</p>`
    }
    <p class="small quiet">Its last entry hashes to <code>${head}</code>. Keep it elsewhere, and a cut tail shows.</p>
  </div>`;
}
