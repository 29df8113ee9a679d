import { html } from 'lit';
import { route } from '../../shell/navigation.ts';
import { writeRoute } from '../../shell/route.ts';

export const TABS = { rules: 'Rules', versions: 'Versions', attached: 'Attached to' } as const;
export type Tab = keyof typeof TABS;

export function readTab(name: string | undefined): Tab {
  return name !== undefined && Object.hasOwn(TABS, name) ? (name as Tab) : 'rules';
}

/** The parts of the page, as links: one can be sent to somebody, or opened beside. */
export function drawTabs(tab: Tab, counts: Partial<Record<Tab, number>>) {
  const now = route.value;
  if (now === undefined) return undefined;
  const { env = '' } = now.query;
  return html`<nav class="tabs" aria-label="Parts of the policy">
    ${(Object.keys(TABS) as Tab[]).map(
      (one) => html`<a
        href=${writeRoute(now.page, now.params, { env, tab: one === 'rules' ? '' : one })}
        aria-current=${one === tab ? 'page' : 'false'}
        >${TABS[one]}${counts[one] === undefined ? '' : html` <span class="quiet">${counts[one]}</span>`}</a
      >`,
    )}
  </nav>`;
}
