import type { MemberAnswer } from '@turnout/server/contracts';
import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { MyProject } from '../../client/me.ts';
import '../../parts/relative-time.ts';
import { base } from '../../styles/base.ts';
import { tellRoles } from './role-words.ts';
import { settingsSheet } from './settings-sheet.ts';

export type MemberVerb = 'roles' | 'link' | 'remove';

/** One person with their roles in one place. */
@customElement('t-member-row')
export class MemberRow extends LitElement {
  static override styles = [base, settingsSheet];

  @property({ attribute: false }) member!: MemberAnswer;
  @property({ attribute: false }) project!: MyProject;
  @property({ attribute: false }) mine = false;
  /** Why nothing of it can be changed; undefined where it can. */
  @property({ attribute: false }) whyFixed: string | undefined;
  @property({ attribute: false }) act: (verb: MemberVerb) => void = () => undefined;

  override render() {
    const { person, roles, createdAt } = this.member;
    return html`<article class="item ${person.state === 'disabled' ? 'over' : ''}" aria-label="Member ${person.name}">
      <div class="title">
        <h3 class="name">${person.name}</h3>
        ${this.mine ? html`<span class="tag on">you</span>` : nothing}
        ${roles.map((role) => html`<span class="tag">${role}</span>`)}
        <span class="small quiet">${this.#tellPlace()}</span>
        ${person.state === 'invited' ? html`<span class="tag warn">invited, no password yet</span>` : nothing}
        ${person.state === 'disabled' ? html`<span class="tag warn">may not sign in</span>` : nothing}
      </div>
      <div class="facts">
        <code>${person.login}</code>
        <span>${tellRoles(roles)}</span>
        <span>since <t-ago .at=${createdAt}></t-ago></span>
        ${this.whyFixed === undefined ? nothing : html`<span>${this.whyFixed}</span>`}
      </div>
      <div class="actions">
        ${this.#drawVerb('roles', 'Change roles', `Change roles of ${person.name}`)}
        ${person.state === 'invited' ? this.#drawVerb('link', 'New link', `New link for ${person.name}`) : nothing}
        ${this.#drawVerb('remove', 'Remove', `Remove ${person.name}`)}
      </div>
    </article>`;
  }

  #tellPlace(): string {
    const { scope, environment } = this.member;
    if (scope === 'installation') return 'in the whole installation';
    if (environment === null) return 'in the whole project';
    return `only in ${this.project.environments.find(({ key }) => key === environment)?.name ?? environment}`;
  }

  #drawVerb(verb: MemberVerb, words: string, label: string) {
    const fixed = this.whyFixed;
    return html`<button
      class="plain"
      aria-label=${label}
      aria-disabled=${fixed !== undefined}
      title=${fixed ?? ''}
      @click=${() => fixed === undefined && this.act(verb)}
    >
      ${words}
    </button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-member-row': MemberRow;
  }
}
