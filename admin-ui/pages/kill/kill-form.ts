import type { FlagAnswer } from '@turnout/server/contracts';
import { html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { flagIndex } from '../../client/flag-index.ts';
import type { Here } from '../../client/here.ts';
import { Following } from '../../client/store.ts';
import { tell } from '../../shell/notices.ts';
import { base } from '../../styles/base.ts';
import { tellServed } from './find-killed.ts';
import { type Choice, listChoices } from './kill-choices.ts';
import { killFormSheet } from './kill-form-sheet.ts';
import { startKill } from './kill-runs.ts';

/** One big field. Typing finds, Enter kills: no question, for whoever is here knows why. */
@customElement('t-kill-form')
export class KillForm extends LitElement {
  static override styles = [base, killFormSheet];
  @property({ attribute: false }) here!: Here;
  @query('input') private input!: HTMLInputElement;
  @state() private text = '';
  /** The key that somebody moved to; undefined for the best. */
  @state() private chosen: string | undefined;

  constructor() {
    super();
    new Following(this, flagIndex);
  }

  override firstUpdated(): void {
    this.focusField();
  }

  focusField(): void {
    this.input.focus();
  }

  get #found() {
    const { project, flags, complete, refusal } = flagIndex.value;
    const known = {
      flags: project === this.here.project.key ? flags : [],
      complete: complete && refusal === undefined,
    };
    return listChoices(known, this.text);
  }

  #choiceIn(choices: readonly Choice<FlagAnswer>[]): Choice<FlagAnswer> | undefined {
    return choices.find(({ key }) => key === this.chosen) ?? choices[0];
  }

  #kill(): void {
    const { project, environment } = this.here;
    const choice = this.#choiceIn(this.#found.choices);
    if (choice === undefined) {
      this.input.focus();
      return;
    }
    const { kill } = environment.may;
    if (!kill.yes) {
      tell(kill.why ?? 'You may not kill here.', { tone: 'warn' });
      return;
    }
    void startKill({ project: project.key, environment: environment.key, flag: choice.key }, environment.name);
    this.text = '';
    this.chosen = undefined;
    this.input.focus();
  }

  #press(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const { choices } = this.#found;
    const at = choices.findIndex(({ key }) => key === this.#choiceIn(choices)?.key);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && choices.length > 0) {
      event.preventDefault();
      this.chosen = choices[(at + step + choices.length) % choices.length]?.key;
    } else if (event.key === 'Enter') {
      event.preventDefault();
      // A key that is held down is one Enter: the next flag waits for the next.
      if (!event.repeat) this.#kill();
    } else if (event.key === 'Escape' && this.text !== '') {
      this.text = '';
      this.chosen = undefined;
    }
  }

  override render() {
    const { choices, more } = this.#found;
    const choice = this.#choiceIn(choices);
    const { environment } = this.here;
    const at = choice === undefined ? -1 : choices.indexOf(choice);
    return html`<form @submit=${(event: Event) => event.preventDefault()}>
        <label for="flag">Which flag is to be off for everybody in ${environment.name}?</label>
        <div class="line">
          <input
            id="flag"
            role="combobox"
            aria-expanded=${choices.length > 0}
            aria-controls="choices"
            aria-autocomplete="list"
            aria-activedescendant=${at < 0 ? nothing : `choice-${at}`}
            aria-describedby="state"
            placeholder="Key or name of a flag"
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            enterkeyhint="go"
            maxlength="256"
            .value=${this.text}
            @input=${(event: Event) => {
              this.text = (event.target as HTMLInputElement).value;
              this.chosen = undefined;
            }}
            @keydown=${this.#press}
          />
          <button
            type="button"
            class="kill"
            aria-disabled=${choice === undefined || !environment.may.kill.yes}
            title=${environment.may.kill.why ?? ''}
            @click=${() => this.#kill()}
          >
            <wa-icon name="kill" aria-hidden="true"></wa-icon>Kill<span class="clip">${choice?.key ?? ''}</span>
          </button>
        </div>
        <p id="state" class="hint" role="status">${this.#tellState(choice, choices.length + more)}</p>
      </form>
      <ul id="choices" role="listbox" aria-label="Flags that fit" ?hidden=${choices.length === 0}>
        ${choices.map((one, index) => this.#drawChoice(one, index, one === choice))}
      </ul>
      ${more > 0 ? html`<p class="hint more">and ${more} more that fit: type on</p>` : nothing}`;
  }

  #tellState(choice: Choice<FlagAnswer> | undefined, found: number) {
    const { kill } = this.here.environment.may;
    const { complete, refusal } = flagIndex.value;
    if (!kill.yes) return html`<span class="fault">${kill.why}</span>`;
    if (refusal !== undefined) {
      return html`<span class="fault"
        >The list of flags cannot be read now (${refusal.problem.title}). A kill needs no list: type the whole key.</span
      >`;
    }
    if (choice?.flag === undefined && choice !== undefined && complete) {
      return 'No flag of the list fits. Enter asks the server to kill exactly this key.';
    }
    if (choice !== undefined)
      return `${found === 1 ? 'One flag fits' : `${found} fit`}. Enter kills the marked one at once; ↑ ↓ choose another.`;
    return 'Type a part of its key or name, and Enter kills it. Nothing else is asked; a restore lifts it.';
  }

  #drawChoice({ key, flag }: Choice<FlagAnswer>, index: number, isChosen: boolean) {
    return html`<li
      id="choice-${index}"
      role="option"
      aria-selected=${isChosen}
      @click=${() => {
        this.chosen = key;
        this.input.focus();
      }}
    >
      <span class="key mono">${key}</span>
      ${flag?.name ? html`<span class="name clip">${flag.name}</span>` : nothing}
      ${flag?.archived ? html`<span class="tag">archived</span>` : nothing}
      <span class="now">${this.#tellNow(flag)}</span>
      ${isChosen ? html`<kbd aria-hidden="true">Enter</kbd>` : nothing}
    </li>`;
  }

  /** What users get now, and what a kill would give them. */
  #tellNow(flag: FlagAnswer | undefined) {
    if (flag === undefined) return html`exactly this key, whatever the list says`;
    const now = flag.environments[this.here.environment.key];
    if (now === undefined) return html`not in this environment`;
    if (now.killed) return html`<span class="tag killed">killed</span> users get ${tellServed(now.serves)}`;
    const after = now.offVariant ?? 'the default in the code';
    return html`now ${now.state === 'off' ? 'off: ' : ''}${now.serves} <span aria-hidden="true">→</span
      ><span class="sr">, killed:</span> <strong>${after}</strong>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-kill-form': KillForm;
  }
}
