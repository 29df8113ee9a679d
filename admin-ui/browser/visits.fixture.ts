import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { type DemoHouse, signInPage, startDemoHouse } from './house.fixture.ts';
import { hasBrowser, LOOKS, type Look, openBrowser, openPage, type Watched } from './open-browser.fixture.ts';

export const PRODUCTION = '/projects/demo/environments/production';

/** How a page is opened, where that is not by the administrator in a dark window. */
export interface VisitAs {
  look?: Look;
  /** The cookie of whose session it is; empty for nobody's. */
  cookie?: string;
  /** Done with the page before it goes anywhere. */
  prepare?(page: Page): Promise<unknown>;
}

/** A demo house for all tests of a file, and a browser that looks at it. */
export interface VisitedHouse extends DemoHouse {
  /** Opens a page that is watched, and closed when its test ends: it must have done nothing that none may do. */
  visit(path: string, as?: VisitAs): Promise<Page>;
}

/**
 * To be called once, at the top of a file: begins a house and a browser before its tests and ends both after them. What
 * it answers is filled before the first test.
 */
export function useDemoHouse(settings: Record<string, string> | (() => Record<string, string>) = {}): VisitedHouse {
  const open: Watched[] = [];
  let browser: Browser | undefined;
  const house = {
    async visit(path, { look = LOOKS.dark, cookie = house.cookie, prepare } = {}) {
      const watched = await openPage(browser as Browser, house.server.url, look);
      open.push(watched);
      if (cookie !== '') await signInPage(watched.page, { server: house.server, cookie });
      await prepare?.(watched.page);
      await watched.page.goto(`${house.server.url}${path}`);
      return watched.page;
    },
  } as VisitedHouse;
  if (!hasBrowser) return house;
  beforeAll(async () => {
    const given = typeof settings === 'function' ? settings() : settings;
    const [started, opened] = await Promise.all([startDemoHouse(given), openBrowser()]);
    Object.assign(house, started);
    browser = opened;
  });
  afterEach(async () => {
    const closed = open.splice(0);
    const broken = await Promise.all(closed.map(({ page }) => isBroken(page)));
    await Promise.all(closed.map(({ context }) => context.close()));
    expect(closed.flatMap(({ faults }) => faults)).toEqual([]);
    expect(broken.filter(Boolean)).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await house.server?.remove();
  });
  return house;
}

/** What the hostile texts of tests do where one becomes markup: `onerror="window.broken=1"`. */
const isBroken = (page: Page) => page.evaluate(() => 'broken' in window).catch(() => false);

/** A person of the demo who has these roles, in production or in the whole project; answers their session's cookie. */
export async function addPerson(
  { server }: DemoHouse,
  login: string,
  name: string,
  roles: string[],
  place: 'production' | 'project' = 'production',
): Promise<string> {
  const person = { login, name, roles, ...(place === 'project' ? {} : { environment: place }) };
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
