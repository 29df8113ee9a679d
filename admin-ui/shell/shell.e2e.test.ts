import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ServerProcess, startServer } from '../../server/journeys/server-process.fixture.ts';
import { ADMIN, readSetupToken, signInPage } from '../browser/house.fixture.ts';
import {
  findAxeFaults,
  hasBrowser,
  LOOKS,
  openBrowser,
  openPage,
  overflowOf,
  type Watched,
} from '../browser/open-browser.fixture.ts';

let browser: Browser;
let server: ServerProcess;
let cookie = '';
const open: Watched[] = [];

/** A page that is closed, and was without fault, when its test ends. */
async function visit(path: string, look = LOOKS.dark): Promise<Watched['page']> {
  const watched = await openPage(browser, server.url, look);
  open.push(watched);
  if (cookie !== '') await signInPage(watched.page, { server, cookie });
  await watched.page.goto(`${server.url}${path}`);
  return watched.page;
}

describe.skipIf(!hasBrowser)('The screen', () => {
  beforeAll(async () => {
    [browser, server] = await Promise.all([openBrowser(), startServer({ TURNOUT_DEMO: 'true' })]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.remove();
  });
  afterEach(async () => {
    for (const { context, faults } of open.splice(0)) {
      expect(faults).toEqual([]);
      await context.close();
    }
  });

  test('says how the first administrator gets in, before there is one', async () => {
    const page = await visit('/p/demo/flags');
    await page.getByRole('heading', { name: 'Nobody has an account yet' }).waitFor();
    expect(await findAxeFaults(page)).toEqual([]);
  });

  test('makes the first administrator by the link, by keyboard alone, and says what a password must be', async () => {
    const page = await visit(`/setup#${readSetupToken(server.dataDir)}`);
    await page.getByLabel('Name to sign in with').waitFor();
    for (const text of [ADMIN.login, ADMIN.name, 'short']) {
      await page.keyboard.type(text);
      await page.keyboard.press(text === 'short' ? 'Enter' : 'Tab');
    }
    await page.getByText('at least 12 characters').first().waitFor();
    await page.getByLabel('Password').fill(ADMIN.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Flags', level: 1 }).waitFor();
    const [made] = await page.context().cookies();
    expect(made).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' });
    cookie = `${made?.name}=${made?.value}`;
  });

  test('says of a link that was used that it works once', async () => {
    const page = await visit(`/setup#${readSetupToken(server.dataDir)}`);
    await page.getByLabel('Name to sign in with').fill('eve');
    await page.getByLabel('Your name').fill('Eve');
    await page.getByLabel('Password').fill('another long password');
    await page.getByRole('button', { name: 'Make the account' }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).toMatch(/already|used|once|administrator/i);
  });

  test('signs in on the page that was asked for, after saying clearly that a password was wrong', async () => {
    const kept = cookie;
    cookie = '';
    const page = await visit('/p/demo/fleet?env=development');
    cookie = kept;
    await page.getByLabel('Name').fill(ADMIN.login);
    await page.getByLabel('Password').fill('a wrong password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    expect(await findAxeFaults(page)).toEqual([]);
    await page.getByLabel('Password').fill(ADMIN.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Fleet', level: 1 }).waitFor();
    expect(new URL(page.url()).search).toBe('?env=development');
  });

  test('keeps what was typed when the session ends, and goes on after signing in again', async () => {
    const page = await visit('/p/demo/flags');
    await page.getByRole('heading', { name: 'Flags', level: 1 }).waitFor();
    await page.getByRole('searchbox').fill('check');
    const [mine] = await page.context().cookies();
    await fetch(`${server.url}/api/v1/session/end-all`, {
      method: 'POST',
      headers: { cookie: `${mine?.name}=${mine?.value}`, origin: server.url, 'content-type': 'application/json' },
      body: '{}',
    });
    // The stream says so, before anything is asked; the door stands over the page.
    const door = page.locator('t-sign-in');
    await door.getByText('Your session has ended').waitFor();
    await door.getByLabel('Name').fill(ADMIN.login);
    await door.getByLabel('Password').fill(ADMIN.password);
    await page.keyboard.press('Enter');
    await page.getByText('Your session has ended').waitFor({ state: 'detached' });
    expect(await page.getByRole('searchbox').inputValue()).toBe('check');
    const [again] = await page.context().cookies();
    expect(again?.value).not.toBe(mine?.value);
    cookie = `${again?.name}=${again?.value}`;
  });

  test('goes everywhere by keyboard: the palette, and keys of their own that can be turned off', async () => {
    const page = await visit('/p/demo/flags');
    await page.getByRole('heading', { name: 'Flags', level: 1 }).waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('activ');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Activity', level: 1 }).waitFor();
    await page.keyboard.press('r');
    await page.getByRole('heading', { name: 'Fleet', level: 1 }).waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('smart-se');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/flags/smart-search**');
    await page.evaluate(() => localStorage.setItem('turnout-single-keys', 'off'));
    await page.reload();
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
    await page.keyboard.press('a');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').first().waitFor();
    expect(new URL(page.url()).pathname).toBe('/p/demo/flags/smart-search');
  });

  test('skips to the page, and shows where the focus is', async () => {
    const page = await visit('/p/demo/fleet');
    await page.getByRole('heading', { name: 'Fleet', level: 1 }).waitFor();
    await page.keyboard.press('Tab');
    await page.getByRole('link', { name: 'Skip to the page' }).waitFor();
    await page.keyboard.press('Enter');
    const focused = () => {
      let element = document.activeElement;
      while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
      return element?.id;
    };
    expect(await page.evaluate(focused)).toBe('main');
  });

  test('says at an address without a page, and of a project that one does not see, where to go', async () => {
    const page = await visit('/nowhere/at/all');
    await page.getByRole('heading', { name: 'There is no page at this address.' }).waitFor();
    await page.goto(`${server.url}/p/${encodeURIComponent('<img src=x onerror=alert(1)>')}/flags`);
    await page.getByRole('heading', { name: /no such project/ }).waitFor();
    expect(await page.locator('img[src=x]').count()).toBe(0);
  });

  test.each(['dark', 'light', 'phone'] as const)(
    'is without fault in %s: axe finds nothing, nothing is cut off',
    async (look) => {
      const page = await visit('/nowhere', LOOKS[look]);
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(await findAxeFaults(page)).toEqual([]);
      await page.keyboard.press('Control+k');
      await page.getByRole('option').first().waitFor();
      expect(await findAxeFaults(page)).toEqual([]);
      expect(await overflowOf(page)).toBe(0);
    },
  );
});
