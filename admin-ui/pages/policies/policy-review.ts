import type { PolicyAnswer, PolicyCheckAnswer, RequestSummary } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { untilEnded } from '../../parts/until-ended.ts';
import '../../parts/diff-view.ts';
import '../../parts/problem-view.ts';
import { spellMarks } from '../../parts/spell-marks.ts';
import { base } from '../../styles/base.ts';
import { dialogBox } from '../../styles/dialog-box.ts';
import { reviewSheet } from '../flag/review-sheet.ts';
import { tellPlace } from './findings.ts';

export interface PolicyToReview {
  /** Below which the project is. */
  path: string;
  key: string;
  /** The version that is replaced; 0 where it is the first. */
  version: number;
  yaml: string;
  /** What is stored: as data, and as it was written. */
  before: unknown;
  text: string;
  check: PolicyCheckAnswer;
  /** How many rollouts go by it now. */
  rollouts: number;
}

/** What came of it: saved, asked for, or that somebody was faster. */
export type Reviewed =
  | { policy: PolicyAnswer; isNewVersion: boolean }
  | { request: RequestSummary }
  | { overtaken: true }
  | undefined;

export function reviewPolicy(asked: PolicyToReview): Promise<Reviewed> {
  const dialog = document.createElement('t-policy-review');
  document.body.append(dialog);
  return dialog.show(asked).finally(() => dialog.remove());
}

/** What would be saved beside what is, what of it becomes looser, and why it is done. */
@customElement('t-policy-review')
export class PolicyReview extends LitElement {
  static override styles = [
    base,
    dialogBox,
    reviewSheet,
    css`
      .loosens {
        padding: 0.6rem 1rem;
        border: 1px solid var(--warn);
        border-radius: var(--round);
        background: var(--warn-soft);
        overflow-wrap: anywhere;
      }
      .loosens ul {
        margin: 0.25rem 0 0;
        padding-left: 1.1rem;
      }
      input[type='checkbox'] {
        width: 1rem;
      }
      /* What is typed is not under the buttons that stay at the bottom. */
      #reason {
        scroll-margin-bottom: 6rem;
      }
      .accept {
        display: flex;
        gap: 0.5rem;
        align-items: baseline;
        font-weight: 400;
      }
    `,
  ];

  @query('dialog') private dialog!: HTMLDialogElement;
  @query('#reason') private reason!: HTMLInputElement;
  @state() private asked: PolicyToReview | undefined;
  @state() private refusal: Refusal | undefined;
  @state() private busy = false;
  @state() private missing = '';
  @state() private accepted = false;
  #end: (outcome: Reviewed) => void = () => undefined;

  async show(asked: PolicyToReview): Promise<Reviewed> {
    this.asked = asked;
    await this.updateComplete;
    this.dialog.showModal();
    return untilEnded<Reviewed>(this.dialog, (end) => {
      this.#end = end;
    });
  }

