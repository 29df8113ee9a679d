import type { ImportAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { MyEnvironment, MyProject } from '../../client/me.ts';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { ask } from '../../parts/ask-dialog.ts';
import '../../parts/problem-view.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import './import-report.ts';
import { type Format, MOST_BYTES, readImportFile } from './read-import-file.ts';
import { settingsSheet } from './settings-sheet.ts';
import { changesAnything } from './tell-import.ts';

interface Chosen {
  name: string;
  document: Record<string, unknown>;
  format: Format;
}

/** Flags of a file: looked at first, then taken over in one change. */
@customElement('t-import-panel')
export class ImportPanel extends LitElement {
  static override styles = [
    base,
    settingsSheet,
    css`
      .card {
        padding: 1rem;
      }
      .card,
      .done {
        display: grid;
        gap: 1rem;
        min-width: 0;
      }
      .choices {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(14rem, 100%), 1fr));
        gap: 1rem;
      }
      input[type='file'] {
        width: 100%;
        padding: 0.25rem;
      }
      ::file-selector-button {
        font: inherit;
      }
      .done {
        border-left: 3px solid var(--on);
        padding-left: 1rem;
      }
    `,
  ];

  @property({ attribute: false }) project!: MyProject;
  @property({ attribute: false }) environment!: MyEnvironment;
  @state() private chosen: Chosen | undefined;
  @state() private fault: string | undefined;
  @state() private report: ImportAnswer | undefined;
  @state() private refusal: Refusal | undefined;
  @state() private busy = false;
  /** What flags of the file are to be called here. */
  #renames = new Map<string, string>();

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    // What was found out of one environment says nothing of another.
    const before = changed.get('environment') as MyEnvironment | undefined;
    if (before !== undefined && before.key !== this.environment.key && this.chosen) void this.#run(true);
  }

  async #choose(event: Event): Promise<void> {
    const file = (event.target as HTMLInputElement).files?.[0];
    this.chosen = undefined;
    this.report = undefined;
    this.refusal = undefined;
    this.fault = undefined;
    this.#renames = new Map();
    if (file === undefined) return;
    if (file.size > MOST_BYTES) {
      this.fault = 'This file is larger than 16 MiB. Import it in parts: each flag stands for itself.';
      return;
    }
    const read = readImportFile(await file.text());
    if ('fault' in read) this.fault = read.fault;
    else {
      this.chosen = { name: file.name, ...read };
      await this.#run(true);
    }
  }

  async #run(dryRun: boolean, reason?: string): Promise<void> {
    const { chosen, environment, project } = this;
    if (chosen === undefined) return;
    const query = new URLSearchParams({ environment: environment.key, format: chosen.format, dryRun: String(dryRun) });
    for (const [was, key] of this.#renames) query.append('rename', `${was}=${key}`);
    if (reason !== undefined) query.set('reason', reason);
    this.busy = true;
    this.refusal = undefined;
    try {
      const sending = { method: 'POST', body: chosen.document } as const;
      const report = await send<ImportAnswer>(`/projects/${project.key}/import?${query}`, sending);
      if (environment.key === this.environment.key) this.report = report;
    } catch (error) {
      this.refusal = asRefusal(error);
      if (dryRun) this.report = undefined;
    } finally {
      this.busy = false;
    }
  }

  async #import(): Promise<void> {
    const { environment, report } = this;
    if (report === undefined) return;
    const answer = await ask({
      title: `Import into ${environment.name}?`,
      body: 'All of it is one change in the log. Flags that are new here are made in every environment, and are off in the others.',
      confirm: 'Import',
      reason: environment.reasonRequired ? 'required' : 'optional',
    });
    if (answer !== undefined) await this.#run(false, answer.reason);
  }

  override render() {
    return html`<div class="card">
      <div class="choices">
        <div class="field">
          <label for="file">File <span class="hint">JSON, 16 MiB at most</span></label>
          <input id="file" type="file" accept=".json,application/json" aria-describedby="file-fault" @change=${this.#choose} />
          <span class="fault" id="file-fault" role="alert">${this.fault ?? nothing}</span>
        </div>
        ${this.chosen === undefined ? nothing : this.#drawFormat(this.chosen)}
      </div>
      ${this.refusal === undefined ? nothing : html`<t-problem .refusal=${this.refusal}></t-problem>`}
      ${this.busy ? html`<p class="quiet" role="status">Looking at it …</p>` : nothing}
      ${this.report === undefined ? nothing : this.#drawReport(this.report)}
    </div>`;
  }

  #drawFormat(chosen: Chosen) {
    return html`<div class="field">
      <label for="format">Written by</label>
      <select
        id="format"
        @change=${(event: Event) => {
          this.chosen = { ...chosen, format: (event.target as HTMLSelectElement).value as Format };
          void this.#run(true);
        }}
      >
        <option value="flagd" ?selected=${chosen.format === 'flagd'}>flagd</option>
        <option value="turnout" ?selected=${chosen.format === 'turnout'}>Turnout</option>
      </select>
    </div>`;
  }

  #drawReport(report: ImportAnswer) {
    const rename = (was: string, key: string) => {
      this.#renames.set(was, key);
      void this.#run(true);
    };
    return html`${report.dryRun ? nothing : this.#drawDone(report)}
      <t-import-report
        .report=${report}
        environment=${this.environment.name}
        .rename=${report.dryRun ? rename : undefined}
      ></t-import-report>
      ${report.dryRun ? this.#drawGo(report) : nothing}`;
  }

  #drawGo(report: ImportAnswer) {
    const worth = changesAnything(report);
    return html`<div class="row">
      <button class="primary" ?disabled=${this.busy} aria-disabled=${!worth} @click=${() => worth && void this.#import()}>
        Import into ${this.environment.name}
      </button>
      <span class="quiet small">${worth ? 'Nothing was changed so far: this was a dry run.' : 'There is nothing to import: it would change nothing here.'}</span>
    </div>`;
  }

  #drawDone({ change }: ImportAnswer) {
    if (change === undefined) return html`<p class="done" role="status">Nothing had to be changed.</p>`;
    const address = writeRoute('change', { project: this.project.key, change: String(change.id) });
    return html`<p class="done" role="status"><span>Imported, as <a href=${address}>change ${change.id}</a>.</span></p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-import-panel': ImportPanel;
  }
}
