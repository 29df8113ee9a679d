import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import { asRefusal, type Refusal } from '../client/problem.ts';
import '../parts/problem-view.ts';
import { base } from '../styles/base.ts';

/** What signing in, setting up and accepting an invitation look like alike: one card, one form, one button. */
export abstract class EntryForm extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        min-height: 100dvh;
        display: grid;
        place-items: center;
        padding: 1rem;
      }
      .card {
        width: min(24rem, 100%);
        padding: 1.75rem;
        box-shadow: var(--shade);
      }
      form {
        display: grid;
        gap: 1rem;
      }
      input {
        width: 100%;
      }
      .mark {
        display: flex;
        align-items: center;
        gap: 0.6rem;
        margin-bottom: 1.25rem;
        font-weight: 650;
        font-size: 1.05rem;
      }
      .mark img {
        width: 1.75rem;
        height: 1.75rem;
      }
      h1 {
        margin-bottom: 0.35rem;
      }
      .lead {
        margin-bottom: 1.25rem;
      }
      button {
        min-height: 2.5rem;
      }
    `,
  ];

  @state() protected refusal: Refusal | undefined;
  @state() protected busy = false;

  /** Title, a line that says what this is for, and what the button says. */
  protected abstract readonly words: { title: string; lead: string; action: string };
  protected abstract drawFields(): TemplateResult;
  protected abstract submit(fields: Record<string, string>): Promise<void>;

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const given = new FormData(event.target as HTMLFormElement);
    this.busy = true;
    this.refusal = undefined;
    try {
      await this.submit(Object.fromEntries([...given].map(([name, value]) => [name, String(value)])));
    } catch (error) {
      this.refusal = asRefusal(error);
    } finally {
      this.busy = false;
    }
  }

  /** A field with its label, and what is expected of it where the server was not content. */
  protected field(name: string, label: string, { type = 'text', autocomplete = 'off', hint = '', focus = false } = {}) {
    const fault = this.refusal?.expectedAt(`/${name}`);
    return html`<div class="field">
      <label for=${name}>${label} ${hint === '' ? nothing : html`<span class="hint">${hint}</span>`}</label>
      <input
        id=${name}
        name=${name}
        type=${type}
        autocomplete=${autocomplete as 'off'}
        autocapitalize="off"
        spellcheck="false"
        required
        ?autofocus=${focus}
        aria-invalid=${fault !== undefined}
      />
      ${fault === undefined ? nothing : html`<span class="fault">${fault}</span>`}
    </div>`;
  }

  override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLInputElement>('input[autofocus]')?.focus();
  }

  override render() {
    const { title, lead, action } = this.words;
    return html`<main class="card">
      <div class="mark"><img src="/icon.svg" alt="" /> Turnout</div>
      <h1>${title}</h1>
      <p class="quiet lead">${lead}</p>
      <form @submit=${this.#submit}>
        ${this.drawFields()}
        <t-problem .refusal=${this.refusal}></t-problem>
        <button class="primary" type="submit" ?disabled=${this.busy}>${this.busy ? 'One moment …' : action}</button>
      </form>
    </main>`;
  }
}
