import type { KeyAnswer } from '@turnout/server/contracts';
import { html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { send } from '../../client/send-request.ts';
import { OVERLAPS } from './expiry.ts';
import { FormDialog } from './form-dialog.ts';
import { textIn } from './form-fields.ts';
import type { MadeKey } from './key-form.ts';

const DAY_MS = 86_400_000;

/** A second key like the first, and for how long the first stays good beside it. */
@customElement('t-rotate-form')
export class RotateForm extends FormDialog<MadeKey> {
  @property({ attribute: false }) path = '';
  @property({ attribute: false }) key!: KeyAnswer;
  /** How many apps run with it now. */
  @property({ attribute: false }) apps = 0;

  protected words() {
    return {
      title: `Rotate ${this.key.name}`,
      lead: 'A second key is made with the same limits. Give it to every app while both work; this page shows which apps still come with the old one.',
      confirm: 'Make the second key',
    };
  }

  protected drawFields() {
    const now = this.apps === 0 ? 'No app runs with it now' : `${this.apps} running with it now`;
    return html`<div class="field">
        <label for="overlap">The old key works for <span class="hint">${now}</span></label>
        <select id="overlap" name="overlap" autofocus>
          ${OVERLAPS.map(({ ms, words }) => html`<option value=${ms} ?selected=${ms === DAY_MS}>${words}</option>`)}
        </select>
      </div>
      ${this.reasonField()}`;
  }

  protected submit(fields: FormData): Promise<MadeKey> {
    const body = { overlapMs: Number(fields.get('overlap')), reason: textIn(fields, 'reason') };
    return send<MadeKey>(`${this.path}/${this.key.id}/rotate`, { method: 'POST', body });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-rotate-form': RotateForm;
  }
}
