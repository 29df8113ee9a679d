import { html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { MyProject } from '../../client/me.ts';
import { Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { FormDialog } from './form-dialog.ts';
import { textIn } from './form-fields.ts';

/** Puts a project away, after its key was typed: nobody does that by a click too many. */
@customElement('t-archive-form')
export class ArchiveForm extends FormDialog<true> {
  @property({ attribute: false }) project!: MyProject;

  protected words() {
    const lead = html`Every key and token of it stops working within five seconds, and open streams end. Apps go on with
      the flags that they know, and hear of no change any more. Nothing is deleted.`;
    return { title: `Archive ${this.project.name}?`, lead, confirm: 'Archive the project' };
  }

  protected drawFields() {
    const { key } = this.project;
    return html`${this.field('key', `Type ${key} to say that you mean this project`, { required: true, focus: true })}
    ${this.reasonField()}`;
  }

  protected async submit(fields: FormData): Promise<true> {
    const { key } = this.project;
    if (textIn(fields, 'key') !== key) throw new Refusal(mistyped(key));
    const body = { reason: textIn(fields, 'reason') };
    await send(`/projects/${key}/archive`, { method: 'POST', body });
    return true;
  }
}

function mistyped(key: string) {
  return {
    title: 'That is not this project',
    status: 422,
    code: 'mistyped',
    detail: 'Nothing was changed.',
    errors: [{ path: '/key', code: 'mistyped', expected: `the key of this project: ${key}` }],
  };
}

declare global {
  interface HTMLElementTagNameMap {
    't-archive-form': ArchiveForm;
  }
}