  get #mustAsk(): boolean {
    return this.refusal?.code === 'approval_required';
  }

  #body(reason: string) {
    const { yaml } = this.asked as PolicyToReview;
    const accept = this.accepted ? { acceptTooFewUnits: true } : {};
    return { yaml, ...accept, ...(reason === '' ? {} : { reason }) };
  }

  async #submit(event: Event): Promise<void> {
    event.preventDefault();
    const { asked } = this;
    if (asked === undefined || this.busy) return;
    const reason = this.reason.value.trim();
    this.missing = this.#whyReason(reason);
    if (this.missing !== '') return this.reason.focus();
    this.busy = true;
    try {
      this.#end(this.#mustAsk ? await this.#ask(asked, reason) : await this.#save(asked, reason));
    } catch (error) {
      this.refusal = asRefusal(error);
      if (this.refusal.status === 412) this.#end({ overtaken: true });
    } finally {
      this.busy = false;
    }
  }

  #whyReason(reason: string): string {
    if (reason !== '') return '';
    if (this.#mustAsk) return 'Whoever approves it reads why: say it.';
    return this.accepted ? 'Fewer units than must be seen are accepted with a reason.' : '';
  }

  async #save({ path, key, version }: PolicyToReview, reason: string): Promise<Reviewed> {
    const { policy, change } = await send<{ policy: PolicyAnswer; change?: unknown }>(
      `${path}/policies/${encodeURIComponent(key)}`,
      { method: 'PUT', ...(version === 0 ? { isNew: true } : { version }), body: this.#body(reason) },
    );
    return { policy, isNewVersion: change !== undefined };
  }

  async #ask({ path, key, version }: PolicyToReview, reason: string): Promise<Reviewed> {
    const item = {
      method: 'PUT',
      path: `/policies/${encodeURIComponent(key)}`,
      body: this.#body(reason),
      base: version,
    };
    const body = { title: `Policy ${key}: asks for less than version ${version}`, reason, items: [item] };
    return send<{ request: RequestSummary }>(`${path}/requests`, { method: 'POST', body });
  }

  override render() {
    const { asked } = this;
    if (asked === undefined) return nothing;
    const { key, version, check, before, text } = asked;
    const verb = this.#mustAsk ? 'Ask for approval' : 'Save';
    return html`<dialog aria-labelledby="title" @cancel=${() => this.#end(undefined)}>
      <form method="dialog" @submit=${this.#submit}>
        <h2 id="title">${version === 0 ? `Save the policy ${key}?` : `Save ${key} as version ${version + 1}?`}</h2>
        ${
          version === 0
            ? html`<p class="quiet">It is new. Nothing goes by it until a flag has it, or a rollout is started with it.</p>`
            : html`<p class="quiet">Rollouts that are under way keep the version that they were started with.</p>
                <t-diff texts .was=${text} .now=${asked.yaml}></t-diff>
                <details>
                  <summary>As data, with every default</summary>
                  <t-diff .was=${before} .now=${check.document} none="The rules are the same; only the text is another."></t-diff>
                </details>`
        }
        ${this.#drawLoosens(asked)} ${this.#drawAccept(check)}
        <t-problem .refusal=${this.refusal}></t-problem>
        ${this.#mustAsk ? html`<p>A second administrator can agree: the request carries exactly this version.</p>` : nothing}
        ${this.#drawReason()}
        <div class="buttons">
          <button type="button" class="plain" @click=${() => this.#end(undefined)}>Back</button>
          <button type="submit" class="primary" ?disabled=${this.busy}>${this.busy ? 'One moment …' : verb}</button>
        </div>
      </form>
    </dialog>`;
  }

  #drawLoosens({ check, rollouts }: PolicyToReview) {
    if (check.loosens.length === 0) return nothing;
    const says =
      rollouts === 0
        ? 'No rollout goes by this policy now, so one person is enough.'
        : `${rollouts === 1 ? 'A rollout goes' : `${rollouts} rollouts go`} by this policy now, so it takes a second person.`;
    return html`<div class="loosens">
      <strong>It asks for less than before.</strong> ${says}
      <ul>
        ${check.loosens.map(({ path, says }) => html`<li>${spellMarks(`${tellPlace(check.document, path)}: ${says}`)}</li>`)}
      </ul>
    </div>`;
  }

  #drawAccept({ faults }: PolicyCheckAnswer) {
    if (faults.length === 0) return nothing;
    return html`<div class="loosens">
      <strong>Its stages wait for fewer units than its guards need.</strong>
      <ul>
        ${faults.map(({ expected }) => html`<li>${spellMarks(expected)}</li>`)}
      </ul>
      <label class="accept">
        <input
          type="checkbox"
          required
          .checked=${this.accepted}
          @change=${(event: Event) => {
            this.accepted = (event.target as HTMLInputElement).checked;
          }}
        />
        Save it all the same, and say why below
      </label>
    </div>`;
  }

  #drawReason() {
    const isRequired = this.#mustAsk || this.accepted;
    return html`<div class="field">
      <label for="reason">Reason <span class="hint">${isRequired ? 'required' : 'optional'}, kept in the change log</span></label>
      <input
        id="reason"
        autofocus
        autocomplete="off"
        maxlength="1000"
        aria-invalid=${this.missing !== ''}
        aria-describedby="missing"
      />
      <span id="missing" class="fault" role="alert">${this.missing}</span>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-policy-review': PolicyReview;
  }
}
