import type { MemberAnswer } from '@turnout/server/contracts';
import { html, LitElement, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { followHere } from '../../client/here.ts';
import type { MyProject } from '../../client/me.ts';
import { asRefusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { readSession, requireMe } from '../../client/session.ts';
import { ask } from '../../parts/ask-dialog.ts';
import { tell } from '../../shell/notices.ts';
import { base } from '../../styles/base.ts';
import { Listing } from './listing.ts';
import type { MadeMember } from './member-form.ts';
import './member-form.ts';
import type { MemberVerb } from './member-row.ts';
import './member-row.ts';
import { ROLES } from './role-words.ts';
import { showSecret } from './secret-dialog.ts';
import { settingsSheet } from './settings-sheet.ts';
import { drawStop } from './stop-sign.ts';
import { sortMembers, whyFixed } from './who-may.ts';

/** Who belongs to a project, and what they may do in it. */
@customElement('t-members-section')
export class MembersSection extends LitElement {
  static override styles = [base, settingsSheet];
  readonly #here = followHere(this);
  readonly #members = new Listing<MemberAnswer>(this, {
    path: () => {
      const project = this.#here()?.project;
      return project?.rights.includes('admin') ? `/projects/${project.key}/members` : undefined;
    },
    subjects: ['member', 'membership', 'person', 'invitation'],
    mark: ({ id, version, person }) => `${id}/${version}/${person.state}`,
    name: ({ id }) => id,
  });

  override render() {
    const project = this.#here()?.project;
    if (project === undefined) return nothing;
    return html`<div class="section">
      ${
        project.rights.includes('admin')
          ? this.#drawMembers(project)
          : drawStop('Members are for administrators.', 'This needs the role admin in the whole project.')
      }
      ${drawRoles(project)}
    </div>`;
  }

  #drawMembers(project: MyProject) {
    const may = project.rights.includes('grant');
    const why = may ? '' : 'Only people with the role admin in the whole project hand out rights.';
    return html`<section class="group" aria-labelledby="members">
      <div class="head">
        <div>
          <h2 id="members">Members</h2>
          <p class="about small">Somebody may be here several times: roles of the project and of its environments add up.</p>
        </div>
        <button aria-disabled=${!may} title=${why} @click=${() => may && void this.#invite(project)}>
          <wa-icon name="plus" aria-hidden="true"></wa-icon>Invite
        </button>
      </div>
      ${this.#members.drawState()} ${this.#drawList(project)}
    </section>`;
  }

  #drawList(project: MyProject) {
    const { items: members, changed } = this.#members;
    if (members === undefined) return nothing;
    const me = requireMe();
    return html`<ul class="card items">
      ${repeat(
        sortMembers(members, me.principal.id),
        ({ id }) => id,
        (member) => html`<li class=${changed.has(member.id) ? 'flash' : ''}>
          <t-member-row
            .member=${member}
            .project=${project}
            .mine=${member.person.id === me.principal.id}
            .whyFixed=${whyFixed(member, members, { grant: project.rights.includes('grant'), root: me.rights.includes('root') })}
            .act=${(verb: MemberVerb) => void this.#act(verb, project, member)}
          ></t-member-row>
        </li>`,
      )}
    </ul>`;
  }

  async #invite(project: MyProject): Promise<void> {
    const form = document.createElement('t-member-form');
    Object.assign(form, { project, everywhere: requireMe().rights.includes('root') });
    const made = await form.open();
    if (made === undefined) return;
    void this.#members.read();
    if (made.invitation) await showLink(made.member, made.invitation);
    else tell(`${made.member.person.name} had an account already, and is a member now.`);
  }

  async #act(verb: MemberVerb, project: MyProject, member: MemberAnswer): Promise<void> {
    const path = `${member.scope === 'installation' ? '' : `/projects/${project.key}`}/members/${member.id}`;
    try {
      if (verb === 'roles') await this.#edit(project, member);
      else if (verb === 'link') await this.#link(path, member);
      else await this.#remove(path, member);
    } catch (error) {
      const { title, detail } = asRefusal(error).problem;
      tell(`${title}: ${detail}`, { tone: 'warn' });
    }
    await this.#members.read();
  }

  async #edit(project: MyProject, member: MemberAnswer): Promise<void> {
    const form = document.createElement('t-member-form');
    Object.assign(form, { project, member });
    if ((await form.open()) === undefined) return;
    tell(`The roles of ${member.person.name} are changed. They hold at once.`);
    await followMyself(member);
  }

  async #link(path: string, member: MemberAnswer): Promise<void> {
    const made = await send<Pick<MadeMember, 'invitation'>>(`${path}/invitation`, { method: 'POST' });
    if (made.invitation) await showLink(member, made.invitation);
    else tell('The link was shown once, and its answer was lost. Make another: it ends the first.', { tone: 'warn' });
  }

  async #remove(path: string, member: MemberAnswer): Promise<void> {
    const { name } = member.person;
    const mine = member.person.id === requireMe().principal.id;
    const answer = await ask({
      title: mine ? 'Take your own roles away?' : `Remove ${name}?`,
      body: mine
        ? 'You leave this page at once, and somebody else has to let you in again.'
        : 'These roles end at once, on every node, and with them what tokens of theirs may do here. The account stays, and so does what they did in the log.',
      confirm: 'Remove',
      reason: 'optional',
    });
    if (answer === undefined) return;
    await send(path, { method: 'DELETE', version: member.version, body: { reason: answer.reason } });
    tell(`${name} is removed.`);
    await followMyself(member);
  }
}

/** Whoever changed what they may do themselves sees this screen as what they are now. */
async function followMyself({ person }: MemberAnswer): Promise<void> {
  if (person.id === requireMe().principal.id) await readSession();
}

function showLink({ person }: MemberAnswer, { token, expiresAt }: { token: string; expiresAt: string }): Promise<void> {
  return showSecret({
    title: `The link for ${person.name}`,
    secret: `${location.origin}/invitation#${token}`,
    what: `the link for ${person.name}`,
    advice: `Give it to ${person.name} on a way that others do not read. Who opens it chooses the password of ${person.login}; it works once.`,
    endsAt: expiresAt,
  });
}

function drawRoles(project: MyProject) {
  const mine = [...new Set([...project.roles, ...project.environments.flatMap(({ roles }) => roles)])];
  return html`<section class="group" aria-labelledby="roles">
    <h2 id="roles">What the roles may do</h2>
    <ul class="card items">
      ${Object.entries(ROLES).map(
        ([role, words]) => html`<li class="item">
          <div class="title">
            <span class="name">${role}</span>
            ${mine.some((one) => one === role) ? html`<span class="tag on">you</span>` : nothing}
          </div>
          <div class="facts"><span>${words}</span></div>
        </li>`,
      )}
    </ul>
  </section>`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-members-section': MembersSection;
  }
}
