import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { flagIndex } from '../client/flag-index.ts';
import { matchFlags } from '../client/match-flags.ts';
import { Following } from '../client/store.ts';
import { base } from '../styles/base.ts';
import { type Command, matchCommands } from './match-commands.ts';

const MOST_SHOWN = 12;

/** Everything that can be done or gone to, by typing a part of its name. */
@customElement('t-palette')
export class CommandPalette extends LitElement {
  static override styles = [
    base,
    css`
      dialog {
        width: min(38rem, calc(100vw - 1.5rem));
        margin-top: 10dvh;
        padding: 0;
        color: var(--ink);
        background: var(--raised);
        border: 1px solid var(--line-strong);
        border-radius: 10px;
        box-shadow: var(--shade);
        overflow: hidden;
      }
      dialog::backdrop {
        background: rgb(8 12 18 / 55%);
      }
      input {
        width: 100%;
        min-height: 3rem;
        padding: 0 1rem;
        border: 0;
        border-bottom: 1px solid var(--line);
        border-radius: 0;
        font-size: 1rem;
        background: transparent;
      }
      input:focus-visible {
        outline: none;
        border-bottom-color: var(--focus);
      }
      ul {
        list-style: none;
        margin: 0;
        padding: 0.35rem;
        max-height: 55dvh;
        overflow: auto;
      }
      li {
        display: flex;
        align-items: center;
        gap: 0.6rem;
        padding: 0.45rem 0.65rem;
        border-radius: var(--round);
        cursor: pointer;
      }
      li[aria-selected='true'] {
        background: var(--chosen);
      }
      li .about {
        margin-left: auto;
        color: var(--quiet);
        font-size: var(--small);
      }
      .none {
        padding: 1rem;
      }
    `,
  ];

  /** What can be done here, beside going to a flag. */
  @property({ attribute: false }) commands: readonly Command[] = [];
  /** How to go to a flag. */
  @property({ attribute: false }) openFlag: (key: string) => void = () => undefined;
  @query('dialog') private dialog!: HTMLDialogElement;
  @query('input') private input!: HTMLInputElement;
  @state() private text = '';
  @state() private at = 0;

  constructor() {
    super();
    new Following(this, flagIndex);
  }

  show(): void {
    this.text = '';
    this.at = 0;
    this.dialog.showModal();
    this.input.value = '';
    this.input.focus();
  }

  get #found(): Command[] {
    const commands = matchCommands(this.commands, this.text);
    if (this.text.trim() === '') return commands.slice(0, MOST_SHOWN);
    const flags = matchFlags(flagIndex.value.flags, this.text).slice(0, MOST_SHOWN);
    const toFlags = flags.map(({ key, name, archived }) => ({
      ...{ id: `flag/${key}`, label: key, icon: 'flag', about: archived ? 'archived flag' : name || 'flag' },
      run: () => this.openFlag(key),
    }));
    return [...commands, ...toFlags].slice(0, MOST_SHOWN);
  }

  #key(event: KeyboardEvent): void {
    const found = this.#found;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      this.at = (this.at + step + found.length) % Math.max(1, found.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const chosen = found[this.at];
      if (chosen) this.#run(chosen);
    }
  }

  #run(command: Command): void {
    this.dialog.close();
    command.run();
  }

  override updated(): void {
    this.renderRoot.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }

  override render() {
    const found = this.#found;
    return html`<dialog aria-label="Commands" @click=${(event: Event) => event.target === this.dialog && this.dialog.close()}>
      <input
        role="combobox"
        aria-label="Go to a page or a flag, or do something"
        placeholder="Go to a flag or a page, or do something …"
        aria-expanded="true"
        aria-controls="found"
        aria-activedescendant=${found.length === 0 ? nothing : `found-${this.at}`}
        autocomplete="off"
        spellcheck="false"
        @keydown=${this.#key}
        @input=${() => {
          this.text = this.input.value;
          this.at = 0;
        }}
      />
      <ul id="found" role="listbox" aria-label="Found">
        ${found.map(
          (command, at) => html`<li
            id="found-${at}"
            role="option"
            aria-selected=${at === this.at}
            @click=${() => this.#run(command)}
          >
            <wa-icon name=${command.icon} aria-hidden="true"></wa-icon>
            <span class="clip">${command.label}</span>
            <span class="about clip">${command.about}</span>
          </li>`,
        )}
      </ul>
      ${found.length === 0 ? html`<p class="none quiet" role="status">Nothing is called that.</p>` : nothing}
    </dialog>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-palette': CommandPalette;
  }
}
