import { html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { acceptInvitation, setUp } from '../client/session.ts';
import { EntryForm } from './entry-form.ts';
import { go } from './navigation.ts';

/** What a one-time link carries stands behind the `#`, so that no server and no log ever sees it. */
function takeToken(): string {
  return decodeURIComponent(location.hash.slice(1));
}

const newPassword = { type: 'password', autocomplete: 'new-password', hint: '12 characters or more' };

/** The first administrator of an installation. */
@customElement('t-setup')
export class SetupPage extends EntryForm {
  protected readonly words = {
    title: 'Set up Turnout',
    lead: 'You become the first administrator. The link works once, within an hour of the start that printed it.',
    action: 'Make the account',
  };

  protected drawFields() {
    return html`${this.field('login', 'Name to sign in with', { autocomplete: 'username', focus: true })}
    ${this.field('name', 'Your name', { autocomplete: 'name', hint: 'shown beside what you change' })}
    ${this.field('password', 'Password', newPassword)}`;
  }

  protected async submit({ login = '', name = '', password = '' }: Record<string, string>): Promise<void> {
    await setUp({ token: takeToken(), login, name, password });
    go('/', { replace: true });
  }
}

/** Somebody who was invited, or who has lost their password, chooses one. */
@customElement('t-invitation')
export class InvitationPage extends EntryForm {
  protected readonly words = {
    title: 'Choose a password',
    lead: 'This link works once. Afterwards you sign in with the name that you were given, and this password.',
    action: 'Sign in',
  };

  protected drawFields() {
    return this.field('password', 'Password', { ...newPassword, focus: true });
  }

  protected async submit({ password = '' }: Record<string, string>): Promise<void> {
    await acceptInvitation(takeToken(), password);
    go('/', { replace: true });
  }
}
