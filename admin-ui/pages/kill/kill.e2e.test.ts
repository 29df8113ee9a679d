import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningApps, startApps } from '../../../server/journeys/running-apps.fixture.ts';
import { findAxeFaults, hasBrowser, LOOKS, overflowOf } from '../../browser/open-browser.fixture.ts';
import { addPerson, PRODUCTION, useDemoHouse } from '../../browser/visits.fixture.ts';

const HOSTILE = '<img src=x onerror="window.broken=1">';

const house = useDemoHouse();
let apps: RunningApps;
let frozen: RunningApps;

async function visit(path: string, look = LOOKS.dark, { cookie }: { cookie: string } = house): Promise<Page> {
  return house.visit(path, { look, cookie });
}

const killed = async (flag: string) => (await house.server.api('GET', `${PRODUCTION}/flags/${flag}`)).body.killed;
const cardOf = (page: Page, flag: string) => page.getByRole('article', { name: `Kill of ${flag}` });
const choices = (page: Page) => page.getByRole('listbox').getByRole('option');
const field = (page: Page) => page.getByRole('combobox', { name: /Which flag/ });

describe.skipIf(!hasBrowser)('The kill panel', () => {
  beforeAll(async () => {
    const { url, api } = house.server;
    await api('POST', '/projects/demo/flags', { key: 'hostile', type: 'boolean', name: HOSTILE });
    const key = (await api('POST', `${PRODUCTION}/keys`, { kind: 'server', name: 'apps of a test' })).body.secret;
    [apps, frozen] = await Promise.all([
      startApps({ url, key, hosts: ['quick-1', 'quick-2'] }),
      startApps({ url, key, hosts: ['frozen-1'] }),
    ]);
  });
  afterAll(async () => {
    apps?.end();
    frozen?.end();
  });

  test('kills with two keys besides the name, shows who has it, and names the one that hangs', async () => {
    const page = await visit('/p/demo/flags');
    await page.getByRole('heading', { name: 'Flags', level: 1 }).waitFor();
    frozen.freeze();
    await page.keyboard.press('k');
    await field(page).waitFor();
    await page.keyboard.type('fraud');
    await page.getByRole('option', { selected: true }).getByText('fraud-check-v2').waitFor();
    await page.keyboard.press('Enter');
    const card = cardOf(page, 'fraud-check-v2');
    await card.getByText('frozen-1').waitFor();
    await card.getByText('connected, but silent').waitFor();
    await card.getByText('in the log').waitFor();
    await card.getByText(/^One running app has not/).waitFor();
    expect(await killed('fraud-check-v2')).toBe(true);
    // The field is ready for the next flag.
    expect(await field(page).inputValue()).toBe('');
    frozen.wake();
    await card.getByText(/^All \d+ running apps/).waitFor();
    const [reached, live, took] =
      /^(\d+)\/(\d+) · (\d+) ms$/.exec(((await card.locator('.figure').textContent()) ?? '').trim())?.slice(1) ?? [];
    expect([reached === live, Number(live) >= 3, Number(took) > 0]).toEqual([true, true, true]);
    expect(await card.getByText('frozen-1').count()).toBe(0);
  });

  test('restores by mouse after a question with a reason, and tells it on the card and below', async () => {
    const page = await visit('/p/demo/kill');
    await field(page).fill('free-deliv');
    await choices(page).first().click();
    await page.getByRole('button', { name: 'Kill free-delivery' }).click();
    const card = cardOf(page, 'free-delivery');
    await card.getByText('in the log').waitFor();
    const below = page.getByRole('listitem').filter({ hasText: 'free-delivery' });
    await below
      .getByText(/Ada Admin/)
      .first()
      .waitFor();
    await card.getByRole('button', { name: 'Restore' }).click();
    await page.getByLabel(/Reason/).fill('It was another flag');
    await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click();
    await card.getByText('Restored').waitFor();
    await page.getByText('“It was another flag”').first().waitFor();
    expect(await killed('free-delivery')).toBe(false);
  });

  test('tells what is killed already, stacks several, and says of a key that nothing has it', async () => {
    const page = await visit('/p/demo/kill');
    for (const flag of ['fraud-check-v2', 'no-such-flag', 'hostile']) {
      await field(page).fill(flag);
      await page.keyboard.press('Enter');
    }
    await cardOf(page, 'fraud-check-v2').getByText('It was killed already').waitFor();
    await cardOf(page, 'no-such-flag').getByText('There is no such flag').waitFor();
    await cardOf(page, 'hostile').getByText('in the log').waitFor();
    expect(await page.getByRole('article', { name: /^Kill of/ }).count()).toBe(3);
    await field(page).fill('onerror');
    await choices(page).getByText(HOSTILE).waitFor();
    expect(await page.evaluate(() => 'broken' in window)).toBe(false);
  });

  test('takes the whole key while the list cannot be read', async () => {
    const json = { title: 'The database is away', status: 503, code: 'database_unavailable', detail: '' };
    const page = await house.visit('/p/demo/kill', {
      prepare: (one) => one.route('**/api/v1/projects/demo/flags?*', (route) => route.fulfill({ status: 503, json })),
    });
    await page.getByText('type the whole key').waitFor();
    await page.keyboard.type('smart-search');
    await page.keyboard.press('Enter');
    await cardOf(page, 'smart-search').getByText('in the log').waitFor();
    expect(await killed('smart-search')).toBe(true);
  });

  test('chooses the environment by number, from within the field', async () => {
    const page = await visit('/p/demo/kill');
    await field(page).waitFor();
    await page.keyboard.type('new-ch');
    await page.keyboard.press('Alt+1');
    await page.getByRole('button', { name: /^Kill new-checkout/ }).waitFor();
    await expect.poll(() => new URL(page.url()).search).toBe('?env=development');
    await page.keyboard.press('Enter');
    await cardOf(page, 'new-checkout').getByText('in Development').waitFor();
    await cardOf(page, 'new-checkout').getByText('in the log').waitFor();
    expect(await killed('new-checkout')).toBe(false);
  });

  test('shows whoever may only kill what they may, and lets them', async () => {
    const page = await visit('/p/demo/kill', LOOKS.dark, {
      cookie: await addPerson(house, 'kim', 'Kim on call', ['killer']),
    });
    await field(page).fill('recommendations');
    await choices(page).first().waitFor();
    await page.keyboard.press('Enter');
    const card = cardOf(page, 'recommendations');
    await card.getByText('in the log').waitFor();
    expect(await killed('recommendations')).toBe(true);
    const restore = card.getByRole('button', { name: 'Restore' });
    expect(await restore.getAttribute('aria-disabled')).toBe('true');
    expect(await restore.getAttribute('title')).toContain('release-manager or admin');
    expect(await page.getByRole('button', { name: 'Development', exact: true }).count()).toBe(0);
  });

  test.each(['dark', 'light', 'phone'] as const)(
    'has nothing that axe or a narrow window has against it (%s)',
    async (look) => {
      const page = await visit('/p/demo/kill', LOOKS[look]);
      await field(page).fill('fraud-check-v2');
      await page.keyboard.press('Enter');
      await cardOf(page, 'fraud-check-v2').getByText('in the log').waitFor();
      await field(page).fill('check');
      await choices(page).first().waitFor();
      expect(await findAxeFaults(page)).toEqual([]);
      expect(await overflowOf(page)).toBe(0);
    },
  );
});
