import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { keepFlags } from '../client/flag-index.ts';
import { keepFreezes } from '../client/freezes.ts';
import { here } from '../client/here.ts';
import { keepInbox } from '../client/inbox.ts';
import { live } from '../client/live.ts';
import { isProduction, type Me } from '../client/me.ts';
import { chooseEnvironment, findProject } from '../client/place.ts';
import { Refusal } from '../client/problem.ts';
import { Following } from '../client/store.ts';
import '../parts/problem-view.ts';
import { base } from '../styles/base.ts';
import { LAST_PROJECT } from './app-shell.ts';
import type { CommandPalette } from './command-palette.ts';
import './command-palette.ts';
import { listCommands } from './list-commands.ts';
import { goTo, route } from './navigation.ts';
import './notices.ts';
import { INSIDE } from './pages.ts';
import type { Route } from './route.ts';
import './side-bar.ts';
import './top-bar.ts';
import { listenToKeys } from './shortcuts.ts';
import { keepText } from './theme.ts';

/** What is there once somebody is signed in: where one can go, what one looks at, and the page. */
@customElement('t-room')
export class Room extends LitElement {
  static override styles = [
    base,
    css`
      .frame {
        display: grid;
        grid-template: auto 1fr / auto minmax(0, 1fr);
        grid-template-areas: 'side top' 'side page';
        min-height: 100dvh;
        border-left: 5px solid transparent;
      }
      .frame.production {
        border-left-color: var(--production);
      }
      t-side-bar {
        grid-area: side;
      }
      t-top-bar {
        grid-area: top;
        position: sticky;
        top: 0;
        z-index: 10;
      }
      main {
        grid-area: page;
        padding: 1.25rem 1.5rem 4rem;
        min-width: 0;
      }
      main:focus {
        outline: none;
      }
      .skip {
        position: absolute;
        left: -100vw;
        z-index: 50;
        padding: 0.5rem 1rem;
        background: var(--raised);
      }
      .skip:focus {
        left: 0.5rem;
        top: 0.5rem;
      }
      .nowhere {
        display: grid;
        gap: 1rem;
        max-width: 36rem;
      }
      @media (max-width: 720px) {
        .frame {
          grid-template: auto 1fr auto / minmax(0, 1fr);
          grid-template-areas: 'top' 'page' 'side';
          border-left-width: 4px;
        }
        main {
          padding: 1rem 0.75rem 5rem;
        }
      }
    `,
  ];

  @property({ attribute: false }) me!: Me;
  @query('t-palette') private palette!: CommandPalette;
  @query('main') private main!: HTMLElement;
  @state() private loaded = new Set<string>();
  @state() private refusal: Refusal | undefined;
  #stop: () => void = () => undefined;
  #shown = '';

  constructor() {
    super();
    new Following(this, route);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = listenToKeys({ palette: () => this.palette.show(), commands: () => this.#commands() });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
    live.follow(undefined);
  }

  #commands() {
    return listCommands(this.me, here.value);
  }

  override willUpdate(): void {
    const project = findProject(this.me, route.value?.params.project);
    const environment = chooseEnvironment(project, route.value?.query.env);
    const isSame = here.value?.project === project && here.value?.environment === environment;
    if (!isSame) here.value = project && environment ? { project, environment } : undefined;
    live.follow(project?.key);
    if (project !== undefined) {
      keepText(LAST_PROJECT, project.key);
      keepFlags(project.key);
      keepFreezes(project.key);
      keepInbox(project.key);
    }
    if (route.value) void this.#load(route.value);
  }

  async #load({ page }: Route): Promise<void> {
    if (!isInside(page) || this.loaded.has(page)) return;
    try {
      await INSIDE[page].load();
      this.refusal = undefined;
      this.loaded = new Set([...this.loaded, page]);
    } catch {
      this.refusal = new Refusal(NOT_LOADED);
    }
  }

  override updated(_changed: PropertyValues): void {
    const now = route.value;
    const title = now && isInside(now.page) ? INSIDE[now.page].title(now) : 'Not here';
    document.title = `${title} · Turnout`;
    const shown = JSON.stringify([now?.page, now?.params]);
    // Another page begins where a reader would: at its top, and not in the link that led there.
    if (this.#shown !== '' && shown !== this.#shown) {
      scrollTo(0, 0);
      this.main.focus({ preventScroll: true });
    }
    this.#shown = shown;
  }

  override render() {
    const production = here.value !== undefined && isProduction(here.value.environment);
    return html`<nav aria-label="Skip"><a class="skip" href="#main" @click=${this.#skip}>Skip to the page</a></nav>
      <div class="frame ${production ? 'production' : ''}">
        <t-side-bar></t-side-bar>
        <t-top-bar .me=${this.me} @palette=${() => this.palette.show()}></t-top-bar>
        <main id="main" tabindex="-1">
          <t-problem .refusal=${this.refusal} .retry=${() => location.reload()}></t-problem>
          ${this.#drawPage()}
        </main>
      </div>
      <t-notices></t-notices>
      <t-palette
        .commands=${this.#commands()}
        .openFlag=${(flag: string) => goTo('flag', { project: here.value?.project.key ?? '', flag })}
      ></t-palette>`;
  }

  #skip(event: Event): void {
    event.preventDefault();
    this.main.focus();
  }

  #drawPage() {
    const now = route.value;
    if (now === undefined || !isInside(now.page)) return drawNowhere('There is no page at this address.');
    if (now.params.project !== undefined && here.value === undefined) {
      return drawNowhere('There is no such project, or you may not see it.');
    }
    if (!this.loaded.has(now.page)) return this.refusal ? nothing : html`<p class="quiet" role="status">Loading …</p>`;
    return INSIDE[now.page].draw(now);
  }
}

/** The code of a page comes when it is first visited; a server that was renewed since has it under another name. */
const NOT_LOADED = {
  title: 'This page could not be fetched',
  status: 0,
  code: 'screen',
  detail: 'The server may have been renewed since this screen was loaded, or nobody answered.',
};

function isInside(page: string): page is keyof typeof INSIDE {
  return Object.hasOwn(INSIDE, page);
}

function drawNowhere(why: string) {
  return html`<div class="nowhere">
    <h1>${why}</h1>
    <p><a href="/projects">All projects that you see</a></p>
  </div>`;
}
