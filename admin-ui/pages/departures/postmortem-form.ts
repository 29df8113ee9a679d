import type { DepartureAnswer } from '@turnout/server/contracts';
import { html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { MyProject } from '../../client/me.ts';
import { send } from '../../client/send-request.ts';
import { FormDialog } from '../settings/form-dialog.ts';
import { faultAt, textIn } from '../settings/form-fields.ts';
import { trainPath } from './departure-flows.ts';
import { nameOf } from './tell-departure.ts';

/** What an emergency owes: what happened, what went well, what did not, and what is done about it. */
@customElement('t-postmortem-form')
export class PostmortemForm extends FormDialog<DepartureAnswer> {
  @property({ attribute: false }) project!: MyProject;
  @property({ attribute: false }) departure!: DepartureAnswer;

  protected words() {
    return {
      title: `Postmortem of ${nameOf(this.departure)}`,
      lead: 'Of what happened, and of nobody’s fault. With it the board owes nothing any more.',
      confirm: 'Write it down',
    };
  }

  protected drawFields() {
    const fault = faultAt(this.refusal, 'text');
    return html`<div class="field">
        <label for="text">What happened <span class="hint">what went well, what did not, what is done about it</span></label>
        <textarea
          id="text"
          name="text"
          rows="8"
          maxlength="20000"
          required
          autofocus
          aria-invalid=${fault !== undefined}
          aria-describedby="text-fault"
        ></textarea>
        <span class="fault" id="text-fault">${fault ?? nothing}</span>
      </div>
      ${this.field('url', 'Kept elsewhere', { hint: 'https://…, where there is more of it', longest: 500 })}`;
  }

  protected async submit(fields: FormData): Promise<DepartureAnswer> {
    const { train, number } = this.departure;
    const path = `${trainPath(this.project.key, train)}/departures/${number}/postmortem`;
    const body = { text: textIn(fields, 'text') ?? '', url: textIn(fields, 'url') ?? null };
    return (await send<{ departure: DepartureAnswer }>(path, { method: 'POST', body })).departure;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-postmortem-form': PostmortemForm;
  }
}
