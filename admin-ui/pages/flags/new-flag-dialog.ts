import type { FlagAnswer } from '@turnout/server/contracts';
import { html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { refreshFlag } from '../../client/flag-index.ts';
import type { Here } from '../../client/here.ts';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import '../../parts/problem-view.ts';
import { goTo } from '../../shell/navigation.ts';
import { tell } from '../../shell/notices.ts';
import { base } from '../../styles/base.ts';
import { dialogBox } from '../../styles/dialog-box.ts';
import { asksWhy } from './bulk-verbs.ts';
import {
  EMPTY_DRAFT,
  type Faults,
  type FlagDraft,
  type FlagType,
  findFaults,
  withType,
  writeDraft,
} from './flag-draft.ts';
import { newFlagSheet } from './new-flag-sheet.ts';
import './variants-field.ts';
import { CHOICES } from './view.ts';

/** Makes a flag. What was typed stays when the dialog is closed, until a flag was made of it. */
@customElement('t-new-flag')
export class NewFlagDialog extends LitElement {
  static override styles = [base, dialogBox, newFlagSheet];

  @property({ attribute: false }) here!: Here;
  /** The keys that are taken, also by archived flags. */
  @property({ attribute: false }) taken: ReadonlySet<string> = new Set();
  @property({ attribute: false }) owners: readonly string[] = [];
  @query('dialog') private dialog!: HTMLDialogElement;
  @state() private draft: FlagDraft = EMPTY_DRAFT;
  @state() private reason = '';
  /** Once it was tried, everything that is missing is named; before that, only what was typed. */
  @state() private tried = false;
  @state() private busy = false;
  @state() private refusal: Refusal | undefined;

  show(): void {
    this.dialog.showModal();
  }

  #change(changed: Partial<FlagDraft>): void {
    this.draft = { ...this.draft, ...changed };
  }

  get #asksWhy(): boolean {
    return asksWhy(this.here, 'archive');
  }

  get #faults(): Faults {
    const faults = findFaults(this.draft, this.taken);
    const missing = this.#asksWhy && this.reason.trim() === '';
    return missing
      ? { ...faults, '/reason': 'An environment of this project is protected and asks for a reason.' }
      : faults;
  }

  async #submit(event: Event): Promise<void> {
    event.preventDefault();
    this.tried = true;
    if (this.busy) return;
    if (Object.keys(this.#faults).length > 0) {
      await this.updateComplete;
      this.#focusFirstFault();
      return;
    }
    this.busy = true;
    this.refusal = undefined;
    try {
      await this.#make();
    } catch (error) {
      this.refusal = asRefusal(error);
    } finally {
      this.busy = false;
    }
  }

  async #make(): Promise<void> {
    const { project, environment } = this.here;
    const body = writeDraft(this.draft, this.reason);
    const { flag } = await send<{ flag: FlagAnswer }>(`/projects/${project.key}/flags`, { method: 'POST', body });
    await refreshFlag(project.key, flag.key).catch(() => undefined);
    this.dialog.close();
    this.draft = EMPTY_DRAFT;
    this.reason = '';
    this.tried = false;
    tell(`${flag.key} is made. It is off in every environment.`);
    goTo('flag', { project: project.key, flag: flag.key }, { env: environment.key });
  }

  #focusFirstFault(): void {
    const inside = this.renderRoot.querySelector('t-variants-field')?.renderRoot;
    const first = this.renderRoot.querySelector<HTMLElement>('[aria-invalid=true]');
    (first ?? inside?.querySelector<HTMLElement>('[aria-invalid=true]'))?.focus();
  }

  /** What is wrong with a field: what this screen sees, else what the server said. */
  #faultAt(path: string): string {
    const typed = path !== '/key' || this.draft.key !== '';
    if (this.tried || typed) {
      const fault = this.#faults[path];
      if (fault !== undefined && (this.tried || path === '/key')) return fault;
    }
    return this.refusal?.expectedAt(path) ?? '';
  }

  override render() {
    const { refusal } = this;
    return html`<dialog aria-labelledby="title" @click=${(event: Event) => event.target === this.dialog && this.dialog.close()}>
      <form novalidate @submit=${this.#submit}>
        <header class="row">
          <h2 id="title">New flag</h2>
          <button type="button" class="plain spread" aria-label="Close" @click=${() => this.dialog.close()}>
            <wa-icon name="cross" aria-hidden="true"></wa-icon>
          </button>
        </header>
        ${this.#drawKey()}
        <div class="two">${this.#drawType()} ${this.#drawKind()}</div>
        ${this.#drawVariants()} ${this.#drawText('name', 'Name', 'What people call it', 200)} ${this.#drawDescription()}
        <div class="two">
          ${this.#drawOwner()} ${this.#drawText('tags', 'Tags', 'checkout, app', 2_000, 'separated by commas')}
        </div>
        ${this.#drawVisible()} ${this.#asksWhy ? this.#drawReason() : nothing}
        ${refusal === undefined ? nothing : html`<t-problem .refusal=${refusal}></t-problem>`}
        <footer class="row">
          <span class="quiet small">It begins off in every environment.</span>
          <button type="submit" class="primary spread" aria-disabled=${this.busy}>
            ${this.busy ? 'Making it …' : 'Make flag'}
          </button>
        </footer>
      </form>
    </dialog>`;
  }

  #drawKey() {
    const { key } = this.draft;
    const fault = this.#faultAt('/key');
    const free = key !== '' && fault === '';
    return html`<div class="field">
      <label for="key">Key <span class="hint">what the code asks for; it cannot be changed later</span></label>
      <input
        id="key"
        class="mono"
        autofocus
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        placeholder="new-cart"
        aria-invalid=${fault !== ''}
        aria-describedby="key-says"
        .value=${key}
        @input=${(event: Event) => this.#change({ key: (event.target as HTMLInputElement).value.trim() })}
      />
      <span id="key-says" class=${free ? 'free' : 'fault'} role="status">${free ? 'This key is free.' : fault}</span>
    </div>`;
  }

  #drawType() {
    return html`<div class="field">
      <label for="type">Type</label>
      <select
        id="type"
        @change=${(event: Event) => {
          this.draft = withType(this.draft, (event.target as HTMLSelectElement).value as FlagType);
        }}
      >
        ${CHOICES.type.map((type) => html`<option ?selected=${type === this.draft.type}>${type}</option>`)}
      </select>
    </div>`;
  }

  #drawKind() {
    return html`<div class="field">
      <label for="kind">Kind</label>
      <select id="kind" @change=${(event: Event) => this.#change({ kind: (event.target as HTMLSelectElement).value })}>
        ${CHOICES.kind.map((kind) => html`<option ?selected=${kind === this.draft.kind}>${kind}</option>`)}
      </select>
    </div>`;
  }

  #drawVariants() {
    const { type, variants } = this.draft;
    if (type === 'boolean') return nothing;
    const faults = this.tried ? this.#faults : {};
    const said = this.refusal?.problem.errors?.find(({ path }) => path.startsWith('/variants'))?.expected;
    return html`<t-variants-field
      .type=${type}
      .variants=${variants}
      .faults=${faults}
      .said=${said ?? ''}
      @change=${(event: CustomEvent<FlagDraft['variants']>) => this.#change({ variants: event.detail })}
    ></t-variants-field>`;
  }

  #drawText(field: 'name' | 'tags', label: string, placeholder: string, most: number, hint = '') {
    const fault = this.#faultAt(`/${field}`);
    return html`<div class="field">
      <label for=${field}>${label} <span class="hint">${hint}</span></label>
      <input
        id=${field}
        autocomplete="off"
        maxlength=${most}
        placeholder=${placeholder}
        aria-invalid=${fault !== ''}
        .value=${this.draft[field]}
        @input=${(event: Event) => this.#change({ [field]: (event.target as HTMLInputElement).value })}
      />
      ${fault === '' ? nothing : html`<span class="fault">${fault}</span>`}
    </div>`;
  }

  #drawOwner() {
    return html`<div class="field">
      <label for="owner">Owner <span class="hint">whom to ask</span></label>
      <input
        id="owner"
        list="owners"
        autocomplete="off"
        maxlength="200"
        .value=${this.draft.owner}
        @input=${(event: Event) => this.#change({ owner: (event.target as HTMLInputElement).value })}
      />
      <datalist id="owners">${this.owners.map((owner) => html`<option value=${owner}></option>`)}</datalist>
    </div>`;
  }

  #drawDescription() {
    return html`<div class="field">
      <label for="description">Description</label>
      <textarea
        id="description"
        rows="2"
        maxlength="5000"
        .value=${this.draft.description}
        @input=${(event: Event) => this.#change({ description: (event.target as HTMLTextAreaElement).value })}
      ></textarea>
    </div>`;
  }

  #drawVisible() {
    return html`<label class="check">
      <input
        type="checkbox"
        .checked=${this.draft.clientVisible}
        @change=${(event: Event) => this.#change({ clientVisible: (event.target as HTMLInputElement).checked })}
      />
      <span>Browsers may be given its value <span class="hint">everybody can read it there</span></span>
    </label>`;
  }

  #drawReason() {
    const fault = this.tried ? (this.#faults['/reason'] ?? '') : '';
    return html`<div class="field">
      <label for="reason">Reason <span class="hint">required, kept in the change log</span></label>
      <input
        id="reason"
        autocomplete="off"
        maxlength="1000"
        aria-invalid=${fault !== ''}
        .value=${this.reason}
        @input=${(event: Event) => {
          this.reason = (event.target as HTMLInputElement).value;
        }}
      />
      ${fault === '' ? nothing : html`<span class="fault">${fault}</span>`}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-new-flag': NewFlagDialog;
  }
}
