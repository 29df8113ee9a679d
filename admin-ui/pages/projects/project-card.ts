import type { EnvironmentAnswer, ProjectAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { isProduction, type MyEnvironment, type MyProject } from '../../client/me.ts';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { readSession, requireMe } from '../../client/session.ts';
import '../../parts/problem-view.ts';
import { MAY_WORDS, ROLE_WORDS } from '../../parts/role-words.ts';
import { tell } from '../../shell/notices.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { archiveFlow } from './archive-flow.ts';
import './project-forms.ts';

const NEEDS_ADMIN = 'This needs the role admin in the whole project.';
export const NEEDS_ROOT = 'This needs the root token, or an admin of the whole installation.';

/** A project with its environments, and what may be done with them. */
@customElement('t-project-card')
export class ProjectCard extends LitElement {
  static override styles = [
    base,
    css`
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.35rem 0.75rem;
        padding: 0.75rem 0.9rem;
      }
      h2 {
        overflow-wrap: anywhere;
        min-width: 0;
        unicode-bidi: isolate;
      }
      ul {
        list-style: none;
        margin: 0;
        padding: 0;
        border-top: 1px solid var(--line);
      }
      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.2rem 0.75rem;
        padding: 0.45rem 0.9rem;
        border-left: 3px solid transparent;
      }
      li.production {
        border-left-color: var(--production);
      }
      li + li {
        border-top: 1px solid var(--line);
      }
      .name {
        min-width: 9rem;
        overflow-wrap: anywhere;
      }
      .may {
        flex: 1 1 12rem;
        min-width: 0;
      }
      li code {
        min-width: 7rem;
      }
      code {
        overflow-wrap: anywhere;
      }
      .empty {
        padding: 0.75rem 0.9rem;
        border-top: 1px solid var(--line);
      }
    `,
  ];
  @property({ attribute: false }) project!: MyProject;
  @state() private refusal: Refusal | undefined;

  get #path(): string {
    return `/projects/${encodeURIComponent(this.project.key)}`;
  }

  /** Does something, and shows here what stands in its way. */
  async #try(act: () => Promise<string | undefined>): Promise<void> {
    this.refusal = undefined;
    try {
      const said = await act();
      if (said === undefined) return;
      tell(said);
      await readSession();
    } catch (error) {
      this.refusal = asRefusal(error);
    }
  }

  #rename(): Promise<void> {
    return this.#try(async () => {
      const { version } = await send<ProjectAnswer>(this.#path);
      const { project } = this;
      const renamed = await Object.assign(document.createElement('t-edit-project'), { project, version }).open();
      return renamed && `It is called ${renamed.name} now.`;
    });
  }

  #addEnvironment(): Promise<void> {
    return this.#try(async () => {
      const { project } = this;
      const made = await Object.assign(document.createElement('t-new-environment'), { project }).open();
      return made && `The environment ${made.name} is made. Every flag is in it, and off.`;
    });
  }

  #edit(environment: MyEnvironment): Promise<void> {
    return this.#try(async () => {
      const path = `${this.#path}/environments/${encodeURIComponent(environment.key)}`;
      const now = await send<EnvironmentAnswer>(path);
      const { project } = this;
      const form = document.createElement('t-edit-environment');
      const shown = { ...environment, name: now.name, protected: now.protected, reasonRequired: now.protected };
      const edited = await Object.assign(form, { project, environment: shown, version: now.version }).open();
      return edited && `${edited.name} is saved${edited.protected ? ', and protected' : ''}.`;
    });
  }

  override render() {
    const { project } = this;
    const { key, name, demo, environments } = project;
    return html`<article class="card">
      <div class="head">
        <h2>${environments.length === 0 ? name : html`<a href=${writeRoute('flags', { project: key })}>${name}</a>`}</h2>
        <code class="quiet">${key}</code>
        ${demo ? html`<span class="tag" title="Made to be tried out">demo</span>` : nothing}
        ${project.roles.map((role) => html`<span class="tag" title=${ROLE_WORDS[role].means}>${ROLE_WORDS[role].name}</span>`)}
        <span class="spread"></span>
        ${this.#drawActs()}
      </div>
      ${this.refusal === undefined ? nothing : html`<t-problem .refusal=${this.refusal}></t-problem>`}
      ${
        environments.length === 0
          ? html`<p class="empty quiet">It has no environment yet: nothing can be looked at until it has one.</p>`
          : html`<ul aria-label="Environments of ${name}">
              ${environments.map((environment) => this.#drawEnvironment(environment))}
            </ul>`
      }
    </article>`;
  }

  #drawActs() {
    const { project } = this;
    const isAdmin = project.rights.includes('admin');
    const isRoot = requireMe().rights.includes('root');
    const why = isAdmin ? '' : NEEDS_ADMIN;
    return html`<button class="plain" aria-disabled=${!isAdmin} title=${why} @click=${() => isAdmin && this.#rename()}>
        Rename<span class="sr"> ${project.name}</span>
      </button>
      <button aria-disabled=${!isAdmin} title=${why} @click=${() => isAdmin && this.#addEnvironment()}>
        <wa-icon name="plus" aria-hidden="true"></wa-icon>Environment<span class="sr"> in ${project.name}</span>
      </button>
      <button
        class=${project.demo ? '' : 'plain'}
        aria-disabled=${!isRoot}
        title=${isRoot ? 'It can be brought back' : NEEDS_ROOT}
        @click=${() => isRoot && archiveFlow(project)}
      >
        <wa-icon name="archive" aria-hidden="true"></wa-icon>${project.demo ? 'Remove the demo' : 'Archive'}<span class="sr">
          ${project.name}</span
        >
      </button>`;
  }

  #drawEnvironment(environment: MyEnvironment) {
    const { may, key, name } = environment;
    const address = writeRoute('flags', { project: this.project.key }, { env: key });
    const can = MAY_WORDS.filter((one) => may[one.may].yes);
    const all = can.length === MAY_WORDS.length;
    return html`<li class=${isProduction(environment) ? 'production' : ''}>
      <a class="name" href=${address}>${name}</a>
      <code class="quiet">${key}</code>
      ${
        environment.protected
          ? html`<span class="tag production" title="What gives users more needs an approval, and every change a reason">
              <wa-icon name="lock" aria-hidden="true"></wa-icon>protected</span
            >`
          : nothing
      }
      <span class="may quiet small">
        You may ${all ? 'do everything here' : can.map(({ words }) => words.toLowerCase()).join(', ') || 'nothing here'}
      </span>
      <button
        class="plain"
        aria-disabled=${!may.admin.yes}
        title=${may.admin.why ?? ''}
        @click=${() => may.admin.yes && this.#edit(environment)}
      >
        Edit<span class="sr"> ${name}</span>
      </button>
    </li>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-project-card': ProjectCard;
  }
}
