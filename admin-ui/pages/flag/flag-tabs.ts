import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { route } from '../../shell/navigation.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';

export const TABS = {
  targeting: 'Targeting',
  variants: 'Variants',
  settings: 'Settings',
  evaluations: 'Evaluations',
  history: 'History',
  playground: 'Playground',
} as const;
export type Tab = keyof typeof TABS;

/** The tab that an address names; the first where it names none. */
export function readTab(name: string | undefined): Tab {
  return name !== undefined && Object.hasOwn(TABS, name) ? (name as Tab) : 'targeting';
}

/** The parts of the page, as links: one can be sent to somebody, or opened beside. */
@customElement('t-flag-tabs')
export class FlagTabs extends LitElement {
  static override styles = [
    base,
    css`
      nav {
        display: flex;
        gap: 0.15rem;
        overflow-x: auto;
        border-bottom: 1px solid var(--line);
        scrollbar-width: thin;
      }
      a {
        display: inline-flex;
        align-items: center;
        gap: 0.35rem;
        min-height: 2.25rem;
        padding: 0 0.75rem;
        border-bottom: 2px solid transparent;
        color: var(--quiet);
        text-decoration: none;
        font-weight: 550;
        white-space: nowrap;
      }
      a:hover {
        color: var(--ink);
      }
      a:focus-visible {
        outline-offset: -3px;
      }
      a[aria-current='page'] {
        color: var(--ink);
        border-bottom-color: var(--primary);
      }
      .dot {
        width: 0.45rem;
        height: 0.45rem;
        border-radius: 50%;
        background: var(--warn);
      }
    `,
  ];

  @property() tab: Tab = 'targeting';
  /** Tabs on which something is typed and not stored. */
  @property({ attribute: false }) unsaved: readonly Tab[] = [];

  override render() {
    const now = route.value;
    if (now === undefined) return nothing;
    return html`<nav aria-label="Parts of the flag">
      ${(Object.keys(TABS) as Tab[]).map((tab) => {
        const query = { ...now.query, tab: tab === 'targeting' ? '' : tab };
        return html`<a
          href=${writeRoute(now.page, now.params, query)}
          aria-current=${tab === this.tab ? 'page' : 'false'}
          >${TABS[tab]}${
            this.unsaved.includes(tab)
              ? html`<span class="dot" title="Not stored yet"></span><span class="sr">, not stored yet</span>`
              : nothing
          }</a
        >`;
      })}
    </nav>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-flag-tabs': FlagTabs;
  }
}
