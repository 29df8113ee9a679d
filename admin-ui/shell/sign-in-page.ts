import { html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { signIn } from '../client/session.ts';
import { EntryForm } from './entry-form.ts';

@customElement('t-sign-in')
export class SignInPage extends EntryForm {
  /** A session that ended while somebody worked. */
  @property({ type: Boolean }) ended = false;

  protected get words() {
    const lead = this.ended ? 'Your session has ended. What you typed is still there.' : 'To the control room.';
    return { title: 'Sign in', lead, action: 'Sign in' };
  }

  protected drawFields() {
    return html`${this.field('login', 'Name', { autocomplete: 'username', focus: true })}
    ${this.field('password', 'Password', { type: 'password', autocomplete: 'current-password' })}`;
  }

  protected submit({ login = '', password = '' }: Record<string, string>): Promise<void> {
    return signIn(login, password);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-sign-in': SignInPage;
  }
}
