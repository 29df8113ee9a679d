import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { session } from '../client/session.ts';
import { base } from '../styles/base.ts';
import { dialogBox } from '../styles/dialog-box.ts';

/** A question to a person before something is done. */
export interface Question {
  title: string;
  body?: TemplateResult | string;
  /** What the button that does it says: a verb. */
  confirm: string;
  tone?: 'plain' | 'kill';
  /** Whether a reason is asked for; it goes into the change log. */
  reason?: 'required' | 'optional';
}

/** What was answered; undefined where somebody thought better of it. */
export type Answer = { reason: string | undefined } | undefined;

/** Asks, over whatever is shown. Escape, or a click beside it, is no. */
export function ask(question: Question): Promise<Answer> {
  const dialog = document.createElement('t-ask');
  document.body.append(dialog);
  return dialog.ask(question).finally(() => dialog.remove());
}

@customElement('t-ask')
export class AskDialog extends LitElement {
  static override styles = [
    base,
    dialogBox,
    css`
      dialog {
        width: min(30rem, calc(100vw - 2rem));
      }
      form {
        display: grid;
        gap: 1rem;
      }
      input {
        width: 100%;
      }
      .buttons {
        display: flex;
        justify-content: flex-end;
        gap: 0.5rem;
      }
    `,
  ];

  @query('dialog') private dialog!: HTMLDialogElement;
  @state() private question: Question | undefined;
  @state() private reason = '';
  @state() private missing = false;
  #answer: (answer: Answer) => void = () => undefined;

  async ask(question: Question): Promise<Answer> {
    this.question = question;
    await this.updateComplete;
    this.dialog.showModal();
    // Where a session ends, the door stands over the page; a dialog over the door would keep everybody out.
    const stop = session.subscribe(() => session.value.state !== 'in' && this.#end(undefined));
    const answer = new Promise<Answer>((resolve) => {
      this.#answer = resolve;
    });
    return answer.finally(stop);
  }

  #submit(event: Event): void {
    event.preventDefault();
    const reason = this.reason.trim();
    this.missing = this.question?.reason === 'required' && reason === '';
    if (this.missing) this.renderRoot.querySelector('input')?.focus();
    else this.#end({ reason: reason === '' ? undefined : reason });
  }

  #end(answer: Answer): void {
    this.dialog.close();
    this.#answer(answer);
  }

  override render() {
    const { question } = this;
    if (question === undefined) return nothing;
    return html`<dialog
      aria-labelledby="title"
      @cancel=${() => this.#answer(undefined)}
      @click=${(event: Event) => event.target === this.dialog && this.#end(undefined)}
    >
      <form method="dialog" @submit=${this.#submit}>
        <h2 id="title">${question.title}</h2>
        ${question.body === undefined ? nothing : html`<div>${question.body}</div>`}
        ${question.reason === undefined ? nothing : this.#drawReason(question.reason)}
        <div class="buttons">
          <button type="button" class="plain" @click=${() => this.#end(undefined)}>Cancel</button>
          <button type="submit" class=${question.tone === 'kill' ? 'kill' : 'primary'}>${question.confirm}</button>
        </div>
      </form>
    </dialog>`;
  }

  #drawReason(wanted: 'required' | 'optional') {
    return html`<div class="field">
      <label for="reason">Reason <span class="hint">${wanted}, kept in the change log</span></label>
      <input
        id="reason"
        autofocus
        autocomplete="off"
        maxlength="1000"
        aria-invalid=${this.missing}
        aria-describedby="missing"
        .value=${this.reason}
        @input=${(event: Event) => {
          this.reason = (event.target as HTMLInputElement).value;
        }}
      />
      <span id="missing" class="fault" role="alert">${this.missing ? 'This environment asks for a reason.' : ''}</span>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-ask': AskDialog;
  }
}
