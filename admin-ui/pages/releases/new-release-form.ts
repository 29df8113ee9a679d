import type { NewRelease, ReleaseItemAnswer } from '@turnout/server/contracts';
import { html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { MyEnvironment, MyProject } from '../../client/me.ts';
import { send } from '../../client/send-request.ts';
import { FormDialog } from '../settings/form-dialog.ts';
import { textIn } from '../settings/form-fields.ts';
import { placePath } from './release-reading.ts';

/** Keeps what an environment is now under a tag. */
@customElement('t-new-release-form')
export class NewReleaseForm extends FormDialog<ReleaseItemAnswer> {
  @property({ attribute: false }) project!: MyProject;
  @property({ attribute: false }) environment!: MyEnvironment;

  protected words() {
    return {
      title: `Keep ${this.environment.name} as a release`,
      lead: 'Nothing that users get is altered. Flags that are rolled out now are kept as they were before their rollout.',
      confirm: 'Make the release',
    };
  }

  protected drawFields() {
    return html`${this.field('tag', 'Tag', { hint: 'left out: today and a number, such as 2026-11-25.1', focus: true, longest: 128 })}
    ${this.field('commit', 'Commit', { hint: 'optional: what was deployed with it, 40 hexadecimal digits', longest: 40 })}
    ${this.field('note', 'Note', { hint: 'optional, shown beside it', longest: 1_000 })}
    ${this.reasonField(false)}`;
  }

  protected async submit(fields: FormData): Promise<ReleaseItemAnswer> {
    const { project, environment } = this;
    const path = `${placePath(project.key, environment.key)}/releases`;
    const body: Record<string, string | undefined> = {};
    for (const name of ['tag', 'commit', 'note', 'reason'] satisfies (keyof NewRelease | 'reason')[]) {
      body[name] = textIn(fields, name);
    }
    return (await send<{ release: ReleaseItemAnswer }>(path, { method: 'POST', body })).release;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-new-release-form': NewReleaseForm;
  }
}
