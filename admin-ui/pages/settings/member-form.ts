import type { MemberAnswer } from '@turnout/server/contracts';
import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { MyProject, Role } from '../../client/me.ts';
import { send } from '../../client/send-request.ts';
import { FormDialog } from './form-dialog.ts';
import { faultAt, textIn } from './form-fields.ts';
import { tellRoles } from './role-words.ts';
import { drawRolesField, rolesIn } from './roles-field.ts';

export interface MadeMember {
  member: MemberAnswer;
  /** Where the account is new: what their one-time link carries. */
  invitation?: { token: string; expiresAt: string } | null;
}

/** In the whole installation: no key of an environment begins so. */
const EVERYWHERE = '*';

/** Somebody who is to be a member, or other roles for somebody who is. */
@customElement('t-member-form')
export class MemberForm extends FormDialog<MadeMember> {
  @property({ attribute: false }) project!: MyProject;
  /** Whose roles are changed; undefined where somebody is invited. */
  @property({ attribute: false }) member: MemberAnswer | undefined;
  /** Whether roles in the whole installation may be given. */
  @property({ attribute: false }) everywhere = false;
  @state() private roles: Role[] | undefined;
  @state() private newer: MemberAnswer | undefined;

  protected words() {
    const { member, project } = this;
    if (member !== undefined) return { title: `Roles of ${member.person.name}`, confirm: 'Change the roles' };
    return {
      title: `Invite somebody to ${project.name}`,
      lead: 'Who has no account yet gets a link, which you hand over. Turnout sends no mail.',
      confirm: 'Invite',
    };
  }

  protected drawFields() {
    const roles = this.roles ?? this.member?.roles ?? ['viewer'];
    const isNew = this.member === undefined;
    return html`${isNew ? this.#drawPerson() : nothing}
    ${drawRolesField({
      chosen: roles,
      choose: (chosen) => {
        this.roles = chosen;
      },
      fault: faultAt(this.refusal, 'roles'),
    })}
    ${this.#drawPlace()} ${this.reasonField()} ${this.newer === undefined ? nothing : drawNewer(this.newer)}`;
  }

  #drawPerson() {
    const hint = 'to sign in with: a short name or a mail address';
    return html`${this.field('login', 'Login', { hint, required: true, focus: true, longest: 128 })}
    ${this.field('name', 'Name', { hint: 'shown beside what they change' })}`;
  }

  #drawPlace() {
    const now = this.member?.environment ?? '';
    if (this.member?.scope === 'installation') return nothing;
    return html`<div class="field">
      <label for="environment">Where the roles hold</label>
      <select id="environment" name="environment" aria-invalid=${faultAt(this.refusal, 'environment') !== undefined}>
        <option value="" ?selected=${now === ''}>In the whole project</option>
        ${this.project.environments.map(({ key, name }) => html`<option value=${key} ?selected=${now === key}>Only in ${name}</option>`)}
        ${this.everywhere && this.member === undefined ? html`<option value=${EVERYWHERE}>In the whole installation, every project</option>` : nothing}
      </select>
    </div>`;
  }

  protected override takeNewer(current: unknown): void {
    this.newer = current as MemberAnswer;
  }

  protected submit(fields: FormData): Promise<MadeMember> {
    const { member } = this;
    const [roles, reason, place] = [rolesIn(fields), textIn(fields, 'reason'), textIn(fields, 'environment')];
    const path = `/projects/${this.project.key}/members`;
    if (member === undefined) {
      const body = { login: textIn(fields, 'login'), name: textIn(fields, 'name'), roles, reason };
      if (place === EVERYWHERE) return send<MadeMember>('/members', { method: 'POST', body });
      return send<MadeMember>(path, { method: 'POST', body: { ...body, environment: place } });
    }
    const isEverywhere = member.scope === 'installation';
    const body = { roles, reason, ...(isEverywhere ? {} : { environment: place ?? null }) };
    const sending = { method: 'PATCH', version: (this.newer ?? member).version, body } as const;
    return send<MadeMember>(`${isEverywhere ? '/members' : path}/${member.id}`, sending);
  }
}

function drawNewer({ roles, environment }: MemberAnswer) {
  const place = environment === null ? 'in the whole project' : `in ${environment}`;
  return html`<p class="small">
    Now the roles are <strong>${roles.join(', ')}</strong> ${place}: ${tellRoles(roles)} Ask again, and yours are put in
    their place.
  </p>`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-member-form': MemberForm;
  }
}
