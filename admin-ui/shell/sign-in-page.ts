import { html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { signIn } from '../client/session.ts';
import { EntryForm } from './entry-form.ts';

@customElement('t-sign-in')
export class SignInPage extends EntryForm {
  /** A session that ended while somebody worked. */
  @property({ type: Boolean }) ended = false;

  /** Reached in a way that others could read along; then the server signs nobody in. */
  @property({ type: Boolean }) open = false;

  protected get words() {
    const lead = this.ended ? 'Your session has ended. What you typed is still there.' : 'To the control room.';
    return { title: 'Sign in', lead, action: 'Sign in' };
  }

  protected drawFields() {
    return html`${this.open ? drawOpen() : nothing} ${this.field('login', 'Name', { autocomplete: 'username', focus: true })}
    ${this.field('password', 'Password', { type: 'password', autocomplete: 'current-password' })}`;
  }

  protected submit({ login = '', password = '' }: Record<string, string>): Promise<void> {
    return signIn(login, password);
  }
}

function drawOpen() {
  return html`<p role="alert">
    Signing in needs https: on this way others could read your session. Put TLS before the server and set
    <code>PUBLIC_URL</code> to its https address, or open <code>http://127.0.0.1</code> on its own machine.
  </p>`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-sign-in': SignInPage;
  }
}
