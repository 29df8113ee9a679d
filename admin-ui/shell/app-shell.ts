import { css, html, LitElement, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { Me } from '../client/me.ts';
import { chooseProject } from '../client/place.ts';
import { readSession, session } from '../client/session.ts';
import { Following } from '../client/store.ts';
import '../parts/problem-view.ts';
import { base } from '../styles/base.ts';
import './link-pages.ts';
import { go, route } from './navigation.ts';
import './room.ts';
import { writeRoute } from './route.ts';
import './sign-in-page.ts';
import { readText } from './theme.ts';

/** Where the project that was looked at last is kept. */
export const LAST_PROJECT = 'turnout-project';

/** The whole screen: outside, the door; inside, the room. */
@customElement('t-app')
export class App extends LitElement {
  static override styles = [
    base,
    css`
      .alone {
        max-width: 32rem;
        margin: 15vh auto;
        padding: 1rem;
        display: grid;
        gap: 1rem;
      }
      .over {
        position: fixed;
        inset: 0;
        z-index: 40;
        overflow: auto;
        background: color-mix(in srgb, var(--ground) 88%, transparent);
      }
    `,
  ];
  /** Who was let in last: the room stays when their session ends, so that nothing typed is taken away. */
  #me: Me | undefined;

  constructor() {
    super();
    new Following(this, session, route);
  }

  override render() {
    const now = session.value;
    const page = route.value?.page;
    if (page === 'setup') return html`<t-setup></t-setup>`;
    if (page === 'invitation') return html`<t-invitation></t-invitation>`;
    if (now.state === 'unknown') return nothing;
    if (now.state === 'unreachable') {
      return html`<main class="alone">
        <h1>Turnout</h1>
        <t-problem .refusal=${now.refusal} .retry=${() => void readSession()}></t-problem>
      </main>`;
    }
    if (now.state === 'in') this.#me = now.me;
    else if (now.needsSetup) return drawNeedsSetup();
    const isIn = now.state === 'in';
    if (isIn && (location.pathname === '/' || page === 'sign-in')) {
      queueMicrotask(() => go(this.#first(), { replace: true }));
      return nothing;
    }
    // Drawn by one template in every state, so that the room is one and the same element before and after.
    const stays = isIn || now.ended;
    if (!stays) this.#me = undefined;
    return html`${this.#me ? html`<t-room .me=${this.#me} ?inert=${!isIn}></t-room>` : nothing}
    ${isIn ? nothing : html`<div class="over"><t-sign-in ?ended=${now.ended} ?open=${!now.isPrivate}></t-sign-in></div>`}`;
  }

  #first(): string {
    const now = session.value;
    const project = now.state === 'in' ? chooseProject(now.me, readText(LAST_PROJECT)) : undefined;
    return project === undefined ? writeRoute('projects') : writeRoute('flags', { project: project.key });
  }
}

function drawNeedsSetup() {
  return html`<main class="alone">
    <h1>Nobody has an account yet</h1>
    <p>
      The server has printed a link for the first administrator at its start. It is also in the file
      <code>first-start</code> of its data folder, and works for an hour.
    </p>
    <p class="quiet">Is it older? Then start the server again, or run <code>turnout admin recover</code> beside it.</p>
  </main>`;
}
