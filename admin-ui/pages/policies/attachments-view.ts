import type { PolicyAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { flagIndex } from '../../client/flag-index.ts';
import type { May } from '../../client/me.ts';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { Following } from '../../client/store.ts';
import '../../parts/problem-view.ts';
import { spellMarks } from '../../parts/spell-marks.ts';
import { tell } from '../../shell/notices.ts';
import { base } from '../../styles/base.ts';
import { tellAttachment } from './tell-policy.ts';

type Attachment = PolicyAnswer['attachments'][number];
const BY: Record<Attachment['by'], string> = {
  flag: 'one flag',
  tag: 'flags with a tag',
  kind: 'flags of a kind',
  type: 'flags of a type',
};
const MOST_OFFERED = 200;

/** What a policy is for: a rollout that names none goes by the one that its flag has. */
@customElement('t-policy-attachments')
export class AttachmentsView extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1rem;
        max-width: 52rem;
      }
      ul {
        list-style: none;
        margin: 0;
        padding: 0;
      }
      li {
        display: flex;
        align-items: center;
        gap: 0.75rem;
        padding: 0.35rem 0.5rem 0.35rem 1rem;
        overflow-wrap: anywhere;
      }
      li > span {
        flex: 1;
        min-width: 0;
        unicode-bidi: isolate;
      }
      li + li {
        border-top: 1px solid var(--line);
      }
      .empty {
        padding: 0.9rem 1rem;
      }
      form {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 0.75rem;
      }
      .field {
        min-width: 0;
      }
    `,
  ];

  @property() path = '';
  @property({ attribute: false }) policy!: PolicyAnswer;
  @property({ attribute: false }) may!: May;
  @property({ attribute: false }) changed: () => void = () => undefined;
  @state() private by: Attachment['by'] = 'flag';
  @state() private value = '';
  @state() private refusal: Refusal | undefined;
  @state() private busy = false;

  constructor() {
    super();
    new Following(this, flagIndex);
  }

  async #send(method: 'POST' | 'DELETE', selected: Attachment, said: string): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.refusal = undefined;
    try {
      const path = `${this.path}/policies/${encodeURIComponent(this.policy.key)}/attachments`;
      await send(path, { method, body: selected });
      tell(said);
      if (method === 'POST') this.value = '';
      this.changed();
    } catch (error) {
      this.refusal = asRefusal(error);
    } finally {
      this.busy = false;
    }
  }

  #attach(event: Event): void {
    event.preventDefault();
    const selected = { by: this.by, value: this.value.trim() };
    if (selected.value === '' || !this.may.yes) return;
    void this.#send('POST', selected, `${this.policy.key} is for ${tellAttachment(selected)} now.`);
  }

  override render() {
    const { attachments, key, archived } = this.policy;
    return html`<p class="quiet">
        A rollout that names no policy goes by the one that its flag has. The most specific wins: the flag itself, then its
        tags, its kind, its type.
      </p>
      ${
        attachments.length === 0
          ? html`<div class="card empty quiet">It is attached to nothing: whoever starts a rollout with it names it.</div>`
          : html`<ul class="card" aria-label="Attached to">
              ${attachments.map((one) => this.#draw(one))}
            </ul>`
      }
      ${archived ? nothing : this.#drawForm(key)}
      <t-problem .refusal=${this.refusal}></t-problem>`;
  }

  #draw(one: Attachment) {
    const words = tellAttachment(one);
    return html`<li>
      <span>${spellMarks(words)}</span>
      <button
        class="plain"
        aria-label="Detach from ${words}"
        aria-disabled=${!this.may.yes}
        title=${this.may.why ?? ''}
        @click=${() => this.may.yes && void this.#send('DELETE', one, `${this.policy.key} is not for ${words} any more.`)}
      >
        <wa-icon name="cross" aria-hidden="true"></wa-icon>Detach
      </button>
    </li>`;
  }

  #drawForm(key: string) {
    return html`<form @submit=${this.#attach} aria-label="Attach ${key}">
      <div class="field">
        <label for="by">Attach it to</label>
        <select
          id="by"
          @change=${(event: Event) => {
            this.by = (event.target as HTMLSelectElement).value as Attachment['by'];
            this.value = '';
          }}
        >
          ${Object.entries(BY).map(([by, words]) => html`<option value=${by} .selected=${by === this.by}>${words}</option>`)}
        </select>
      </div>
      <div class="field">
        <label for="value">${this.by === 'flag' ? 'Its key' : `The ${this.by}`}</label>
        <input
          id="value"
          list="offered"
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
          maxlength="128"
          .value=${this.value}
          @input=${(event: Event) => {
            this.value = (event.target as HTMLInputElement).value;
          }}
        />
        <datalist id="offered">${this.#offered().map((one) => html`<option value=${one}></option>`)}</datalist>
      </div>
      <button
        type="submit"
        aria-disabled=${!this.may.yes || this.value.trim() === ''}
        title=${this.may.why ?? ''}
      >
        Attach
      </button>
      ${this.may.yes ? nothing : html`<span class="quiet small">${this.may.why}</span>`}
    </form>`;
  }

  #offered(): string[] {
    const flags = flagIndex.value.flags.filter(({ archived }) => !archived);
    const all = {
      flag: flags.map(({ key }) => key),
      tag: flags.flatMap(({ tags }) => tags),
      kind: flags.map(({ kind }) => kind),
      type: flags.map(({ type }) => type),
    }[this.by];
    return [...new Set(all)].sort().slice(0, MOST_OFFERED);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-policy-attachments': AttachmentsView;
  }
}
