import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { ADMIN } from '../../browser/house.fixture.ts';
import { findAxeFaults, hasBrowser, LOOKS, overflowOf } from '../../browser/open-browser.fixture.ts';
import { useDemoHouse } from '../../browser/visits.fixture.ts';

const NEXT = 'another long pass phrase';

const house = useDemoHouse();
let password = ADMIN.password;

async function visit(cookie: string, look = LOOKS.dark): Promise<Page> {
  const page = await house.visit('/account', { look, cookie });
  await page.getByRole('heading', { name: ADMIN.name, level: 1 }).waitFor();
  return page;
}

/** Signs in as another browser would, and answers its cookie. */
async function signInElsewhere(agent: string): Promise<string> {
  const response = await fetch(`${house.server.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: house.server.url, 'user-agent': agent },
    body: JSON.stringify({ login: ADMIN.login, password }),
  });
  return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

const statusOf = async (cookie: string) =>
  (await fetch(`${house.server.url}/api/v1/me`, { headers: { cookie } })).status;
const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0';

describe.skipIf(!hasBrowser)('One’s account', () => {
  test('says what one may do where', async () => {
    const page = await visit(house.cookie);
    await page.getByText('You administer the whole installation').waitFor();
    const row = page
      .getByRole('region', { name: /Demo shop/ })
      .getByRole('row')
      .filter({ hasText: 'Production' });
    expect(await row.getByRole('img', { name: 'yes' }).count()).toBe(6);
  });

  test('ends one session of several', async () => {
    const elsewhere = await signInElsewhere(FIREFOX);
    const page = await visit(house.cookie);
    await page.getByText('this one').waitFor();
    await page.getByRole('button', { name: /^End Firefox on Windows/ }).click();
    await page.getByText('Firefox on Windows is signed out').waitFor();
    await expect.poll(() => statusOf(elsewhere)).toBe(401);
    expect(await statusOf(house.cookie)).toBe(200);
  });

  test('turns single keys off and on, and changes the colours', async () => {
    const page = await visit(house.cookie);
    const toggle = page.getByRole('checkbox', { name: /Single keys/ });
    await toggle.focus();
    await page.keyboard.press('Space');
    expect(await page.evaluate(() => localStorage.getItem('turnout-single-keys'))).toBe('off');
    await page.keyboard.press('Space');
    expect(await page.evaluate(() => localStorage.getItem('turnout-single-keys'))).toBe('on');
    await page.getByRole('button', { name: 'Light', exact: true }).click();
    expect(await page.evaluate(() => document.documentElement.className)).toBe('wa-light');
  });

  test.each(['dark', 'light', 'phone'] as const)(
    'has nothing that axe or a narrow window has against it (%s)',
    async (look) => {
      const page = await visit(house.cookie, LOOKS[look]);
      await page.getByText('this one').waitFor();
      expect(await findAxeFaults(page)).toEqual([]);
      expect(await overflowOf(page)).toBe(0);
    },
  );

  test('changes the password by keyboard, says what is wrong with one, and ends every other session', async () => {
    const elsewhere = await signInElsewhere(FIREFOX);
    const page = await visit(house.cookie);
    await page.getByLabel('Present password').focus();
    await page.keyboard.type(ADMIN.password);
    await page.keyboard.press('Tab');
    await page.keyboard.type('short');
    await page.keyboard.press('Enter');
    await page.locator('#next-fault').getByText('at least 12 characters').waitFor();
    await page.getByLabel('New password').fill(NEXT);
    await page.getByLabel('Present password').fill('not the present one');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    expect(await page.getByLabel('New password').inputValue()).toBe(NEXT);
    await page.getByLabel('Present password').fill(ADMIN.password);
    await page.keyboard.press('Enter');
    await page.getByText('Your password is changed').waitFor();
    password = NEXT;
    await expect.poll(() => statusOf(elsewhere)).toBe(401);
    expect(await page.getByText('Firefox on Windows').count()).toBe(0);
    const [mine] = await page.context().cookies();
    house.cookie = `${mine?.name}=${mine?.value}`;
    expect(await statusOf(house.cookie)).toBe(200);
  });

  test('signs out everywhere, this browser too', async () => {
    const elsewhere = await signInElsewhere(FIREFOX);
    const page = await visit(house.cookie);
    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out everywhere' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await expect.poll(() => statusOf(elsewhere)).toBe(401);
    expect(await statusOf(house.cookie)).toBe(401);
  });
});
