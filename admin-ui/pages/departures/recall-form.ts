import type { ChangedDeparture, DepartureAnswer } from '@turnout/server/contracts';
import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { MyProject } from '../../client/me.ts';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { FormDialog } from '../settings/form-dialog.ts';
import { textIn } from '../settings/form-fields.ts';
import { trainPath } from './departure-flows.ts';
import { nameOf } from './tell-departure.ts';

/** Takes back all that a departure brought: shows first what goes back and what stays, and asks for a reason only. */
@customElement('t-recall-form')
export class RecallForm extends FormDialog<ChangedDeparture> {
  static override styles = [
    ...FormDialog.styles,
    css`
      ul {
        margin: 0.2rem 0 0;
        padding-left: 1.1rem;
        max-height: 12rem;
        overflow: auto;
      }
      li {
        overflow-wrap: anywhere;
        unicode-bidi: isolate;
      }
      .kept {
        padding: 0.6rem 0.8rem;
        border: 1px solid var(--warn);
        border-radius: var(--round);
        background: var(--warn-soft);
      }
    `,
  ];

  @property({ attribute: false }) project!: MyProject;
  @property({ attribute: false }) departure!: DepartureAnswer;
  @state() private seen: ChangedDeparture | undefined;
  @state() private unseen: Refusal | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#look();
  }

  /** Nothing is done by looking, and where looking fails the recall itself is still tried. */
  async #look(): Promise<void> {
    this.unseen = undefined;
    try {
      this.seen = await this.#recall('looking what would come of it', true);
    } catch (error) {
      this.unseen = asRefusal(error);
    }
  }

  #recall(reason: string | undefined, dryRun: boolean): Promise<ChangedDeparture> {
    const { train, number } = this.departure;
    const path = `${trainPath(this.project.key, train)}/departures/${number}/recall`;
    const query = dryRun ? { dryRun: true } : {};
    return send<ChangedDeparture>(path, { method: 'POST', body: { reason }, query });
  }

  protected words() {
    return {
      title: `Recall ${nameOf(this.departure)}?`,
      lead: 'At once, whatever else is true: it waits for no approval and no freeze. Users get again what they had before it left.',
      confirm: 'Recall',
    };
  }

  protected drawFields() {
    return html`${this.#drawSeen()}
    ${this.field('reason', 'Reason', { hint: 'required, kept in the change log', required: true, focus: true, longest: 1_000 })}`;
  }

  #drawSeen() {
    if (this.unseen !== undefined) {
      return html`<t-problem .refusal=${this.unseen} .retry=${() => void this.#look()}></t-problem>`;
    }
    if (this.seen === undefined) return html`<p class="quiet" role="status">Looking what would go back …</p>`;
    const { restored = [], kept = [] } = this.seen;
    const nameOfPlace = (key: string) => this.project.environments.find((one) => one.key === key)?.name ?? key;
    return html`<div role="status">
        <h3>${restored.length === 0 ? 'Nothing goes back' : `${restored.length === 1 ? 'One flag goes' : `${restored.length} flags go`} back`}</h3>
        <ul aria-label="Goes back">
          ${restored.map(({ flag, environment }) => html`<li><code>${flag}</code> in ${nameOfPlace(environment)}</li>`)}
        </ul>
      </div>
      ${
        kept.length === 0
          ? nothing
          : html`<div class="kept">
              <h3>Stays as it is, for somebody edited it since</h3>
              <ul aria-label="Stays">
                ${kept.map(({ flag, because }) => html`<li><code>${flag}</code>: ${because}</li>`)}
              </ul>
            </div>`
      }`;
  }

  protected submit(fields: FormData): Promise<ChangedDeparture> {
    return this.#recall(textIn(fields, 'reason'), false);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-recall-form': RecallForm;
  }
}
