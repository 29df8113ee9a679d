import type { EnvironmentAnswer, ProjectAnswer } from '@turnout/server/contracts';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { MyEnvironment, MyProject } from '../../client/me.ts';
import { asRefusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { tell } from '../../shell/notices.ts';
import { FormDialog } from '../settings/form-dialog.ts';
import { faultAt, textIn } from '../settings/form-fields.ts';
import { makeKey } from './make-key.ts';

const FIRST_ENVIRONMENTS = [
  { key: 'development', name: 'Development', about: 'where one tries things' },
  { key: 'production', name: 'Production', about: 'what users get; looks different on every page' },
];
const KEY_HINT = 'stays for good: addresses and apps use it';

/** A form whose key writes itself from the name, until somebody writes it. */
abstract class NamedForm<T> extends FormDialog<T> {
  #isOwn = false;

  protected drawNameAndKey(nameHint: string): TemplateResult {
    return html`<div
      class="parts"
      @input=${(event: Event) => this.#follow(event.composedPath()[0])}
    >
      ${this.field('name', 'Name', { hint: nameHint, focus: true, required: true })}
      ${this.field('key', 'Key', { hint: KEY_HINT, required: true, longest: 128 })}
    </div>`;
  }

  #follow(field: EventTarget | undefined): void {
    if (!(field instanceof HTMLInputElement)) return;
    if (field.name === 'key') this.#isOwn = field.value !== '';
    const key = this.renderRoot.querySelector<HTMLInputElement>('#key');
    if (field.name === 'name' && key !== null && !this.#isOwn) key.value = makeKey(field.value);
  }
}

/** A project, and the environments to begin with: without one there is nothing to look at. */
@customElement('t-new-project')
export class NewProject extends NamedForm<ProjectAnswer> {
  protected words() {
    const lead = 'A project has its own flags, environments, members and log.';
    return { title: 'New project', lead, confirm: 'Make the project' };
  }

  protected drawFields() {
    return html`${this.drawNameAndKey('what people call it')}
      <fieldset>
        <legend>Environments to begin with</legend>
        ${FIRST_ENVIRONMENTS.map(
          ({ key, name, about }) => html`<label class="choice">
            <input type="checkbox" name="environment" value=${key} checked />${name}<span class="about">${about}</span>
          </label>`,
        )}
      </fieldset>
      ${this.reasonField()}`;
  }

  protected async submit(fields: FormData): Promise<ProjectAnswer> {
    const reason = textIn(fields, 'reason');
    const body = { key: textIn(fields, 'key'), name: textIn(fields, 'name'), reason };
    const { project } = await send<{ project: ProjectAnswer }>('/projects', { method: 'POST', body });
    for (const { key, name } of FIRST_ENVIRONMENTS) {
      if (!fields.getAll('environment').includes(key)) continue;
      try {
        const path = `/projects/${encodeURIComponent(project.key)}/environments`;
        await send(path, { method: 'POST', body: { key, name, reason } });
      } catch (error) {
        // The project is made, and its card has a button for what is missing.
        tell(`${project.name} is made, but not its environment ${name}: ${asRefusal(error).message}`, { tone: 'warn' });
      }
    }
    return project;
  }
}

@customElement('t-new-environment')
export class NewEnvironment extends NamedForm<EnvironmentAnswer> {
  @property({ attribute: false }) project!: MyProject;

  protected words() {
    const lead = 'Every flag of the project is in it from the start, and off.';
    return { title: `New environment in ${this.project.name}`, lead, confirm: 'Make the environment' };
  }

  protected drawFields() {
    return html`${this.drawNameAndKey('Staging')} ${drawProtection(false, faultAt(this.refusal, 'protected'))}
    ${this.reasonField()}`;
  }

  protected async submit(fields: FormData): Promise<EnvironmentAnswer> {
    const body = {
      ...{ key: textIn(fields, 'key'), name: textIn(fields, 'name'), reason: textIn(fields, 'reason') },
      protected: fields.get('protected') === 'on',
    };
    const path = `/projects/${encodeURIComponent(this.project.key)}/environments`;
    return (await send<{ environment: EnvironmentAnswer }>(path, { method: 'POST', body })).environment;
  }
}

/** Its name, and whether it is protected. */
@customElement('t-edit-environment')
export class EditEnvironment extends FormDialog<EnvironmentAnswer> {
  @property({ attribute: false }) project!: MyProject;
  @property({ attribute: false }) environment!: MyEnvironment;
  /** As it was when the form was opened: whoever changed it since is not overwritten. */
  @property({ attribute: false }) version = 0;

  protected words() {
    return { title: `${this.environment.name} of ${this.project.name}`, confirm: 'Save' };
  }

  protected drawFields() {
    const { name, reasonRequired } = this.environment;
    return html`${this.field('name', 'Name', { value: name, required: true, focus: true })}
    ${drawProtection(this.environment.protected, faultAt(this.refusal, 'protected'))} ${this.reasonField(reasonRequired)}`;
  }

  protected async submit(fields: FormData): Promise<EnvironmentAnswer> {
    const { project, environment, version } = this;
    const body = {
      ...{ name: textIn(fields, 'name'), reason: textIn(fields, 'reason') },
      protected: fields.get('protected') === 'on',
    };
    const path = `/projects/${encodeURIComponent(project.key)}/environments/${encodeURIComponent(environment.key)}`;
    return (await send<{ environment: EnvironmentAnswer }>(path, { method: 'PATCH', body, version })).environment;
  }
}

@customElement('t-edit-project')
export class EditProject extends FormDialog<ProjectAnswer> {
  @property({ attribute: false }) project!: MyProject;
  @property({ attribute: false }) version = 0;

  protected words() {
    return { title: `Rename ${this.project.name}`, lead: 'Its key stays: addresses and apps use it.', confirm: 'Save' };
  }

  protected drawFields() {
    return html`${this.field('name', 'Name', { value: this.project.name, required: true, focus: true })}
    ${this.reasonField()}`;
  }

  protected async submit(fields: FormData): Promise<ProjectAnswer> {
    const body = { name: textIn(fields, 'name'), reason: textIn(fields, 'reason') };
    const path = `/projects/${encodeURIComponent(this.project.key)}`;
    return (await send<{ project: ProjectAnswer }>(path, { method: 'PATCH', body, version: this.version })).project;
  }
}

function drawProtection(isOn: boolean, fault: string | undefined) {
  return html`<label class="choice">
    <input type="checkbox" name="protected" ?checked=${isOn} />Protected
    <span class="about"
      >What gives users more than before needs an approved request or the root token, and every change a reason. Turning
      off and killing always work. ${isOn ? 'Lowering it takes the root token.' : 'Once it is set, only the root token lowers it.'}</span
    >
    ${fault === undefined ? nothing : html`<span class="fault">${fault}</span>`}
  </label>`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-new-project': NewProject;
    't-new-environment': NewEnvironment;
    't-edit-environment': EditEnvironment;
    't-edit-project': EditProject;
  }
}
