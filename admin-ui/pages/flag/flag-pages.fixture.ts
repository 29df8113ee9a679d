import type { Browser, Page } from 'playwright-core';
import { type DemoHouse, signInPage } from '../../browser/house.fixture.ts';
import { LOOKS, openPage, type Watched } from '../../browser/open-browser.fixture.ts';

export const PRODUCTION = '/projects/demo/environments/production';

/** Opens pages of a flag, and hands over at the end of each test what they did that none may do. */
export interface Visits {
  open(path: string, look?: (typeof LOOKS)['dark'], cookie?: string): Promise<Page>;
  close(): Promise<string[]>;
}

export function startVisits(parts: () => { browser: Browser; house: DemoHouse }): Visits {
  const watched: Watched[] = [];
  return {
    async open(path, look = LOOKS.dark, cookie) {
      const { browser, house } = parts();
      const one = await openPage(browser, house.server.url, look);
      watched.push(one);
      await signInPage(one.page, { ...house, cookie: cookie ?? house.cookie });
      await one.page.goto(`${house.server.url}/p/demo/flags/${path}`);
      return one.page;
    },
    async close() {
      const closed = watched.splice(0);
      await Promise.all(closed.map(({ context }) => context.close()));
      return closed.flatMap(({ faults }) => faults);
    },
  };
}

/** A person of the demo who has these roles in production; answers the cookie of their session. */
export async function addPerson({ server }: DemoHouse, login: string, name: string, roles: string[]): Promise<string> {
  const person = { login, name, roles, environment: 'production' };
  const { body } = await server.api('POST', '/projects/demo/members', person);
  const response = await fetch(`${server.url}/api/v1/invitations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: server.url },
    body: JSON.stringify({ token: body.invitation.token, password: 'woken up at three o clock' }),
  });
  const [cookie = ''] = (response.headers.get('set-cookie') ?? '').split(';');
  if (!response.ok || cookie === '') throw new Error(`the invitation of ${login} answered ${response.status}`);
  return cookie;
}

/** Presses Tab until what is focused has this name, as somebody without a mouse does. */
export async function tabTo(page: Page, name: string, most = 120): Promise<void> {
  for (let pressed = 0; pressed < most; pressed++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      let at = document.activeElement;
      while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
      const label = (at as HTMLInputElement | null)?.labels?.[0]?.textContent;
      return (at?.getAttribute('aria-label') ?? label ?? at?.textContent ?? '').replace(/\s+/g, ' ').trim();
    });
    if (focused.startsWith(name)) return;
  }
  throw new Error(`no ${most} steps lead to “${name}”`);
}
