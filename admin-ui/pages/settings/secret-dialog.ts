import { css, html, LitElement, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import type { CopyButton } from '../../parts/copy-button.ts';
import '../../parts/copy-button.ts';
import '../../parts/code-snippet.ts';
import { askBeforeLeaving } from '../../shell/navigation.ts';
import { base } from '../../styles/base.ts';
import { dialogBox } from '../../styles/dialog-box.ts';
import { dialogSheet } from './dialog-sheet.ts';
import type { Snippet } from './write-snippets.ts';

/** What is shown once, and what one needs to know of it. */
export interface Shown {
  title: string;
  /** Null in the answer to a request that was repeated: it was shown to the first. */
  secret: string | null;
  what: string;
  advice: string;
  /** RFC 3339; undefined where it does not end. */
  endsAt?: string;
  snippets?: readonly Snippet[];
}

/**
 * Shows a secret until somebody says that they have stored it: no Escape, no click beside it and no step back takes it
 * away. Afterwards it is nowhere on this page.
 */
export async function showSecret(shown: Shown): Promise<void> {
  const dialog = document.createElement('t-secret');
  document.body.append(dialog);
  askBeforeLeaving(() => false);
  try {
    await dialog.show(shown);
  } finally {
    askBeforeLeaving(undefined);
    dialog.remove();
  }
}

@customElement('t-secret')
export class SecretDialog extends LitElement {
  static override styles = [
    base,
    dialogBox,
    dialogSheet,
    css`
      .secret {
        display: block;
        padding: 0.75rem;
        border: 1px solid var(--line-strong);
        border-radius: var(--round);
        background: var(--sunken);
        overflow-wrap: anywhere;
        user-select: all;
      }
      .once {
        display: flex;
        gap: 0.5rem;
        align-items: baseline;
        color: var(--warn);
      }
    `,
  ];

  @state() private shown: Shown | undefined;
  @state() private stored = false;
  @query('dialog') private dialog!: HTMLDialogElement;
  @query('.copy') private copy!: CopyButton;
  #end: () => void = () => undefined;

  async show(shown: Shown): Promise<void> {
    this.shown = shown;
    await this.updateComplete;
    this.dialog.showModal();
    await this.copy?.updateComplete;
    this.copy?.focus();
    await new Promise<void>((resolve) => {
      this.#end = resolve;
    });
    this.dialog.close();
    this.shown = undefined;
    await this.updateComplete;
  }

  override render() {
    const { shown } = this;
    if (shown === undefined) return nothing;
    return html`<dialog
      closedby="none"
      aria-labelledby="title"
      @cancel=${(event: Event) => event.preventDefault()}
      @keydown=${(event: KeyboardEvent) => event.key === 'Escape' && event.preventDefault()}
    >
      <div class="parts">
        <h2 id="title">${shown.title}</h2>
        ${shown.secret === null ? drawGone() : this.#drawSecret(shown, shown.secret)}
        ${(shown.snippets ?? []).map(({ caption, text }) => html`<t-snippet caption=${caption} .text=${text}></t-snippet>`)}
        ${shown.secret === null ? nothing : this.#drawStored()}
        <div class="buttons">
          <button
            class="primary"
            aria-disabled=${!this.stored && shown.secret !== null}
            @click=${() => (this.stored || shown.secret === null) && this.#end()}
          >
            Close
          </button>
        </div>
      </div>
    </dialog>`;
  }

  #drawSecret({ what, advice, endsAt }: Shown, secret: string) {
    return html`<p class="once">
        <wa-icon name="alert" aria-hidden="true"></wa-icon>
        <span>It is shown once, now. Turnout keeps no copy that it could show again.</span>
      </p>
      <code class="secret" tabindex="0" aria-label=${what}>${secret}</code>
      <div><t-copy class="copy" primary .text=${secret} .what=${what}></t-copy></div>
      <p class="quiet">
        ${advice} ${endsAt === undefined ? nothing : html`It ends on ${new Date(endsAt).toLocaleString()}.`}
      </p>`;
  }

  #drawStored() {
    return html`<label class="choice">
      <input
        type="checkbox"
        .checked=${this.stored}
        @change=${(event: Event) => {
          this.stored = (event.target as HTMLInputElement).checked;
        }}
      />
      I have stored it
    </label>`;
  }
}

function drawGone() {
  return html`<p>
    It was made, but the answer that had the secret was lost on its way, and it is not shown twice. Revoke it and make
    another.
  </p>`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-secret': SecretDialog;
  }
}
