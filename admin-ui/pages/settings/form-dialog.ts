import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { query, state } from 'lit/decorators.js';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import '../../parts/problem-view.ts';
import { base } from '../../styles/base.ts';
import { dialogBox } from '../../styles/dialog-box.ts';
import { dialogSheet } from './dialog-sheet.ts';
import { faultAt } from './form-fields.ts';

interface FieldLook {
  value?: string;
  hint?: string;
  required?: boolean;
  focus?: boolean;
  longest?: number;
}

/**
 * A form over the page. What was typed stays as long as the server is not content; what came of it is the answer, and
 * undefined is that somebody thought better of it.
 */
export abstract class FormDialog<T> extends LitElement {
  static override styles = [base, dialogBox, dialogSheet];

  @query('dialog') private dialog!: HTMLDialogElement;
  @state() protected refusal: Refusal | undefined;
  @state() protected busy = false;
  #end: (made: T | undefined) => void = () => undefined;

  protected abstract words(): { title: string; lead?: TemplateResult | string; confirm: string };
  protected abstract drawFields(): TemplateResult;
  /** Does it; what it throws is shown. */
  protected abstract submit(fields: FormData): Promise<T>;

  /** Shows it until it is done or given up; then nothing of it is left on the page. */
  async open(): Promise<T | undefined> {
    document.body.append(this);
    await this.updateComplete;
    this.dialog.showModal();
    try {
      return await new Promise<T | undefined>((resolve) => {
        this.#end = resolve;
      });
    } finally {
      this.dialog.close();
      this.remove();
    }
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.busy || this.isIdle()) return;
    this.busy = true;
    this.refusal = undefined;
    try {
      this.#end(await this.submit(new FormData(event.target as HTMLFormElement)));
    } catch (error) {
      this.refusal = asRefusal(error);
      if (this.refusal.status === 412) this.takeNewer(this.refusal.problem.current);
      await this.updateComplete;
      this.renderRoot.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
    } finally {
      this.busy = false;
    }
  }

  /** True as long as there is nothing that it could do. */
  protected isIdle(): boolean {
    return false;
  }

  /** Somebody was faster: what is there now. What was typed stays, and is put over it when asked again. */
  protected takeNewer(_current: unknown): void {}

  protected field(name: string, label: string, look: FieldLook = {}) {
    const { value = '', hint = '', required = false, focus = false, longest = 200 } = look;
    const fault = faultAt(this.refusal, name);
    return html`<div class="field">
      <label for=${name}>${label} ${hint === '' ? nothing : html`<span class="hint">${hint}</span>`}</label>
      <input
        id=${name}
        name=${name}
        .defaultValue=${value}
        maxlength=${longest}
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        ?required=${required}
        ?autofocus=${focus}
        aria-invalid=${fault !== undefined}
        aria-describedby="${name}-fault"
      />
      <span class="fault" id="${name}-fault">${fault ?? nothing}</span>
    </div>`;
  }

  protected reasonField(isRequired = false) {
    const hint = isRequired ? 'required, kept in the change log' : 'optional, kept in the change log';
    return this.field('reason', 'Reason', { hint, required: isRequired, longest: 1_000 });
  }

  override render() {
    const { title, lead, confirm } = this.words();
    return html`<dialog aria-labelledby="form-title" @cancel=${() => this.#end(undefined)}>
      <form @submit=${this.#submit}>
        <h2 id="form-title">${title}</h2>
        ${lead === undefined ? nothing : html`<div class="quiet">${lead}</div>`}
        ${this.drawFields()}
        ${this.refusal === undefined ? nothing : html`<t-problem .refusal=${this.refusal}></t-problem>`}
        <div class="buttons">
          <button type="button" class="plain" @click=${() => this.#end(undefined)}>Cancel</button>
          <button type="submit" class="primary" ?disabled=${this.busy || this.isIdle()}>${this.busy ? 'One moment …' : confirm}</button>
        </div>
      </form>
    </dialog>`;
  }
}
