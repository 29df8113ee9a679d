import type { SegmentAnswer } from '@turnout/server/contracts';
import { html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { MyEnvironment } from '../../client/me.ts';
import { send } from '../../client/send-request.ts';
import { FormDialog } from '../settings/form-dialog.ts';
import { textIn } from '../settings/form-fields.ts';

/** A new segment, with nobody in it yet: that is said on its page. */
@customElement('t-segment-form')
export class SegmentForm extends FormDialog<SegmentAnswer> {
  @property({ attribute: false }) project = '';
  @property({ attribute: false }) environment!: MyEnvironment;
  /** The key, where it is known which one is missing. */
  @property({ attribute: false }) key = '';

  protected words() {
    const lead = 'It begins with nobody in it. Whom it holds, and by which rule, is said on its page.';
    return { title: `New segment in ${this.environment.name}`, lead, confirm: 'Make it' };
  }

  protected drawFields() {
    return html`${this.field('key', 'Key', {
      value: this.key,
      hint: 'what rules name it by; it stays',
      required: true,
      focus: this.key === '',
      longest: 128,
    })}
    ${this.field('name', 'Name', { hint: 'optional, for people', focus: this.key !== '' })}
    ${this.reasonField(this.environment.reasonRequired)}`;
  }

  protected async submit(fields: FormData): Promise<SegmentAnswer> {
    const [key, name, reason] = ['key', 'name', 'reason'].map((field) => textIn(fields, field));
    const path = `/projects/${encodeURIComponent(this.project)}/environments/${this.environment.key}/segments`;
    const made = await send<{ segment: SegmentAnswer }>(path, { method: 'POST', body: { key, name, reason } });
    return made.segment;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-segment-form': SegmentForm;
  }
}
