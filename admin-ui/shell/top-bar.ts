import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { here } from '../client/here.ts';
import { type LiveState, live } from '../client/live.ts';
import { isProduction, type Me, type MyEnvironment } from '../client/me.ts';
import { signOut } from '../client/session.ts';
import { Following } from '../client/store.ts';
import '../parts/frozen-note.ts';
import { base } from '../styles/base.ts';
import { goTo, setQuery } from './navigation.ts';

const LIVE_WORDS: Record<LiveState, string> = {
  off: '',
  connecting: 'connecting',
  live: 'live',
  lost: 'not live: reconnecting',
};

/** What is looked at, and who looks. */
@customElement('t-top-bar')
export class TopBar extends LitElement {
  static override styles = [
    base,
    css`
      header {
        display: flex;
        align-items: center;
        gap: 0.6rem;
        min-height: 3.25rem;
        padding: 0.4rem 1.5rem;
        background: color-mix(in srgb, var(--ground) 92%, transparent);
        backdrop-filter: blur(6px);
        border-bottom: 1px solid var(--line);
      }
      select {
        max-width: 11rem;
        text-overflow: ellipsis;
      }
      .environments {
        display: flex;
        padding: 2px;
        background: var(--sunken);
        border-radius: calc(var(--round) + 2px);
      }
      .environments button {
        min-height: 1.75rem;
        border-color: transparent;
        background: transparent;
        color: var(--quiet);
      }
      .environments button[aria-pressed='true'] {
        background: var(--raised);
        color: var(--ink);
        border-color: var(--line);
      }
      .environments button.production[aria-pressed='true'] {
        background: var(--production-soft);
        color: var(--production);
        border-color: var(--production);
      }
      .search {
        color: var(--quiet);
        font-weight: 400;
      }
      kbd {
        font: 500 var(--tiny) / 1 var(--mono);
        padding: 0.15rem 0.3rem;
        border: 1px solid var(--line);
        border-radius: 4px;
      }
      kbd::before {
        content: 'Ctrl K';
      }
      .live {
        display: inline-flex;
        align-items: center;
        gap: 0.4rem;
        font-size: var(--tiny);
        color: var(--quiet);
        white-space: nowrap;
      }
      .live::before {
        content: '';
        width: 0.5rem;
        height: 0.5rem;
        border-radius: 50%;
        background: var(--off);
      }
      .live.live-live::before {
        background: var(--on);
      }
      .live.live-lost {
        color: var(--warn);
      }
      .live.live-lost::before {
        background: var(--warn);
      }
      details {
        position: relative;
      }
      summary {
        display: flex;
        align-items: center;
        gap: 0.4rem;
        min-height: 2rem;
        padding: 0 0.4rem;
        list-style: none;
        cursor: pointer;
        border-radius: var(--round);
      }
      summary::-webkit-details-marker {
        display: none;
      }
      .menu {
        position: absolute;
        right: 0;
        top: calc(100% + 0.35rem);
        min-width: 13rem;
        padding: 0.35rem;
        display: grid;
        background: var(--raised);
        border: 1px solid var(--line);
        border-radius: 8px;
        box-shadow: var(--shade);
      }
      .menu > * {
        display: flex;
        justify-content: flex-start;
        align-items: center;
        min-height: 2.1rem;
        padding: 0 0.6rem;
        color: var(--ink);
        text-decoration: none;
        border-radius: var(--round);
        font-weight: 450;
      }
      .menu a:hover {
        background: var(--sunken);
      }
      @media (max-width: 720px) {
        header {
          flex-wrap: wrap;
          gap: 0.4rem;
          padding: 0.4rem 0.75rem;
        }
        .name,
        .search span,
        .search kbd,
        .live span {
          display: none;
        }
        .environments {
          order: 9;
          width: 100%;
          overflow-x: auto;
        }
        .environments button {
          flex: 1;
        }
        t-frozen {
          order: 10;
        }
        select {
          flex: 1;
        }
      }
    `,
  ];

  @property({ attribute: false }) me!: Me;

  constructor() {
    super();
    new Following(this, here, live.state);
  }

  override render() {
    const place = here.value;
    return html`<header>
      ${place === undefined ? nothing : this.#drawProjects(place.project.key)}
      ${place === undefined ? nothing : this.#drawEnvironments(place.project.environments, place.environment)}
      ${place === undefined ? nothing : html`<t-frozen brief .project=${place.project.key} .environment=${place.environment}></t-frozen>`}
      <button
        class="search spread"
        aria-label="Search, or do something"
        aria-keyshortcuts="Control+K Meta+K"
        @click=${() => this.dispatchEvent(new CustomEvent('palette'))}
      >
        <wa-icon name="search" aria-hidden="true"></wa-icon><span>Search</span><kbd aria-hidden="true"></kbd>
      </button>
      ${this.#drawLive()} ${this.#drawPerson()}
    </header>`;
  }

  #drawLive() {
    const state = live.state.value;
    if (state === 'off') return nothing;
    const words = LIVE_WORDS[state];
    return html`<span class="live live-${state}" role="status" title="Changes of others appear here by themselves"
      ><span>${words}</span></span
    >`;
  }

  #drawProjects(current: string) {
    return html`<select
      aria-label="Project"
      @change=${(event: Event) => goTo('flags', { project: (event.target as HTMLSelectElement).value })}
    >
      ${this.me.projects.map(({ key, name }) => html`<option value=${key} ?selected=${key === current}>${name}</option>`)}
    </select>`;
  }

  #drawEnvironments(all: readonly MyEnvironment[], current: MyEnvironment) {
    if (all.length > 5) {
      return html`<select
        aria-label="Environment"
        @change=${(event: Event) => setQuery({ env: (event.target as HTMLSelectElement).value }, { replace: false })}
      >
        ${all.map(({ key, name }) => html`<option value=${key} ?selected=${key === current.key}>${name}</option>`)}
      </select>`;
    }
    return html`<div class="environments" role="group" aria-label="Environment">
      ${all.map(
        (environment) => html`<button
          class=${isProduction(environment) ? 'production' : ''}
          aria-pressed=${environment.key === current.key}
          @click=${() => setQuery({ env: environment.key }, { replace: false })}
        >
          ${environment.name}
        </button>`,
      )}
    </div>`;
  }

  #drawPerson() {
    const { name, kind } = this.me.principal;
    return html`<details @focusout=${closeWhenLeft} @click=${closeOnChoice}>
      <summary aria-label="Account of ${name}">
        <wa-icon name="person" aria-hidden="true"></wa-icon><span class="name">${name}</span>
      </summary>
      <div class="menu">
        <a href="/account">Your account</a>
        <a href="/projects">All projects</a>
        <a href="/api/docs">API documentation</a>
        ${kind === 'person' ? html`<button class="plain" @click=${() => void signOut()}>Sign out</button>` : nothing}
      </div>
    </details>`;
  }
}

function closeWhenLeft(event: FocusEvent): void {
  const details = event.currentTarget as HTMLDetailsElement;
  if (event.relatedTarget instanceof Node && !details.contains(event.relatedTarget)) details.open = false;
}

function closeOnChoice(event: Event): void {
  const details = event.currentTarget as HTMLDetailsElement;
  const chosen = event.composedPath().some((target) => target instanceof Element && target.matches('.menu > *'));
  if (chosen) details.open = false;
}
