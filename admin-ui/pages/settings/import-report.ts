import type { ImportAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../styles/base.ts';
import { suggestKey } from './read-import-file.ts';
import { settingsSheet } from './settings-sheet.ts';
import { countEffects, tellImport } from './tell-import.ts';

const MOST_SHOWN = 200;
type Flag = ImportAnswer['flags'][number];

const EFFECTS: Record<Flag['effect'], { word: string; tone: string }> = {
  created: { word: 'new', tone: 'on' },
  changed: { word: 'changed', tone: 'warn' },
  unchanged: { word: 'as it is', tone: '' },
};

/** What an import comes to, or did: what is carried over, what is not and why. */
@customElement('t-import-report')
export class ImportReport extends LitElement {
  static override styles = [
    base,
    settingsSheet,
    css`
      .lists {
        display: grid;
        gap: 1rem;
      }
      td,
      th {
        vertical-align: baseline;
        overflow-wrap: anywhere;
        unicode-bidi: isolate;
      }
      tr:last-child > td {
        border-bottom: 0;
      }
      td:first-child {
        width: 40%;
      }
      td form {
        margin-top: 0.4rem;
        gap: 0.5rem;
      }
      input {
        width: 12rem;
      }
      .box {
        max-height: 22rem;
        overflow: auto;
      }
      p.sum {
        font-weight: 550;
      }
    `,
  ];

  @property({ attribute: false }) report!: ImportAnswer;
  /** How the environment is called. */
  @property() environment = '';
  /** What flags of the document are to be called here; undefined where that is over. */
  @property({ attribute: false }) rename: ((was: string, key: string) => void) | undefined;

  override render() {
    const { report } = this;
    return html`<div class="lists">
      <p class="sum">${tellImport(report, this.environment)}</p>
      ${this.#drawLeftOut()} ${this.#drawNotes()} ${this.#drawFlags()}
    </div>`;
  }

  #drawLeftOut() {
    const left = this.report.notImported;
    if (left.length === 0) return nothing;
    return html`<section class="group" aria-labelledby="left">
      <h3 id="left">Left out: ${left.length}</h3>
      <p class="about small">What cannot mean exactly the same here is left out whole, never almost right.</p>
      <div class="card box" tabindex="0" role="group" aria-labelledby="left">
        <table>
          <thead>
            <tr><th scope="col">In the file</th><th scope="col">Why not</th></tr>
          </thead>
          <tbody>
            ${left.slice(0, MOST_SHOWN).map(
              ({ flag, reason }) => html`<tr>
                <td><code>${flag}</code></td>
                <td>${reason}${this.#drawRename(flag)}</td>
              </tr>`,
            )}
          </tbody>
        </table>
        ${drawMore(left.length)}
      </div>
    </section>`;
  }

  #drawRename(flag: string) {
    const close = suggestKey(flag);
    if (this.rename === undefined || close === undefined || flag.startsWith('segment ')) return nothing;
    const use = (event: Event) => {
      event.preventDefault();
      const form = event.target as HTMLFormElement;
      this.rename?.(flag, String(new FormData(form).get('key')).trim());
    };
    return html`<form class="row" @submit=${use}>
      <input name="key" required maxlength="128" aria-label="What ${flag} is called here" .defaultValue=${close} />
      <button type="submit">Call it so</button>
    </form>`;
  }

  #drawNotes() {
    const { notes } = this.report;
    if (notes.length === 0) return nothing;
    return html`<section class="group" aria-labelledby="notes">
      <h3 id="notes">Notes</h3>
      <ul class="small">
        ${notes.slice(0, MOST_SHOWN).map(({ flag, note }) => html`<li>${flag === '' ? nothing : html`<code>${flag}</code>: `}${note}</li>`)}
      </ul>
      ${drawMore(notes.length)}
    </section>`;
  }

  #drawFlags() {
    const segments = this.report.segments.map(({ key, effect }): Flag => ({ key: `segment ${key}`, effect }));
    const all = [...this.report.flags, ...segments];
    if (all.length === 0) return nothing;
    // What becomes another comes first: that is what one looks for.
    const rank = { changed: 0, created: 1, unchanged: 2 };
    const sorted = all.sort((a, b) => rank[a.effect] - rank[b.effect]);
    const { changed } = countEffects(all);
    return html`<section class="group" aria-labelledby="over">
      <h3 id="over">${this.report.dryRun ? 'Can be carried over' : 'Carried over'}: ${all.length}</h3>
      ${changed === 0 ? nothing : html`<p class="about small">Changed ones get the configuration of the file in ${this.environment} alone. A kill stays a kill.</p>`}
      <div class="card box" tabindex="0" role="group" aria-labelledby="over">
        <table>
          <thead>
            <tr><th scope="col">Here</th><th scope="col">What becomes of it</th></tr>
          </thead>
          <tbody>
            ${sorted.slice(0, MOST_SHOWN).map(drawFlag)}
          </tbody>
        </table>
        ${drawMore(all.length)}
      </div>
    </section>`;
  }
}

function drawFlag({ key, was, effect }: Flag) {
  const { word, tone } = EFFECTS[effect];
  return html`<tr>
    <td><code>${key}</code></td>
    <td>
      <span class="tag ${tone}">${word}</span>
      ${was === undefined ? nothing : html`<span class="small quiet">in the file <code>${was}</code></span>`}
    </td>
  </tr>`;
}

function drawMore(count: number) {
  if (count <= MOST_SHOWN) return nothing;
  return html`<p class="empty small">and ${count - MOST_SHOWN} more</p>`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-import-report': ImportReport;
  }
}
