import type { FreezeAnswer, FreezePatch } from '@turnout/server/contracts';
import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { MyProject } from '../../client/me.ts';
import { Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { FormDialog } from '../settings/form-dialog.ts';
import { faultAt, textIn } from '../settings/form-fields.ts';
import { readRule, readTags, toField, writeRule } from './tell-freeze.ts';

const DAYS = { '1': 'Mon', '2': 'Tue', '3': 'Wed', '4': 'Thu', '5': 'Fri', '6': 'Sat', '0': 'Sun' } as const;
/** Monday comes first, as people count. */
const ORDER = ['1', '2', '3', '4', '5', '6', '0'] as const;
const HOUR_MS = 3_600_000;
const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

const roleIn = (text: string | undefined) => (text === 'admin' || text === 'release-manager' ? text : null);

/** What came of the form: a freeze, or an edit that needs a second admin. */
export type Frozen = { freeze: FreezeAnswer } | { ask: FreezePatch };

/** A freeze that comes once or again and again; or what is to be changed of one. */
@customElement('t-freeze-form')
export class FreezeForm extends FormDialog<Frozen> {
  @property({ attribute: false }) project!: MyProject;
  /** The freeze that is changed; undefined where one is made. Whether it recurs stays as it is. */
  @property({ attribute: false }) freeze: FreezeAnswer | undefined;
  @state() private recurs = false;
  @state() private newer: FreezeAnswer | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.recurs = this.freeze?.rule != null;
  }

  protected words() {
    if (this.freeze) {
      return {
        title: `Change ${this.freeze.name}`,
        lead: 'What lets it hold less, or elsewhere, needs a second admin: it is asked for.',
        confirm: 'Change it',
      };
    }
    return {
      title: 'New freeze',
      lead: 'While it holds, nothing grows where it holds. Turning off, killing and rolling back work as ever.',
      confirm: 'Make the freeze',
    };
  }

  protected drawFields() {
    const { freeze } = this;
    return html`${this.field('name', 'Name', { value: freeze?.name ?? '', required: true, focus: true })}
    ${this.#drawPlaces()} ${freeze === undefined ? this.#drawKind() : nothing}
    ${this.recurs ? this.#drawRule() : this.#drawSpan()} ${this.#drawTerms()} ${this.reasonField()}`;
  }

  #drawPlaces() {
    const named = this.freeze?.environments ?? [];
    const fault = faultAt(this.refusal, 'environments');
    return html`<fieldset aria-describedby="environments-fault">
      <legend>Where <span class="hint">none: all of the project</span></legend>
      <div class="row">
        ${this.project.environments.map(
          ({ key, name }) => html`<label class="row">
            <input type="checkbox" name="environment" value=${key} ?checked=${named.includes(key)} />${name}
          </label>`,
        )}
      </div>
      <span class="fault" id="environments-fault">${fault ?? nothing}</span>
    </fieldset>`;
  }

  #drawTerms() {
    const { tags = null, inFlight = 'hold', overrideBy = null } = this.freeze ?? {};
    const option = (value: string, words: string, now: string) =>
      html`<option value=${value} ?selected=${value === now}>${words}</option>`;
    return html`${this.field('tags', 'Flags with these tags alone', {
      value: tags?.join(', ') ?? '',
      hint: 'with commas between; none: all flags',
      longest: 1_000,
    })}
      <div class="field">
        <label for="inFlight">Rollouts that it finds in a stage</label>
        <select id="inFlight" name="inFlight">
          ${option('hold', 'stand still', inFlight)} ${option('finish-stage', 'finish that stage, and begin no other', inFlight)}
        </select>
      </div>
      <div class="field">
        <label for="overrideBy">Who may go on in spite of it, with a reason</label>
        <select id="overrideBy" name="overrideBy">
          ${option('', 'nobody', overrideBy ?? '')} ${option('admin', 'admins', overrideBy ?? '')}
          ${option('release-manager', 'release managers and admins', overrideBy ?? '')}
        </select>
      </div>`;
  }

  #drawKind() {
    const choose = (recurs: boolean, words: string, about: string) => html`<label class="choice">
      <input
        type="radio"
        name="kind"
        ?checked=${this.recurs === recurs}
        @change=${() => {
          this.recurs = recurs;
        }}
      />
      <span>${words}</span><span class="about">${about}</span>
    </label>`;
    return html`<fieldset>
      <legend>How often</legend>
      ${choose(false, 'Once', 'From one moment to another.')} ${choose(true, 'Again and again', 'On days of the week, or by a rule.')}
    </fieldset>`;
  }

  #drawSpan() {
    const from = this.freeze?.from ?? new Date(Math.ceil(Date.now() / HOUR_MS) * HOUR_MS);
    const to = this.freeze?.to ?? new Date(new Date(from).getTime() + 63 * HOUR_MS);
    return html`<div class="row">
        ${this.#drawMoment('from', 'From', from)} ${this.#drawMoment('to', 'Until', to)}
      </div>
      <p class="quiet small">On the clock of this machine: ${HERE}.</p>`;
  }

  #drawMoment(name: 'from' | 'to', label: string, at: string | Date) {
    const fault = faultAt(this.refusal, name);
    return html`<div class="field">
      <label for=${name}>${label}</label>
      <input
        id=${name}
        name=${name}
        type="datetime-local"
        required
        aria-invalid=${fault !== undefined}
        aria-describedby="${name}-fault"
        .defaultValue=${toField(at)}
      />
      <span class="fault" id="${name}-fault">${fault ?? nothing}</span>
    </div>`;
  }

  #drawRule() {
    const { freeze } = this;
    const known = readRule(freeze?.rule ?? '0 17 * * 5');
    const fault = faultAt(this.refusal, 'zone');
    return html`<fieldset>
        <legend>Begins on</legend>
        <div class="row">
          ${ORDER.map(
            (day) => html`<label class="row">
              <input type="checkbox" name="day" value=${day} ?checked=${known?.days.includes(day) ?? false} />${DAYS[day]}
            </label>`,
          )}
        </div>
      </fieldset>
      <div class="row">
        <div class="field">
          <label for="time">At</label>
          <input id="time" name="time" type="time" .defaultValue=${known?.time ?? '17:00'} />
        </div>
        ${this.field('lasts', 'Lasts', { value: freeze?.lasts ?? '63h', hint: '90m, 63h or 2d', required: true })}
      </div>
      <div class="field">
        <label for="zone">Time zone <span class="hint">whose clock it goes by, summer time and all</span></label>
        <input
          id="zone"
          name="zone"
          list="zones"
          required
          autocomplete="off"
          aria-invalid=${fault !== undefined}
          aria-describedby="zone-fault"
          .defaultValue=${freeze?.zone ?? HERE}
        />
        <datalist id="zones">${Intl.supportedValuesOf('timeZone').map((zone) => html`<option value=${zone}></option>`)}</datalist>
        <span class="fault" id="zone-fault">${fault ?? nothing}</span>
      </div>
      ${this.field('rule', 'Or a rule of your own', {
        value: freeze?.rule && known === undefined ? freeze.rule : '',
        hint: 'five fields of cron, or an RRULE; it is taken instead of days and time',
        longest: 300,
      })}`;
  }

  protected override takeNewer(current: unknown): void {
    this.newer = current as FreezeAnswer;
  }

  protected async submit(fields: FormData): Promise<Frozen> {
    const path = `/projects/${encodeURIComponent(this.project.key)}/freezes`;
    const places = fields.getAll('environment').map(String);
    const patch: FreezePatch = {
      ...{ name: textIn(fields, 'name'), environments: places.length === 0 ? null : places },
      tags: readTags(textIn(fields, 'tags')),
      inFlight: fields.get('inFlight') === 'finish-stage' ? 'finish-stage' : 'hold',
      overrideBy: roleIn(textIn(fields, 'overrideBy')),
      ...(this.recurs ? this.#rule(fields) : this.#span(fields)),
    };
    const reason = textIn(fields, 'reason');
    if (this.freeze === undefined) {
      return {
        freeze: (await send<{ freeze: FreezeAnswer }>(path, { method: 'POST', body: { ...patch, reason } })).freeze,
      };
    }
    const { version } = this.newer ?? this.freeze;
    try {
      const sending = { method: 'PATCH', version, body: { ...patch, reason } } as const;
      return { freeze: (await send<{ freeze: FreezeAnswer }>(`${path}/${this.freeze.id}`, sending)).freeze };
    } catch (error) {
      if (error instanceof Refusal && error.code === 'approval_required') return { ask: patch };
      throw error;
    }
  }

  #span(fields: FormData) {
    const moment = (name: string) => {
      const text = textIn(fields, name);
      return text === undefined ? undefined : new Date(text).toISOString();
    };
    return { from: moment('from'), to: moment('to'), ...(this.freeze ? {} : { zone: HERE }) };
  }

  #rule(fields: FormData) {
    const own = textIn(fields, 'rule');
    const days = fields.getAll('day').map(String);
    const rule = own ?? writeRule(days, textIn(fields, 'time') ?? '');
    if (rule === undefined) {
      const detail = 'Choose at least one day and a time, or write a rule.';
      const errors = [{ path: '/rule', code: 'required', expected: 'days and a time above, or a rule here' }];
      throw new Refusal({ title: 'Some fields are not right', status: 422, code: 'invalid', detail, errors });
    }
    return { rule, zone: textIn(fields, 'zone'), lasts: textIn(fields, 'lasts') };
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-freeze-form': FreezeForm;
  }
}
