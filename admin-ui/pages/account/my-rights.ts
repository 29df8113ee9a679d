import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { isProduction, type Me, type MyEnvironment, type MyProject } from '../../client/me.ts';
import { MAY_WORDS, ROLE_WORDS } from '../../parts/role-words.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';

/** What one may do where; of what one may not, why. */
@customElement('t-my-rights')
export class MyRights extends LitElement {
  static override styles = [
    base,
    css`
      * + section {
        margin-top: 1rem;
      }
      h3 {
        margin-bottom: 0.35rem;
        overflow-wrap: anywhere;
      }
      .scroll {
        overflow-x: auto;
      }
      th:first-child,
      td:first-child {
        min-width: 8rem;
      }
      td:not(:first-child),
      th:not(:first-child) {
        text-align: center;
      }
      tr:last-child td,
      tr:last-child th {
        border-bottom: 0;
      }
      th[scope='row'] {
        color: var(--ink);
        font-size: var(--text);
        white-space: normal;
        overflow-wrap: anywhere;
      }
      .yes {
        color: var(--on);
        font-size: 1rem;
      }
      ul {
        margin: 0.5rem 0 0;
        padding-left: 1.1rem;
      }
      @media (max-width: 720px) {
        td,
        th {
          padding: 0.4rem 0.45rem;
        }
      }
    `,
  ];
  @property({ attribute: false }) me!: Me;

  override render() {
    const { projects, rights } = this.me;
    return html`${
      rights.includes('root')
        ? html`<p>You administer the whole installation: every project, every account.</p>`
        : nothing
    }
    ${projects.length === 0 ? html`<p class="quiet">You are a member of no project yet. Ask whoever invited you.</p>` : nothing}
    ${projects.map((project) => this.#drawProject(project))}`;
  }

  #drawProject(project: MyProject) {
    const roles = [...new Set([...project.roles, ...project.environments.flatMap((one) => one.roles)])];
    const denied = whyNot(project);
    return html`<section>
      <h3>
        <a href=${writeRoute('flags', { project: project.key })}>${project.name}</a>
        ${roles.map((role) => html` <span class="tag" title=${ROLE_WORDS[role].means}>${ROLE_WORDS[role].name}</span>`)}
      </h3>
      <div class="card scroll" tabindex="0" role="region" aria-label="What you may do in ${project.name}">
        <table>
          <thead>
            <tr>
              <th scope="col">Environment</th>
              ${MAY_WORDS.map(({ words, means }) => html`<th scope="col" title=${means}>${words}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${project.environments.map((environment) => this.#drawEnvironment(environment))}
          </tbody>
        </table>
      </div>
      ${denied.length === 0 ? nothing : html`<ul class="quiet small">${denied.map((why) => html`<li>${why}</li>`)}</ul>`}
    </section>`;
  }

  #drawEnvironment(environment: MyEnvironment) {
    return html`<tr>
      <th scope="row">
        <span class=${isProduction(environment) ? 'tag production' : ''}>${environment.name}</span>
      </th>
      ${MAY_WORDS.map(({ may }) => {
        const { yes, why } = environment.may[may];
        if (!yes) return html`<td title=${why ?? ''}><span class="quiet">no</span></td>`;
        return html`<td><wa-icon class="yes" name="check" label="yes"></wa-icon></td>`;
      })}
    </tr>`;
  }
}

/** What may not be done, with the sentence of the server that says why; each sentence once. */
function whyNot(project: MyProject): string[] {
  const lines = new Map<string, Set<string>>();
  for (const { may, name } of project.environments) {
    for (const { may: which, words } of MAY_WORDS) {
      const { yes, why } = may[which];
      if (yes || why === undefined) continue;
      const line = `${words}: ${why}`;
      lines.set(line, (lines.get(line) ?? new Set()).add(name));
    }
  }
  const all = project.environments.length;
  return [...lines].map(([line, names]) => (names.size === all ? line : `${[...names].join(', ')} · ${line}`));
}

declare global {
  interface HTMLElementTagNameMap {
    't-my-rights': MyRights;
  }
}
