import { css, html, LitElement, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { readSession, requireMe, session } from '../../client/session.ts';
import { Following } from '../../client/store.ts';
import { tell } from '../../shell/notices.ts';
import { base } from '../../styles/base.ts';
import './archived-projects.ts';
import { NEEDS_ROOT } from './project-card.ts';
import './project-forms.ts';

/** All projects that one sees, and what may be done with them. */
@customElement('t-projects-page')
export class ProjectsPage extends LitElement {
  static override styles = [
    base,
    css`
      .page {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1rem;
        max-width: 64rem;
      }
      .empty {
        display: grid;
        gap: 0.5rem;
        padding: 1.5rem;
      }
    `,
  ];

  constructor() {
    super();
    new Following(this, session);
  }

  async #make(): Promise<void> {
    const made = await document.createElement('t-new-project').open();
    if (made === undefined) return;
    await readSession();
    tell(`${made.name} is made. Make its first flag, or give it to others in its settings.`);
  }

  override render() {
    if (session.value.state !== 'in') return nothing;
    const { projects, rights } = requireMe();
    const mayMake = rights.includes('root');
    return html`<div class="page">
      <div class="row">
        <h1>Projects</h1>
        <button
          class="spread ${mayMake ? 'primary' : ''}"
          aria-disabled=${!mayMake}
          title=${mayMake ? '' : NEEDS_ROOT}
          @click=${() => mayMake && void this.#make()}
        >
          <wa-icon name="plus" aria-hidden="true"></wa-icon>New project
        </button>
      </div>
      ${mayMake ? nothing : html`<p class="quiet small">To make a project: ${NEEDS_ROOT.toLowerCase().replace('this', 'it')}</p>`}
      ${projects.length === 0 ? drawEmpty(mayMake) : nothing}
      ${repeat(
        projects,
        ({ key }) => key,
        (project) => html`<t-project-card .project=${project}></t-project-card>`,
      )}
      ${mayMake ? html`<t-archived-projects></t-archived-projects>` : nothing}
    </div>`;
  }
}

function drawEmpty(mayMake: boolean) {
  return html`<div class="card empty">
    <h2>No project yet</h2>
    <p>
      ${
        mayMake
          ? 'Make the first one: it comes with a development and a production environment, and then wants its first flag.'
          : 'You are a member of none. Ask whoever invited you to add you to a project.'
      }
    </p>
  </div>`;
}
