import type { FlagAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Here } from '../../client/here.ts';
import { ask } from '../../parts/ask-dialog.ts';
import { tell } from '../../shell/notices.ts';
import { base } from '../../styles/base.ts';
import { askBulk } from './ask-bulk.ts';
import { type BulkVerb, doTo, mayBulk } from './bulk-verbs.ts';
import { countFlags, doneWords, VERB_WORDS } from './bulk-words.ts';
import { type Outcome, runEach, undoEach } from './run-each.ts';

/** For how long the server lets the same person take back a step towards safe, less the way there. */
const GRACE_MS = 55_000;

/**
 * What can be done to the flags that are selected, how far it is, and what could not be done. Says `pick`, and
 * `own` of each flag that it changes.
 */
@customElement('t-bulk-bar')
export class BulkBar extends LitElement {
  static override styles = [
    base,
    css`
      .bar {
        display: grid;
        gap: 0.5rem;
        padding: 0.5rem 0.75rem;
        background: var(--raised);
        border: 1px solid var(--line-strong);
        border-radius: 8px;
        box-shadow: var(--shade);
      }
      .buttons {
        gap: 0.4rem;
      }
      strong {
        margin-right: 0.4rem;
      }
      .kill:not([aria-disabled='true']) {
        color: var(--kill);
        background: transparent;
        border-color: color-mix(in srgb, var(--kill) 45%, transparent);
      }
      .kill:hover:not([aria-disabled='true']) {
        background: var(--kill-soft);
      }
      progress {
        flex: 1;
        min-width: 6rem;
        max-width: 20rem;
        accent-color: var(--primary);
      }
      .failed {
        margin: 0;
        padding: 0.4rem 0 0;
        border-top: 1px solid var(--line);
        max-height: 9rem;
        overflow: auto;
        list-style: none;
        display: grid;
        gap: 0.25rem;
        font-size: var(--small);
      }
      .failed li {
        overflow-wrap: anywhere;
      }
      @media (max-width: 720px) {
        .buttons button {
          flex: 1 1 auto;
          padding: 0.2rem 0.5rem;
        }
        strong {
          flex-basis: 100%;
        }
      }
    `,
  ];

  @property({ attribute: false }) here!: Here;
  @property({ attribute: false }) selected: readonly FlagAnswer[] = [];
  /** How many of them the table does not show now. */
  @property({ type: Number }) hiddenCount = 0;
  @property({ attribute: false }) tags: readonly string[] = [];
  @state() private progress: { done: number; of: number } | undefined;
  @state() private failed: readonly Outcome[] = [];
  #stopped = false;

  async #run(verb: BulkVerb): Promise<void> {
    const { here } = this;
    const may = mayBulk(here, verb);
    if (!may.yes || this.progress !== undefined) {
      if (!may.yes) tell(may.why ?? 'You may not do that here.', { tone: 'warn' });
      return;
    }
    const flags = new Map(this.selected.map((flag) => [flag.key, flag]));
    const doing = await askBulk(ask, { verb, flags: [...flags.values()], here, tags: this.tags });
    if (doing === undefined) return;
    const started = Date.now();
    this.#stopped = false;
    this.failed = [];
    this.progress = { done: 0, of: flags.size };
    const outcomes = await runEach([...flags.keys()], {
      act: (key) => {
        this.dispatchEvent(new CustomEvent('own', { detail: key }));
        return doTo(flags.get(key) as FlagAnswer, here, doing);
      },
      onDone: (done) => {
        this.progress = { done: done.length, of: flags.size };
        return !this.#stopped;
      },
    });
    this.progress = undefined;
    this.#tell(verb, here, outcomes, started);
  }

  /** What failed stays selected, to be tried again; what was not begun does too. */
  #tell(verb: BulkVerb, here: Here, outcomes: readonly Outcome[], started: number): void {
    this.failed = outcomes.filter(({ refusal }) => refusal !== undefined);
    const done = outcomes.filter(({ refusal }) => refusal === undefined);
    const forMs = GRACE_MS - (Date.now() - started);
    const undo =
      done.some((outcome) => outcome.undo) && forMs > 5_000 ? { undo: { forMs, run: () => undoEach(done) } } : {};
    if (done.length > 0) tell(doneWords(verb, done.length, here), undo);
    const gone = new Set(done.map(({ key }) => key));
    const left = this.selected.map(({ key }) => key).filter((key) => !gone.has(key));
    this.dispatchEvent(new CustomEvent('pick', { detail: new Set(left) }));
  }

  override render() {
    const { selected, hiddenCount, progress } = this;
    if (selected.length === 0 && this.failed.length === 0) return nothing;
    return html`<section class="bar" aria-label="Selected flags">
      <div class="row buttons">
        <strong role="status">${countFlags(selected.length)} selected${
          hiddenCount > 0 ? html` <span class="quiet">(${hiddenCount} not shown)</span>` : nothing
        }</strong>
        ${progress === undefined ? this.#drawVerbs() : this.#drawProgress(progress)}
      </div>
      ${this.#drawFailed()}
    </section>`;
  }

  #drawVerbs() {
    const archived = this.selected.filter((flag) => flag.archived).length;
    const verbs: BulkVerb[] = ['on', 'off', 'kill', 'tag', 'untag'];
    if (archived < this.selected.length) verbs.push('archive');
    if (archived > 0) verbs.push('unarchive');
    return html`${this.selected.length === 0 ? nothing : verbs.map((verb) => this.#drawVerb(verb))}
      <button class="plain spread" @click=${this.#clear}>${this.selected.length === 0 ? 'Dismiss' : 'Clear'}</button>`;
  }

  #drawVerb(verb: BulkVerb) {
    const may = mayBulk(this.here, verb);
    return html`<button
      class=${verb === 'kill' ? 'kill' : ''}
      aria-disabled=${!may.yes}
      title=${may.yes ? nothing : (may.why ?? nothing)}
      @click=${() => this.#run(verb)}
    >
      ${VERB_WORDS[verb]}${may.yes ? nothing : html`<span class="sr">. ${may.why}</span>`}
    </button>`;
  }

  #drawProgress({ done, of }: { done: number; of: number }) {
    return html`<progress max=${of} value=${done} aria-label="Done"></progress>
      <span class="quiet" role="status">${done} of ${of}</span>
      <button
        class="spread"
        @click=${() => {
          this.#stopped = true;
        }}
      >
        Stop
      </button>`;
  }

  #drawFailed() {
    if (this.failed.length === 0) return nothing;
    return html`<ul class="failed" role="alert" aria-label="What could not be done" tabindex="0">
      ${this.failed.map(
        ({ key, refusal }) => html`<li><code>${key}</code> <span class="fault">${refusal?.problem.detail}</span></li>`,
      )}
    </ul>`;
  }

  #clear(): void {
    this.failed = [];
    this.dispatchEvent(new CustomEvent('pick', { detail: new Set() }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-bulk-bar': BulkBar;
  }
}
