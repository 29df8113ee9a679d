import { css, html, LitElement, nothing } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import type { Me } from '../../client/me.ts';
import { requireMe, session } from '../../client/session.ts';
import { Following } from '../../client/store.ts';
import { chooseTheme, type Theme, theme } from '../../shell/theme.ts';
import { base } from '../../styles/base.ts';
import './key-help.ts';
import './my-rights.ts';
import './my-sessions.ts';
import type { MySessions } from './my-sessions.ts';
import './password-form.ts';

const THEMES: readonly { theme: Theme; words: string; icon: string }[] = [
  { theme: 'system', words: 'As this machine', icon: 'monitor' },
  { theme: 'light', words: 'Light', icon: 'sun' },
  { theme: 'dark', words: 'Dark', icon: 'moon' },
];

/** Who one is here, what one may do, where one is signed in, and how the screen looks. */
@customElement('t-account-page')
export class AccountPage extends LitElement {
  static override styles = [
    base,
    css`
      .page {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1.75rem;
        max-width: 52rem;
      }
      h2 {
        margin-bottom: 0.6rem;
      }
      .who {
        overflow-wrap: anywhere;
      }
      .themes {
        display: flex;
        flex-wrap: wrap;
        gap: 0.4rem;
      }
      .themes button[aria-pressed='true'] {
        background: var(--chosen);
        border-color: var(--link);
      }
    `,
  ];
  @query('t-my-sessions') private sessions!: MySessions | null;
  /** Who was here last: a page under the door keeps what it shows. */
  #me: Me | undefined;

  constructor() {
    super();
    new Following(this, session, theme);
  }

  override render() {
    if (session.value.state === 'in') this.#me = requireMe();
    const me = this.#me;
    if (me === undefined) return nothing;
    const { kind, name, login } = me.principal;
    return html`<div class="page">
      <div class="who">
        <h1>${name}</h1>
        <p class="quiet">${login === undefined ? html`Signed in by ${kind === 'root' ? 'the root token' : `a ${kind}`}` : html`signs in as <code>${login}</code>`}</p>
      </div>
      <section>
        <h2>What you may do</h2>
        <t-my-rights .me=${me}></t-my-rights>
      </section>
      ${kind === 'person' ? this.#drawSigningIn(login ?? '') : nothing}
      <section>
        <h2>Colours</h2>
        ${drawThemes()}
      </section>
      <section>
        <h2>Keyboard</h2>
        <t-key-help></t-key-help>
      </section>
    </div>`;
  }

  #drawSigningIn(login: string) {
    return html`<section>
        <h2>Where you are signed in</h2>
        <t-my-sessions></t-my-sessions>
      </section>
      <section>
        <h2>Password</h2>
        <t-password-form .login=${login} @changed=${() => void this.sessions?.read()}></t-password-form>
      </section>`;
  }
}

function drawThemes() {
  return html`<div class="themes" role="group" aria-label="Colours">
    ${THEMES.map(
      ({
        theme: one,
        words,
        icon,
      }) => html`<button aria-pressed=${theme.value === one} @click=${() => chooseTheme(one)}>
        <wa-icon name=${icon} aria-hidden="true"></wa-icon>${words}
      </button>`,
    )}
  </div>`;
}
