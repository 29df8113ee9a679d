import type { TrainAnswer } from '@turnout/server/contracts';
import { html, nothing } from 'lit';
import type { Refusal } from '../../client/problem.ts';
import { readRule, toField } from '../freezes/tell-freeze.ts';
import { faultAt } from '../settings/form-fields.ts';
import type { Kind } from './tell-train.ts';

const DAYS = { '1': 'Mon', '2': 'Tue', '3': 'Wed', '4': 'Thu', '5': 'Fri', '6': 'Sat', '0': 'Sun' } as const;
/** Monday comes first, as people count. */
const ORDER = ['1', '2', '3', '4', '5', '6', '0'] as const;
const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const DAY_MS = 86_400_000;

type Velocity = TrainAnswer['velocity'];

/** What a kind of train needs to know of when it leaves. */
export function drawVelocity(kind: Kind, now: Velocity | undefined, refusal: Refusal | undefined) {
  if (kind === 'train') return drawTimetable(now?.kind === 'train' ? now : undefined, refusal);
  if (kind === 'critical-mass') return drawMass(now?.kind === 'critical-mass' ? now : undefined, refusal);
  if (kind === 'deadline') return drawDeadline(now?.kind === 'deadline' ? now.at : undefined, refusal);
  return nothing;
}

interface Look {
  label: string;
  hint?: string;
  value: string;
  type?: string;
  list?: string;
  required?: boolean;
}

function drawField(name: string, look: Look, refusal: Refusal | undefined) {
  const { label, hint = '', value, type = 'text', list, required = false } = look;
  const fault = faultAt(refusal, `velocity/${name}`);
  return html`<div class="field">
    <label for=${name}>${label} ${hint === '' ? nothing : html`<span class="hint">${hint}</span>`}</label>
    <input
      id=${name}
      name=${name}
      type=${type}
      list=${list ?? nothing}
      maxlength="300"
      autocomplete="off"
      spellcheck="false"
      ?required=${required}
      aria-invalid=${fault !== undefined}
      aria-describedby="${name}-fault"
      .defaultValue=${value}
    />
    <span class="fault" id="${name}-fault">${fault ?? nothing}</span>
  </div>`;
}

function drawTimetable(now: Extract<Velocity, { kind: 'train' }> | undefined, refusal: Refusal | undefined) {
  const known = now === undefined ? { days: ['3'], time: '10:00' } : readRule(now.rule);
  const own = now !== undefined && known === undefined ? now.rule : '';
  return html`<fieldset>
      <legend>On</legend>
      <div class="row">
        ${ORDER.map(
          (day) => html`<label class="row">
            <input type="checkbox" name="day" value=${day} ?checked=${known?.days.includes(day) ?? false} />${DAYS[day]}
          </label>`,
        )}
      </div>
    </fieldset>
    ${drawField('time', { label: 'At', type: 'time', value: known?.time ?? '10:00' }, refusal)}
    ${drawField('zone', { label: 'Time zone', hint: 'whose clock it goes by, summer time and all', list: 'zones', required: true, value: now?.zone ?? HERE }, refusal)}
    <datalist id="zones">${Intl.supportedValuesOf('timeZone').map((zone) => html`<option value=${zone}></option>`)}</datalist>
    ${drawField('rule', { label: 'Or a rule of your own', hint: 'five fields of cron, or an RRULE; it is taken instead of days and time', value: own }, refusal)}`;
}

function drawMass(now: Extract<Velocity, { kind: 'critical-mass' }> | undefined, refusal: Refusal | undefined) {
  return html`${drawField('changes', { label: 'Changes that must be ready', type: 'number', required: true, value: String(now?.changes ?? 5) }, refusal)}
  ${drawField('longestWait', { label: 'Longest wait', hint: 'since the first came aboard, such as 2d; none: until there are enough', value: now?.longestWait ?? '' }, refusal)}`;
}

function drawDeadline(at: string | undefined, refusal: Refusal | undefined) {
  const value = toField(at ?? new Date(Math.ceil(Date.now() / DAY_MS) * DAY_MS + 7 * DAY_MS));
  return drawField(
    'at',
    { label: 'On', hint: `on the clock of this machine: ${HERE}`, type: 'datetime-local', required: true, value },
    refusal,
  );
}
