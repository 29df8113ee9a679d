import { Task } from '@lit/task';
import type { ConfigurationAnswer, FlagAnswer } from '@turnout/server/contracts';
import { html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { May, MyEnvironment } from '../../client/me.ts';
import { send } from '../../client/send-request.ts';
import { variantColour } from '../../parts/variant-colour.ts';
import { base } from '../../styles/base.ts';
import type { DraftVariant, FlagDraft } from './flag-draft.ts';
import { readVariant } from './variant-text.ts';
import { usesOf } from './variant-uses.ts';
import { variantsSheet } from './variants-sheet.ts';

/** The named answers of a flag, and who gives them. Says `draft` with `{detail: FlagDraft}`. */
@customElement('t-flag-variants')
export class VariantsEditor extends LitElement {
  static override styles = [base, variantsSheet];

  @property() project = '';
  @property({ attribute: false }) flag!: FlagAnswer;
  @property({ attribute: false }) draft!: FlagDraft;
  @property({ attribute: false }) environments: readonly MyEnvironment[] = [];
  @property({ attribute: false }) may!: May;
  @property({ attribute: false }) offVariant: string | null = null;
  @property({ attribute: false }) arrived: readonly string[] = [];
  @query('#new') private fresh!: HTMLInputElement;
  @state() private fault = '';

  /** What each environment gives, read again whenever anything of the flag was changed. */
  readonly #configurations = new Task(this, {
    args: () => [this.project, this.flag, this.environments] as const,
    task: async ([project, flag, environments], { signal }) => {
      const read = environments.map(async ({ key, name }) => {
        const path = `/projects/${encodeURIComponent(project)}/environments/${key}/flags/${encodeURIComponent(flag.key)}`;
        return { name, configuration: await send<ConfigurationAnswer>(path, { signal }) };
      });
      return Promise.all(read);
    },
  });

  #change(variants: DraftVariant[]): void {
    this.dispatchEvent(new CustomEvent('draft', { detail: { ...this.draft, variants } }));
  }

  #set(name: string, text: string): void {
    this.#change(this.draft.variants.map((variant) => (variant.name === name ? { name, text } : variant)));
  }

  #add(event: Event): void {
    event.preventDefault();
    const name = this.fresh.value.trim();
    this.fault = this.#faultOf(name);
    if (this.fault !== '') {
      this.fresh.focus();
      return;
    }
    this.fresh.value = '';
    const text = { boolean: 'true', string: '', number: '0', object: '{}' }[this.flag.type];
    this.#change([...this.draft.variants, { name, text }]);
  }

  #faultOf(name: string): string {
    if (name === '') return 'Give it a name.';
    return this.draft.variants.some((one) => one.name === name) ? `There is a variant ${name} already.` : '';
  }

  /** By environment, where a variant is given; undefined while that is not known. */
  #usesOf(name: string): string[] | undefined {
    return this.#configurations.value?.flatMap((one) => {
      const uses = usesOf(name, one.configuration);
      return uses.length === 0 ? [] : [`${one.name}: ${uses.join(', ')}`];
    });
  }

  override render() {
    const { variants } = this.draft;
    return html`<p class="quiet small about">
        All values are ${this.flag.type === 'object' ? 'JSON objects' : `of the type ${this.flag.type}`}. They are the same in every
        environment; which of them is given where, Targeting says.
      </p>
      ${this.may.yes ? nothing : html`<p class="quiet">${this.may.why}</p>`}
      <ul>
        ${variants.map((variant) => this.#drawVariant(variant))}
      </ul>
      ${this.may.yes ? this.#drawAdd() : nothing}`;
  }

  #drawVariant({ name, text }: DraftVariant) {
    const read = readVariant(text, this.flag.type);
    const fault = 'fault' in read ? read.fault : '';
    const uses = this.#usesOf(name);
    const names = this.draft.variants.map((variant) => variant.name);
    const isNew = !Object.hasOwn(this.flag.variants, name);
    return html`<li class="card ${this.arrived.includes(`variant ${name}`) ? 'flash' : ''}">
      <div class="name">
        <i style="background:${variantColour(names, name, this.offVariant)}" aria-hidden="true"></i>
        <strong class="mono">${name}</strong>
        ${isNew ? html`<span class="tag on">new</span>` : nothing}
      </div>
      <div class="value">
        ${this.#drawValue(name, text, fault)}
        <span class="fault" id="fault-${name}" role="status">${fault}</span>
      </div>
      <div class="uses small quiet">${drawUses(uses)}</div>
      ${this.may.yes ? this.#drawRemove(name, uses ?? []) : nothing}
    </li>`;
  }

  #drawValue(name: string, text: string, fault: string) {
    const change = (event: Event) => this.#set(name, (event.target as HTMLInputElement).value);
    if (this.flag.type === 'boolean') {
      return html`<select aria-label="Value of ${name}" ?disabled=${!this.may.yes} @change=${change}>
        ${['true', 'false'].map((value) => html`<option .selected=${value === text}>${value}</option>`)}
      </select>`;
    }
    if (this.flag.type === 'object') {
      const rows = Math.min(16, Math.max(3, text.split('\n').length));
      return html`<textarea
        class="mono"
        rows=${rows}
        spellcheck="false"
        aria-label="Value of ${name}, as JSON"
        aria-invalid=${fault !== ''}
        aria-describedby="fault-${name}"
        ?disabled=${!this.may.yes}
        .value=${text}
        @input=${change}
      ></textarea>`;
    }
    return html`<input
      class="mono"
      inputmode=${this.flag.type === 'number' ? 'decimal' : 'text'}
      aria-label="Value of ${name}"
      aria-invalid=${fault !== ''}
      aria-describedby="fault-${name}"
      autocomplete="off"
      spellcheck="false"
      ?disabled=${!this.may.yes}
      .value=${text}
      @input=${change}
    />`;
  }

  #drawRemove(name: string, uses: readonly string[]) {
    const isStored = Object.hasOwn(this.flag.variants, name);
    const why =
      isStored && uses.length > 0 ? `It is given in ${uses.join('; ')}. Give something else there first.` : '';
    return html`<button
      class="plain remove"
      aria-label="Take out ${name}"
      aria-disabled=${why !== ''}
      title=${why || `Take out ${name}`}
      @click=${() => why === '' && this.#change(this.draft.variants.filter((one) => one.name !== name))}
    >
      <wa-icon name="trash" aria-hidden="true"></wa-icon>
    </button>`;
  }

  #drawAdd() {
    return html`<form class="add" @submit=${this.#add}>
      <label class="sr" for="new">Name of a new variant</label>
      <input
        id="new"
        class="mono"
        placeholder="name of a new variant"
        maxlength="128"
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        aria-invalid=${this.fault !== ''}
        aria-describedby="new-fault"
      />
      <button type="submit"><wa-icon name="plus" aria-hidden="true"></wa-icon>Add a variant</button>
      <span class="fault" id="new-fault" role="alert">${this.fault}</span>
    </form>`;
  }
}

function drawUses(uses: readonly string[] | undefined) {
  if (uses === undefined) return nothing;
  if (uses.length === 0) return 'given nowhere';
  return html`given in ${uses.map((use) => html`<span class="use">${use}</span>`)}`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-flag-variants': VariantsEditor;
  }
}
