import type { FlagAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { May } from '../../client/me.ts';
import { base } from '../../styles/base.ts';
import type { FlagDraft } from './flag-draft.ts';

const KINDS: Record<FlagAnswer['kind'], string> = {
  release: 'release: goes away once everybody has it',
  experiment: 'experiment: goes away once it is known which is better',
  ops: 'ops: stays, to turn things off by',
  permission: 'permission: stays, for who may what',
};

/** What people have said of a flag. Says `draft` with `{detail: FlagDraft}`, and `archive`. */
@customElement('t-flag-settings')
export class FlagSettings extends LitElement {
  static override styles = [
    base,
    css`
      .fields {
        display: grid;
        gap: 1rem;
        max-width: 44rem;
        padding: 1rem 0;
      }
      .two {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(16rem, 100%), 1fr));
        gap: 1rem;
      }
      .two > * {
        min-width: 0;
      }
      input:not([type='checkbox']),
      select {
        width: 100%;
      }
      textarea {
        width: 100%;
        min-height: 6rem;
        resize: vertical;
      }
      .check {
        display: flex;
        gap: 0.5rem;
        align-items: baseline;
      }
      .archive {
        display: grid;
        gap: 0.5rem;
        justify-items: start;
        padding-top: 1rem;
        border-top: 1px solid var(--line);
      }
    `,
  ];

  @property({ attribute: false }) flag!: FlagAnswer;
  @property({ attribute: false }) draft!: FlagDraft;
  /** Whether one may change anything here, and whether what changes rulesets, too. */
  @property({ attribute: false }) may!: May;
  @property({ attribute: false }) mayGrow!: May;
  @property({ attribute: false }) mayArchive!: May;
  @property({ attribute: false }) arrived: readonly string[] = [];

  #change(changed: Partial<FlagDraft>): void {
    this.dispatchEvent(new CustomEvent('draft', { detail: { ...this.draft, ...changed } }));
  }

  override render() {
    const { draft } = this;
    return html`<div class="fields">
      ${this.may.yes ? nothing : html`<p class="quiet">${this.may.why}</p>`}
      ${this.#drawText('name', 'Name', 'in words', draft.name)}
      <div class="field ${this.#mark('description')}">
        <label for="description">Description <span class="hint">what it switches, and what to look at when it does</span></label>
        <textarea
          id="description"
          maxlength="5000"
          ?disabled=${!this.may.yes}
          .value=${draft.description}
          @input=${(event: Event) => this.#change({ description: (event.target as HTMLTextAreaElement).value })}
        ></textarea>
      </div>
      <div class="two">
        ${this.#drawText('owner', 'Owner', 'who is asked at 3 a.m.', draft.owner)} ${this.#drawKind()}
      </div>
      ${this.#drawTags()} ${this.#drawVisible()} ${this.#drawArchive()}
    </div>`;
  }

  #mark(place: string): string {
    return this.arrived.includes(place) ? 'flash' : '';
  }

  #drawText(field: 'name' | 'owner', label: string, hint: string, value: string) {
    return html`<div class="field ${this.#mark(field)}">
      <label for=${field}>${label} <span class="hint">${hint}</span></label>
      <input
        id=${field}
        maxlength="200"
        autocomplete="off"
        ?disabled=${!this.may.yes}
        .value=${value}
        @input=${(event: Event) => this.#change({ [field]: (event.target as HTMLInputElement).value })}
      />
    </div>`;
  }

  #drawKind() {
    return html`<div class="field ${this.#mark('kind')}">
      <label for="kind">Kind</label>
      <select
        id="kind"
        ?disabled=${!this.may.yes}
        @change=${(event: Event) => this.#change({ kind: (event.target as HTMLSelectElement).value as FlagAnswer['kind'] })}
      >
        ${(Object.keys(KINDS) as FlagAnswer['kind'][]).map(
          (kind) => html`<option value=${kind} .selected=${kind === this.draft.kind}>${KINDS[kind]}</option>`,
        )}
      </select>
    </div>`;
  }

  #drawTags() {
    return html`<div class="field ${this.#mark('tags')}">
      <label for="tags">Tags <span class="hint">with commas between</span></label>
      <input
        id="tags"
        autocomplete="off"
        ?disabled=${!this.may.yes}
        .value=${this.draft.tags.join(', ')}
        @change=${(event: Event) => {
          const tags = (event.target as HTMLInputElement).value.split(',').map((tag) => tag.trim());
          this.#change({ tags: [...new Set(tags.filter((tag) => tag !== ''))] });
        }}
      />
    </div>`;
  }

  #drawVisible() {
    return html`<div class="check ${this.#mark('clientVisible')}">
      <input
        id="visible"
        type="checkbox"
        ?disabled=${!this.mayGrow.yes}
        .checked=${this.draft.clientVisible}
        @change=${(event: Event) => this.#change({ clientVisible: (event.target as HTMLInputElement).checked })}
      />
      <label for="visible"
        >Browsers may have its value
        <span class="hint">Whoever opens the page can read it there; its rules stay here.</span></label
      >
    </div>`;
  }

  #drawArchive() {
    const { archived } = this.flag;
    const { yes, why } = this.mayArchive;
    return html`<section class="archive" aria-labelledby="archive">
      <h2 id="archive">${archived ? 'Archived' : 'Archive'}</h2>
      <p class="quiet">
        ${
          archived
            ? 'It is in no environment. Brought back it is as it was, killed if it was killed.'
            : 'Takes it out of every environment: apps get the default in their code. Its key and its history stay.'
        }
      </p>
      <button
        aria-disabled=${!yes}
        title=${why ?? ''}
        @click=${() => yes && this.dispatchEvent(new CustomEvent('archive'))}
      >
        <wa-icon name=${archived ? 'undo' : 'archive'} aria-hidden="true"></wa-icon>${archived ? 'Bring back …' : 'Archive …'}
      </button>
      ${yes ? nothing : html`<p class="quiet small">${why}</p>`}
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-flag-settings': FlagSettings;
  }
}
