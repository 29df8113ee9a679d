import type { CarAnswer, DepartureAnswer, TrainAnswer } from '@turnout/server/contracts';
import { html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { MyProject } from '../../client/me.ts';
import { send } from '../../client/send-request.ts';
import { FormDialog } from '../settings/form-dialog.ts';
import { faultAt, textIn } from '../settings/form-fields.ts';
import './cargo.ts';
import type { Cargo } from './cargo.ts';
import { trainPath } from './departure-flows.ts';
import { isLate } from './may-depart.ts';
import { nameOf } from './tell-departure.ts';
import { chooseTrain } from './train-choice.ts';

export interface BoardedCar {
  departure: DepartureAnswer;
  car: CarAnswer;
}

/** Puts a change aboard; after the cut-off as an uplift, with what may go wrong in writing. */
@customElement('t-board-form')
export class BoardForm extends FormDialog<BoardedCar> {
  @property({ attribute: false }) project!: MyProject;
  @property({ attribute: false }) trains: readonly TrainAnswer[] = [];
  /** Undefined: the next one that can still be boarded. */
  @property({ attribute: false }) departure: DepartureAnswer | undefined;
  /** The cut-off was over when it was asked for. */
  @property({ type: Boolean }) late = false;
  @state() private chosen = '';
  @query('t-cargo') private cargo!: Cargo;

  get #train(): TrainAnswer | undefined {
    return this.trains.find(({ key }) => key === this.chosen) ?? this.trains[0];
  }

  get #environment() {
    const key = this.departure?.environment ?? this.#train?.environment ?? '';
    return this.project.environments.find((one) => one.key === key);
  }

  /** The manifest is closed; or it was closed while somebody typed, and the server said so. */
  get #isLate(): boolean {
    const { departure, refusal } = this;
    const isOver = departure !== undefined && isLate(departure, Date.now());
    return this.late || faultAt(refusal, 'risk') !== undefined || (isOver && refusal?.code === 'wrong_state');
  }

  protected words() {
    const { departure } = this;
    if (this.#isLate) {
      return {
        title: departure === undefined ? 'Uplift a change' : `Uplift a change onto ${nameOf(departure)}`,
        lead: html`The cut-off is over. An uplift (a late boarding) needs what may go wrong in writing, and the approval of
          a release manager.`,
        confirm: 'Ask for the uplift',
      };
    }
    return {
      title: departure === undefined ? 'Board a change' : `Board ${nameOf(departure)}`,
      lead: 'It leaves together with what is aboard already. Until then nobody gets anything, and it can be withdrawn.',
      confirm: 'Board',
    };
  }

  protected drawFields() {
    const place = this.#environment;
    return html`${
      this.departure === undefined
        ? chooseTrain(this.trains, this.#train?.key ?? '', (key) => {
            this.chosen = key;
          })
        : nothing
    }
      <t-cargo .project=${this.project} .environment=${place?.key ?? ''} .refusal=${this.refusal} @chosen=${() => this.requestUpdate()}></t-cargo>
      ${this.#isLate ? this.#drawRisk() : nothing} ${this.reasonField(this.cargo?.kind !== 'request' || place?.reasonRequired)}`;
  }

  #drawRisk() {
    const fault = faultAt(this.refusal, 'risk');
    return html`<div class="field">
      <label for="risk">What may go wrong <span class="hint">for whoever approves: who notices, and how it goes back</span></label>
      <textarea
        id="risk"
        name="risk"
        rows="3"
        maxlength="2000"
        required
        aria-invalid=${fault !== undefined}
        aria-describedby="risk-fault"
      ></textarea>
      <span class="fault" id="risk-fault">${fault ?? nothing}</span>
    </div>`;
  }

  protected async submit(fields: FormData): Promise<BoardedCar> {
    const number = this.departure?.number;
    const body = {
      ...this.cargo.take(),
      ...(number === undefined ? {} : { departure: number }),
      risk: textIn(fields, 'risk'),
      reason: textIn(fields, 'reason'),
    };
    const train = this.departure?.train ?? this.#train?.key ?? '';
    return send<BoardedCar>(`${trainPath(this.project.key, train)}/board`, { method: 'POST', body });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-board-form': BoardForm;
  }
}
