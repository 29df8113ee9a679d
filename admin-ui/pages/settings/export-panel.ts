import type { ExportAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { MyEnvironment, MyProject } from '../../client/me.ts';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import '../../parts/problem-view.ts';
import { saveFile } from '../../parts/save-file.ts';
import { base } from '../../styles/base.ts';
import { dialogSheet } from './dialog-sheet.ts';
import type { Format } from './read-import-file.ts';
import { settingsSheet } from './settings-sheet.ts';

const FORMATS: Record<Format, { words: string; about: string }> = {
  turnout: {
    words: 'Turnout',
    about:
      'Everything that was written, with the salts: who imports it gives every user what they get here. Kills are not in it.',
  },
  flagd: {
    words: 'flagd',
    about: 'For flagd, and whatever reads its files. Flags that it cannot say exactly are left out and named.',
  },
};

/** The flags of an environment as a file. */
@customElement('t-export-panel')
export class ExportPanel extends LitElement {
  static override styles = [
    base,
    dialogSheet,
    settingsSheet,
    css`
      .card {
        display: grid;
        gap: 1rem;
        padding: 1rem;
      }
      fieldset {
        grid-template-columns: repeat(auto-fit, minmax(min(16rem, 100%), 1fr));
      }
      ul {
        margin: 0;
        padding-left: 1.2rem;
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) project!: MyProject;
  @property({ attribute: false }) environment!: MyEnvironment;
  @state() private format: Format = 'turnout';
  @state() private taken: (ExportAnswer & { name: string }) | undefined;
  @state() private refusal: Refusal | undefined;
  @state() private busy = false;

  async #take(): Promise<void> {
    const { project, environment, format } = this;
    this.busy = true;
    this.refusal = undefined;
    this.taken = undefined;
    try {
      const query = { environment: environment.key, format };
      const answer = await send<ExportAnswer>(`/projects/${project.key}/export`, { query });
      const name = `${project.key}-${environment.key}.${format}.json`;
      saveFile(name, `${JSON.stringify(answer.document, null, 2)}\n`);
      this.taken = { ...answer, name };
    } catch (error) {
      this.refusal = asRefusal(error);
    } finally {
      this.busy = false;
    }
  }

  override render() {
    return html`<div class="card">
      <fieldset>
        <legend>Format</legend>
        ${(Object.keys(FORMATS) as Format[]).map((format) => this.#drawFormat(format))}
      </fieldset>
      <div class="row">
        <button ?disabled=${this.busy} @click=${() => void this.#take()}>
          <wa-icon name="download" aria-hidden="true"></wa-icon>Download ${this.environment.name}
        </button>
      </div>
      ${this.refusal === undefined ? nothing : html`<t-problem .refusal=${this.refusal}></t-problem>`}
      ${this.taken === undefined ? nothing : drawTaken(this.taken)}
    </div>`;
  }

  #drawFormat(format: Format) {
    const { words, about } = FORMATS[format];
    return html`<label class="choice">
      <input
        type="radio"
        name="export-format"
        .checked=${this.format === format}
        @change=${() => {
          this.format = format;
          this.taken = undefined;
        }}
      />
      ${words}<span class="about">${about}</span>
    </label>`;
  }
}

function drawTaken({ name, document: content, notExported, notes }: ExportAnswer & { name: string }) {
  const count = Object.keys((content.flags as object | undefined) ?? {}).length;
  return html`<div class="group" role="status">
    <p><strong>${count} flags</strong> are in <code>${name}</code>.</p>
    ${
      notExported.length === 0
        ? nothing
        : html`<div>
            <p class="warning">Left out, for this format cannot say them: ${notExported.length}</p>
            <ul class="small">
              ${notExported.map(({ flag, reason }) => html`<li><code>${flag}</code>: ${reason}</li>`)}
            </ul>
          </div>`
    }
    ${
      notes.length === 0
        ? nothing
        : html`<ul class="small quiet">
            ${notes.map(({ flag, note }) => html`<li>${flag === '' ? nothing : html`<code>${flag}</code>: `}${note}</li>`)}
          </ul>`
    }
  </div>`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-export-panel': ExportPanel;
  }
}
