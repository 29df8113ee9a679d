import type { MyEnvironment, TrainAnswer } from '@turnout/server/contracts';
import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { MyProject } from '../../client/me.ts';
import { send } from '../../client/send-request.ts';
import { makeKey } from '../projects/make-key.ts';
import { FormDialog } from '../settings/form-dialog.ts';
import { faultAt, textIn } from '../settings/form-fields.ts';
import { tellNext } from './board-flows.ts';
import { trainPath } from './departure-flows.ts';
import { mayDepart } from './may-depart.ts';
import { KINDS, type Kind, MODES, ON_FAIL, writeVelocity } from './tell-train.ts';
import { drawVelocity } from './velocity-fields.ts';

/** A train: where it goes, when it leaves, until when one may board, and what becomes of the others when one fails. */
@customElement('t-train-form')
export class TrainForm extends FormDialog<TrainAnswer> {
  @property({ attribute: false }) project!: MyProject;
  /** The one that is looked at: a new train goes there unless something else is chosen. */
  @property({ attribute: false }) environment!: MyEnvironment;
  /** The train that is changed; undefined where one is made. */
  @property({ attribute: false }) train: TrainAnswer | undefined;
  @state() private kind: Kind = 'train';
  @state() private newer: TrainAnswer | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.kind = this.train?.velocity.kind ?? 'train';
  }

  protected words() {
    if (this.train !== undefined) {
      return {
        title: `Change ${this.train.key}`,
        lead: `Now ${tellNext(this.train)} What you change holds from its next departure on.`,
        confirm: 'Change it',
      };
    }
    return {
      title: 'New train',
      lead: 'Changes board it, and leave together. When it leaves next is told as soon as it is made.',
      confirm: 'Make the train',
    };
  }

  protected drawFields() {
    const { train } = this;
    return html`${this.field('name', 'Name', { value: train?.name ?? '', required: true, focus: true })}
    ${train === undefined ? html`${this.#drawKey()} ${this.#drawPlace()}` : nothing}
    <fieldset>
      <legend>When it leaves</legend>
      ${this.#drawChoices('kind', KINDS, this.kind, (kind) => {
        this.kind = kind;
      })}
    </fieldset>
    ${drawVelocity(this.kind, train?.velocity, this.refusal)} ${this.#drawTimes()}
    <fieldset>
      <legend>Once its time has come, it leaves</legend>
      ${this.#drawChoices('mode', MODES, train?.mode ?? 'automatic')}
    </fieldset>
    <fieldset>
      <legend>When a change that has left fails</legend>
      ${this.#drawChoices('onItemFail', ON_FAIL, train?.onItemFail ?? 'eject')}
    </fieldset>
    ${this.reasonField(this.environment.reasonRequired)}`;
  }

  #drawKey() {
    return this.field('key', 'Key', { hint: 'left out, it is made of the name; it stays', longest: 128 });
  }

  #drawPlace() {
    const fault = faultAt(this.refusal, 'environment');
    const places = this.project.environments.filter((place) => mayDepart(place, 'manage').yes);
    return html`<div class="field">
      <label for="environment">Goes to</label>
      <select id="environment" name="environment" aria-invalid=${fault !== undefined} aria-describedby="environment-fault">
        ${places.map(({ key, name }) => html`<option value=${key} ?selected=${key === this.environment.key}>${name}</option>`)}
      </select>
      <span class="fault" id="environment-fault">${fault ?? nothing}</span>
    </div>`;
  }

  #drawTimes() {
    const { train, kind } = this;
    const most = train?.mostCars ?? null;
    return html`${
      kind === 'train' || kind === 'deadline'
        ? html`${this.field('cutOff', 'Cut-off', {
            value: train?.cutOff ?? (train === undefined ? '4h' : ''),
            hint: 'so long before it leaves the manifest closes: 30m, 4h or 2d; none: it is open until then',
          })}
            ${this.field('opens', 'Boarding opens', { value: train?.opens ?? '', hint: 'so long before it leaves; none: at once' })}`
        : nothing
    }
      ${this.field('mostCars', 'Changes at most', {
        value: most === null ? '' : String(most),
        hint: 'what leaves together is looked at together: none is no limit',
        longest: 2,
      })}`;
  }

  #drawChoices<K extends string>(
    name: string,
    choices: Record<K, { words: string; says: string }>,
    now: K,
    choose?: (key: K) => void,
  ) {
    return (Object.keys(choices) as K[]).map(
      (key) => html`<label class="choice">
        <input type="radio" name=${name} value=${key} ?checked=${key === now} @change=${() => choose?.(key)} />
        <span>${choices[key].words}</span><span class="about">${choices[key].says}</span>
      </label>`,
    );
  }

  protected override takeNewer(current: unknown): void {
    this.newer = current as TrainAnswer;
  }

  protected async submit(fields: FormData): Promise<TrainAnswer> {
    const body = this.#body(fields);
    const path = trainPath(this.project.key, this.train?.key ?? '');
    if (this.train !== undefined) {
      const { version } = this.newer ?? this.train;
      return (await send<{ train: TrainAnswer }>(path, { method: 'PATCH', version, body })).train;
    }
    const key = textIn(fields, 'key') ?? makeKey(body.name);
    const whole = { ...body, key, environment: textIn(fields, 'environment') ?? '' };
    return (await send<{ train: TrainAnswer }>(path.replace(/\/$/, ''), { method: 'POST', body: whole })).train;
  }

  #body(fields: FormData) {
    const text = (name: string) => textIn(fields, name) ?? '';
    const most = text('mostCars');
    return {
      name: text('name'),
      velocity: writeVelocity({
        ...{ kind: this.kind, days: fields.getAll('day').map(String), time: text('time'), zone: text('zone') },
        ...{ rule: text('rule'), changes: text('changes'), longestWait: text('longestWait'), at: text('at') },
      }),
      cutOff: textIn(fields, 'cutOff') ?? null,
      opens: textIn(fields, 'opens') ?? null,
      mode: text('mode'),
      onItemFail: text('onItemFail'),
      mostCars: most === '' ? null : Number(most),
      reason: textIn(fields, 'reason'),
    };
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-train-form': TrainForm;
  }
}
