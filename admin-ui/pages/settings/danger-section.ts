import { html, LitElement, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { followHere, type Here } from '../../client/here.ts';
import { readSession, requireMe } from '../../client/session.ts';
import '../../parts/code-snippet.ts';
import { goTo } from '../../shell/navigation.ts';
import { tell } from '../../shell/notices.ts';
import { base } from '../../styles/base.ts';
import './archive-form.ts';
import { settingsSheet } from './settings-sheet.ts';

/** What one does once in the life of a project, and not by a click too many. */
@customElement('t-danger-section')
export class DangerSection extends LitElement {
  static override styles = [base, settingsSheet];
  readonly #here = followHere(this);

  override render() {
    const now = this.#here();
    if (now === undefined) return nothing;
    return html`<div class="section">${this.#drawArchive(now)} ${drawEpoch(now)}</div>`;
  }

  #drawArchive({ project }: Here) {
    const may = requireMe().rights.includes('root');
    const why = 'Only administrators of the whole installation put projects away.';
    return html`<section class="group" aria-labelledby="archive">
      <div class="head">
        <div>
          <h2 id="archive">Archive ${project.name}</h2>
          <p class="about small">
            ${project.demo ? 'This is the demo: archiving it removes it, and no restart brings it back. ' : ''}The project
            goes from every list, and its keys and tokens stop within five seconds. Nothing is deleted: an administrator
            of the installation can bring it back.
          </p>
          ${may ? nothing : html`<p class="small warning">${why}</p>`}
        </div>
        <button
          aria-disabled=${!may}
          title=${may ? '' : why}
          @click=${() => may && void this.#archive()}
        >
          <wa-icon name="archive" aria-hidden="true"></wa-icon>Archive the project …
        </button>
      </div>
    </section>`;
  }

  async #archive(): Promise<void> {
    const project = this.#here()?.project;
    if (project === undefined) return;
    const form = document.createElement('t-archive-form');
    form.project = project;
    if ((await form.open()) === undefined) return;
    goTo('projects');
    await readSession();
    tell(`${project.name} is archived.`);
  }
}

/** A restore is done beside the database, so what belongs to it is told, and is no button. */
function drawEpoch({ project, environment }: Here) {
  const command = `turnout new-epoch -p ${project.key} -e ${environment.key} --reason 'restored the backup of 02:00' --key root.token`;
  return html`<section class="group" aria-labelledby="epoch">
    <div>
      <h2 id="epoch">After a backup was restored</h2>
      <p class="about small">
        A restored database is behind what apps have seen, and they would go on with what they know. A new epoch begins
        another history: every app takes a whole ruleset. It belongs to the restore, before a node serves again, so it is
        a command and no button. It needs the root token, in a file.
      </p>
    </div>
    <t-snippet caption="On a machine that reaches Turnout" .text=${command}></t-snippet>
    <p class="small quiet">Use <code>--all</code> in place of <code>-e ${environment.key}</code> for every environment.</p>
  </section>`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-danger-section': DangerSection;
  }
}
