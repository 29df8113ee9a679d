import type { Me } from '@turnout/server/contracts';
import { css, html, LitElement } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { session } from '../../client/session.ts';
import '../../parts/problem-view.ts';
import { tell } from '../../shell/notices.ts';
import { base } from '../../styles/base.ts';

/** Another password; every other session ends with the old one. */
@customElement('t-password-form')
export class PasswordForm extends LitElement {
  static override styles = [
    base,
    css`
      form {
        display: grid;
        gap: 0.75rem;
        max-width: 24rem;
      }
      input {
        width: 100%;
      }
      button {
        justify-self: start;
      }
    `,
  ];
  /** For the browser's own keeper of passwords. */
  @property() login = '';
  @state() private refusal: Refusal | undefined;
  @state() private busy = false;

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.busy) return;
    const form = event.target as HTMLFormElement;
    const { current, next } = Object.fromEntries(new FormData(form));
    this.busy = true;
    this.refusal = undefined;
    try {
      const me = await send<Me>('/me/password', { method: 'POST', body: { current, next } });
      form.reset();
      session.value = { state: 'in', me };
      tell('Your password is changed. Every other session of yours has ended.');
      this.dispatchEvent(new CustomEvent('changed'));
    } catch (error) {
      this.refusal = asRefusal(error);
    } finally {
      this.busy = false;
    }
  }

  override render() {
    return html`<form @submit=${this.#submit}>
      <input type="text" name="login" autocomplete="username" .value=${this.login} hidden readonly />
      ${this.#drawField('current', 'Present password', 'current-password', '')}
      ${this.#drawField('next', 'New password', 'new-password', 'at least 12 characters; long is better than complicated')}
      ${this.refusal === undefined ? '' : html`<t-problem .refusal=${this.refusal}></t-problem>`}
      <button type="submit" class="primary" ?disabled=${this.busy}>${this.busy ? 'One moment …' : 'Change the password'}</button>
    </form>`;
  }

  #drawField(name: string, label: string, autocomplete: 'current-password' | 'new-password', hint: string) {
    const fault = this.refusal?.expectedAt(`/${name}`);
    return html`<div class="field">
      <label for=${name}>${label} <span class="hint">${hint}</span></label>
      <input
        id=${name}
        name=${name}
        type="password"
        required
        maxlength="200"
        autocomplete=${autocomplete}
        aria-invalid=${fault !== undefined}
        aria-describedby="${name}-fault"
      />
      <span class="fault" id="${name}-fault">${fault ?? ''}</span>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-password-form': PasswordForm;
  }
}
