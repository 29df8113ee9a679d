import { css, html, LitElement, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { here } from '../client/here.ts';
import { inbox } from '../client/inbox.ts';
import { Following } from '../client/store.ts';
import { base } from '../styles/base.ts';
import { route } from './navigation.ts';
import { type PageName, writeRoute } from './route.ts';

interface Place {
  page: PageName;
  label: string;
  icon: string;
  /** Other pages on which this one is where one is. */
  also?: PageName | PageName[];
  section?: string;
}

const PLACES: Place[] = [
  { page: 'flags', label: 'Flags', icon: 'flag', also: 'flag' },
  { page: 'rollouts', label: 'Rollouts', icon: 'rollouts', also: 'rollout' },
  { page: 'departures', label: 'Departures', icon: 'train', also: 'departure' },
  { page: 'releases', label: 'Releases', icon: 'tag', also: ['release', 'compare'] },
  { page: 'requests', label: 'Requests', icon: 'inbox', also: 'request' },
  { page: 'segments', label: 'Segments', icon: 'users', also: 'segment' },
  { page: 'policies', label: 'Policies', icon: 'route', also: 'policy' },
  { page: 'incidents', label: 'Incidents', icon: 'siren', also: 'incident' },
  { page: 'freezes', label: 'Freezes', icon: 'freeze' },
  { page: 'activity', label: 'Activity', icon: 'activity', also: 'change' },
  { page: 'fleet', label: 'Fleet', icon: 'server' },
  { page: 'settings', label: 'Settings', icon: 'settings', section: 'members' },
];

/** Where one can go in a project; the kill stands apart, and is the one red thing here. */
@customElement('t-side-bar')
export class SideBar extends LitElement {
  static override styles = [
    base,
    css`
      nav {
        position: sticky;
        top: 0;
        display: flex;
        flex-direction: column;
        gap: 0.15rem;
        width: 12.5rem;
        height: 100dvh;
        padding: 0.75rem 0.6rem;
        background: var(--surface);
        border-right: 1px solid var(--line);
      }
      .mark {
        display: flex;
        align-items: center;
        gap: 0.55rem;
        padding: 0.25rem 0.6rem 0.9rem;
        font-weight: 650;
        color: var(--ink);
        text-decoration: none;
      }
      .mark img {
        width: 1.5rem;
        height: 1.5rem;
      }
      .place {
        display: flex;
        align-items: center;
        gap: 0.65rem;
        min-height: 2.1rem;
        padding: 0 0.6rem;
        border-radius: var(--round);
        color: var(--quiet);
        text-decoration: none;
        font-weight: 550;
      }
      .place:hover {
        background: var(--sunken);
        color: var(--ink);
      }
      .place[aria-current] {
        background: var(--chosen);
        color: var(--ink);
      }
      .kill {
        margin-top: auto;
        color: var(--kill);
        border: 1px solid color-mix(in srgb, var(--kill) 45%, transparent);
      }
      .kill:hover,
      .kill[aria-current] {
        background: var(--kill-soft);
        color: var(--kill);
      }
      .count {
        margin-left: auto;
        min-width: 1.25rem;
        padding: 0 0.35rem;
        border-radius: 99px;
        background: var(--warn-soft);
        color: var(--warn);
        font-size: var(--tiny);
        line-height: 1.6;
        text-align: center;
        font-variant-numeric: tabular-nums;
      }
      kbd {
        margin-left: auto;
        font: 500 var(--tiny) / 1 var(--mono);
        opacity: 0.8;
      }
      @media (max-width: 720px) {
        nav {
          position: fixed;
          inset: auto 0 0 0;
          z-index: 20;
          flex-direction: row;
          width: auto;
          overflow-x: auto;
          scrollbar-width: none;
          height: auto;
          padding: 0.25rem 0.35rem calc(0.25rem + env(safe-area-inset-bottom));
          border-right: 0;
          border-top: 1px solid var(--line);
        }
        .mark,
        kbd {
          display: none;
        }
        .place {
          flex: 1 0 4rem;
          position: relative;
          flex-direction: column;
          justify-content: center;
          gap: 0.1rem;
          min-height: 3rem;
          padding: 0.2rem 0;
          font-size: 0.6875rem;
        }
        .count {
          position: absolute;
          top: 0.15rem;
          right: 0.6rem;
        }
        .place wa-icon {
          font-size: 1.1rem;
        }
        /* Whatever is scrolled to: the kill stays in reach. */
        .kill,
        .kill:hover,
        .kill[aria-current] {
          position: sticky;
          right: -0.35rem;
          margin: 0;
          border-color: transparent;
          background: var(--surface);
        }
      }
    `,
  ];

  constructor() {
    super();
    new Following(this, route, here, inbox);
  }

  /** Where not all has room, whatever is looked at is in sight. */
  override updated(): void {
    const [nav, now] = ['nav', '.place[aria-current]:not(.kill)'].map((one) =>
      this.renderRoot.querySelector<HTMLElement>(one),
    );
    if (nav && now && nav.scrollWidth > nav.clientWidth)
      nav.scrollLeft = now.offsetLeft - nav.clientWidth / 2 + now.offsetWidth;
  }

  override render() {
    const place = here.value;
    return html`<nav aria-label="Main">
      <a class="mark" href="/projects"><img src="/icon.svg" alt="" /> Turnout</a>
      ${place === undefined ? nothing : PLACES.map((one) => this.#draw(one))}
      ${place === undefined ? nothing : this.#draw({ page: 'kill', label: 'Kill', icon: 'kill' }, 'kill')}
    </nav>`;
  }

  #draw({ page, label, icon, also, section }: Place, tone = '') {
    const { project, environment } = here.value ?? {};
    const now = route.value?.page;
    const params = { project: project?.key ?? '', ...(section === undefined ? {} : { section }) };
    return html`<a
      class="place ${tone}"
      href=${writeRoute(page, params, { env: environment?.key ?? '' })}
      aria-current=${now !== undefined && [page, also].flat().includes(now) ? 'page' : nothing}
    >
      <wa-icon name=${icon} aria-hidden="true"></wa-icon>${label}${this.#drawCount(page)}${tone === 'kill' ? html`<kbd aria-hidden="true">K</kbd>` : nothing}
    </a>`;
  }

  /** What waits for whoever looks stands beside where it is. */
  #drawCount(page: PageName) {
    const { project, waiting = 0 } = inbox.value;
    if (page !== 'requests' || waiting === 0 || project !== here.value?.project.key) return nothing;
    return html`<span class="count">${waiting}<span class="sr"> ${waiting === 1 ? 'waits' : 'wait'} for you</span></span>`;
  }
}
