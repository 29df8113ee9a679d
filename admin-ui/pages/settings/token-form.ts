import type { TokenAnswer } from '@turnout/server/contracts';
import { html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { MyProject, Role } from '../../client/me.ts';
import { send } from '../../client/send-request.ts';
import { endOf } from './expiry.ts';
import { drawExpiry } from './expiry-field.ts';
import { FormDialog } from './form-dialog.ts';
import { faultAt, textIn } from './form-fields.ts';
import { isWithin, myRoles } from './role-words.ts';
import { drawRolesField, rolesIn } from './roles-field.ts';

export interface MadeToken {
  token: TokenAnswer;
  secret: string | null;
}

/** A new token for the admin API. */
@customElement('t-token-form')
export class TokenForm extends FormDialog<MadeToken> {
  @property({ attribute: false }) project!: MyProject;
  @state() private roles: Role[] = ['viewer'];
  @state() private environment = '';
  @state() private ends = '';

  protected words() {
    return {
      title: `New token for ${this.project.name}`,
      lead: 'For a program that changes flags: a deploy, a bot. It may no more than its roles, and no more than you may at that moment. It makes no tokens and invites nobody.',
      confirm: 'Make the token',
    };
  }

  protected drawFields() {
    return html`${this.field('name', 'Name', { hint: 'what uses it', required: true, focus: true })}
    ${this.#drawEnvironment()}
    ${drawRolesField({
      chosen: this.roles,
      choose: (roles) => {
        this.roles = roles;
      },
      whyNot: (role) => this.#whyNot(role),
      fault: faultAt(this.refusal, 'roles'),
    })}
    ${drawExpiry({
      chosen: this.ends,
      choose: (ends) => {
        this.ends = ends;
      },
      fault: faultAt(this.refusal, 'expiresAt'),
    })}
    ${this.reasonField()}`;
  }

  #drawEnvironment() {
    return html`<div class="field">
      <label for="environment">Where its roles hold</label>
      <select
        id="environment"
        name="environment"
        @change=${(event: Event) => {
          this.environment = (event.target as HTMLSelectElement).value;
        }}
      >
        <option value="">In the whole project</option>
        ${this.project.environments.map(({ key, name }) => html`<option value=${key}>Only in ${name}</option>`)}
      </select>
    </div>`;
  }

  #whyNot(role: Role): string | undefined {
    const mine = myRoles(this.project, this.environment === '' ? undefined : this.environment);
    return isWithin(role, mine) ? undefined : 'You have not got this role there, and a token may no more than you.';
  }

  protected submit(fields: FormData): Promise<MadeToken> {
    const body = {
      name: textIn(fields, 'name'),
      roles: rolesIn(fields),
      environment: textIn(fields, 'environment'),
      expiresAt: endOf(textIn(fields, 'ends'), textIn(fields, 'day'), new Date()),
      reason: textIn(fields, 'reason'),
    };
    return send<MadeToken>(`/projects/${this.project.key}/tokens`, { method: 'POST', body });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-token-form': TokenForm;
  }
}
