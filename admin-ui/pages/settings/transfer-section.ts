import { html, LitElement, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { followHere } from '../../client/here.ts';
import { base } from '../../styles/base.ts';
import './export-panel.ts';
import './import-panel.ts';
import { settingsSheet } from './settings-sheet.ts';
import { drawStop } from './stop-sign.ts';

/** What comes into an environment, and what goes out of it. */
@customElement('t-transfer-section')
export class TransferSection extends LitElement {
  static override styles = [base, settingsSheet];
  readonly #here = followHere(this);

  override render() {
    const now = this.#here();
    if (now === undefined) return nothing;
    const { project, environment } = now;
    return html`<div class="section">
      <section class="group" aria-labelledby="import">
        <div>
          <h2 id="import">Import into ${environment.name}</h2>
          <p class="about small">
            A file of flagd, or an export of Turnout. It is tried first, and you see what would come of it. Flags that are
            new are made in every environment, and are off in the others.
          </p>
        </div>
        ${
          project.rights.includes('change')
            ? html`<t-import-panel .project=${project} .environment=${environment}></t-import-panel>`
            : drawStop(
                'Flags are imported by editors.',
                'This needs the role editor, release-manager or admin in the whole project.',
              )
        }
      </section>
      <section class="group" aria-labelledby="export">
        <div>
          <h2 id="export">Export ${environment.name}</h2>
          <p class="about small">Flags and segments, without keys, people or history. Archived flags are left out.</p>
        </div>
        <t-export-panel .project=${project} .environment=${environment}></t-export-panel>
      </section>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-transfer-section': TransferSection;
  }
}
