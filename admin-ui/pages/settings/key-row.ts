import type { InstanceShown, KeyAnswer } from '@turnout/server/contracts';
import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import '../../parts/code-snippet.ts';
import '../../parts/relative-time.ts';
import { base } from '../../styles/base.ts';
import { tellContext } from './context-words.ts';
import { isOver, tellLimits } from './key-words.ts';
import { settingsSheet } from './settings-sheet.ts';
import { tellMaker } from './tell-maker.ts';
import type { Snippet } from './write-snippets.ts';

export type KeyVerb = 'edit' | 'rotate' | 'revoke';
const MOST_NAMED = 6;

/** One key: what it is good for, who uses it and until when, and what can be done with it. */
@customElement('t-key-row')
export class KeyRow extends LitElement {
  static override styles = [base, settingsSheet];

  @property({ attribute: false }) key!: KeyAnswer;
  /** The apps that run with it. */
  @property({ attribute: false }) apps: readonly InstanceShown[] = [];
  /** The key that took its place, where one did. */
  @property({ attribute: false }) successor: string | undefined;
  @property({ attribute: false }) snippets: readonly Snippet[] = [];
  @property({ attribute: false }) act: (verb: KeyVerb) => void = () => undefined;

  override render() {
    const { key } = this;
    const over = isOver(key);
    return html`<article class="item ${over ? 'over' : ''}" aria-label=${`Key ${key.name}`}>
      <div class="title">
        <h3 class="name">${key.name}</h3>
        ${this.#drawTags()}
      </div>
      <div class="facts">
        <code>${key.startsWith}…</code>
        <span>Good for <strong>${tellLimits(key)}</strong></span>
        ${key.context === null ? nothing : html`<span>contexts <strong>${tellContext(key.context)}</strong></span>`}
        ${this.#drawUse()}
        <span>made <t-ago .at=${key.createdAt}></t-ago> by ${tellMaker(key.createdBy)}</span>
      </div>
      <div class="actions">${over ? nothing : this.#drawActions()}</div>
      ${key.successor === null || over ? nothing : this.#drawStillUsed()}
      ${over ? nothing : this.#drawSnippets()}
    </article>`;
  }

  #drawTags() {
    const { state, expiresAt, revokedAt, successor, kind, origins } = this.key;
    if (state === 'revoked') return html`<span class="tag">revoked <t-ago .at=${revokedAt ?? ''}></t-ago></span>`;
    if (state === 'expired') return html`<span class="tag">ended <t-ago .at=${expiresAt ?? ''}></t-ago></span>`;
    return html`${successor === null ? nothing : html`<span class="tag warn">replaced</span>`}
    ${expiresAt === null ? nothing : html`<span class="tag ${successor === null ? '' : 'warn'}">ends <t-ago .at=${expiresAt}></t-ago></span>`}
    ${kind === 'client' && origins.length === 0 ? html`<span class="tag warn">no origin</span>` : nothing}`;
  }

  #drawActions() {
    const { key, act } = this;
    const rotated = key.successor !== null;
    return html`<button class="plain" aria-label="Edit ${key.name}" @click=${() => act('edit')}>Edit</button>
      <button
        class="plain"
        aria-label="Rotate ${key.name}"
        aria-disabled=${rotated}
        title=${rotated ? `It was rotated already: ${this.successor ?? 'another key'} took its place` : ''}
        @click=${() => !rotated && act('rotate')}
      >
        Rotate
      </button>
      <button class="plain" aria-label="Revoke ${key.name}" @click=${() => act('revoke')}>Revoke</button>`;
  }

  #drawUse() {
    const { lastUsed, kind } = this.key;
    const by = lastUsed?.sdk ? ` by ${lastUsed.sdk}` : '';
    const from = lastUsed?.address ? ` from ${lastUsed.address}` : '';
    const running = this.apps.length;
    return html`<span>${
      lastUsed === null
        ? html`<strong>not used yet</strong>`
        : html`last used <strong><t-ago .at=${lastUsed.at}></t-ago></strong>${from}${by}`
    }</span>
    ${kind === 'server' && running > 0 ? html`<span><strong>${running}</strong> running with it</span>` : nothing}`;
  }

  #drawStillUsed() {
    const names = this.apps.map(({ instance, host }) => (host === '' ? instance : host));
    const shown = names.slice(0, MOST_NAMED).join(', ');
    const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
    const next = this.successor ?? 'Another key';
    if (names.length === 0) {
      return html`<p class="more small quiet">
        ${next} took its place, and no running app comes with this one any more. It can be revoked.
      </p>`;
    }
    return html`<p class="more small warning">
      <wa-icon name="alert" aria-hidden="true"></wa-icon>
      <span>${next} took its place, but ${names.length} still come with this one: ${shown}${more}.</span>
    </p>`;
  }

  #drawSnippets() {
    return html`<details class="more">
      <summary>How it is used</summary>
      <div class="parts">
        ${this.snippets.map(({ caption, text }) => html`<t-snippet caption=${caption} .text=${text}></t-snippet>`)}
      </div>
    </details>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-key-row': KeyRow;
  }
}
