import type { DepartureAnswer, TrainAnswer } from '@turnout/server/contracts';
import { css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { MyProject } from '../../client/me.ts';
import { send } from '../../client/send-request.ts';
import { FormDialog } from '../settings/form-dialog.ts';
import { textIn } from '../settings/form-fields.ts';
import './cargo.ts';
import type { Cargo } from './cargo.ts';
import { trainPath } from './departure-flows.ts';
import { chooseTrain } from './train-choice.ts';

/** An emergency departure: what leaves now, who agrees, and what is owed for it. */
@customElement('t-chemspill-form')
export class ChemspillForm extends FormDialog<DepartureAnswer> {
  static override styles = [
    ...FormDialog.styles,
    css`
      .apart {
        margin-top: 0.25rem;
        padding: 0.75rem 1rem;
        border: 1px solid var(--warn);
        border-radius: var(--round);
      }
      .apart:has(:checked) {
        background: var(--warn-soft);
      }
      .apart p {
        margin-top: 0.3rem;
      }
      ul {
        margin: 0;
        padding-left: 1.1rem;
      }
    `,
  ];

  @property({ attribute: false }) project!: MyProject;
  @property({ attribute: false }) trains: readonly TrainAnswer[] = [];
  @state() private chosen = '';
  @state() private breaksGlass = false;
  @query('t-cargo') private cargo!: Cargo;

  get #train(): TrainAnswer | undefined {
    return this.trains.find(({ key }) => key === this.chosen) ?? this.trains[0];
  }

  protected words() {
    return {
      title: 'Chemspill: an emergency departure',
      lead: html`<ul>
        <li>It leaves now: past the cut-off, past freezes, and past a line that is stopped. Until that is started again, its
          rollouts stay in their first stage.</li>
        <li>Its rollouts keep only the gates that their policy says always hold. Their guards watch as ever.</li>
        <li>A postmortem is owed within seven days. It stands on the board until somebody has written it.</li>
      </ul>`,
      confirm: this.breaksGlass ? 'Break the glass, and leave now' : 'Ask a second person',
    };
  }

  protected drawFields() {
    return html`${chooseTrain(this.trains, this.#train?.key ?? '', (key) => {
      this.chosen = key;
    })}
      <t-cargo
        .project=${this.project}
        .environment=${this.#train?.environment ?? ''}
        .refusal=${this.refusal}
      ></t-cargo>
      ${this.field('reason', 'Reason', { hint: 'what burns; everybody reads it', required: true, longest: 1_000 })}
      ${this.#drawGlass()}`;
  }

  #drawGlass() {
    return html`<p class="quiet small" ?hidden=${this.breaksGlass}>
        Another release manager agrees to it: not you, and nobody who wrote what leaves. It stands in their inbox, and
        leaves the moment they approve.
      </p>
      <div class="apart">
        <label class="row">
          <input
            type="checkbox"
            .checked=${this.breaksGlass}
            @change=${(event: Event) => {
              this.breaksGlass = (event.target as HTMLInputElement).checked;
            }}
          />
          Nobody can be asked: break the glass
        </label>
        ${
          this.breaksGlass
            ? html`<p class="small">
                It leaves on your word alone. Everybody who could have approved is told, with your name and your reason, and
                it stands in the log as a security event.
              </p>`
            : nothing
        }
      </div>`;
  }

  protected async submit(fields: FormData): Promise<DepartureAnswer> {
    const body = { ...this.cargo.take(), reason: textIn(fields, 'reason'), breakGlass: this.breaksGlass };
    const path = `${trainPath(this.project.key, this.#train?.key ?? '')}/chemspill`;
    return (await send<{ departure: DepartureAnswer }>(path, { method: 'POST', body })).departure;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-chemspill-form': ChemspillForm;
  }
}
