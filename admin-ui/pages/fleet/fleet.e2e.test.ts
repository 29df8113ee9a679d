import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningApps, startApps } from '../../../server/journeys/running-apps.fixture.ts';
import { prepareProject } from '../../../server/journeys/server-process.fixture.ts';
import { findAxeFaults, hasBrowser, LOOKS, overflowOf } from '../../browser/open-browser.fixture.ts';
import { useDemoHouse } from '../../browser/visits.fixture.ts';

/** Names of hosts have no spaces; a browser that took this for markup would need none. */
const HOSTILE = '<img/src=x/onerror="window.broken=1">';

const house = useDemoHouse({ TURNOUT_DEMO: 'false' });
let serverKey: string;
let web: RunningApps;

async function visit(path: string, look = LOOKS.dark): Promise<Page> {
  return house.visit(path, { look });
}

const rowOf = (page: Page, host: string) => page.getByRole('row').filter({ hasText: host });

describe.skipIf(!hasBrowser)('The fleet', () => {
  beforeAll(async () => {
    ({ serverKey } = await prepareProject(house.server, 'p', ['cart']));
    web = await startApps({ url: house.server.url, key: serverKey, hosts: ['web-10', 'web-2', HOSTILE] });
  });
  afterAll(async () => {
    web?.end();
  });

  test('lists the apps that run, where they are, and keeps what one looks for in the address', async () => {
    const page = await visit('/p/p/fleet');
    await rowOf(page, 'web-2').getByText('up to date').waitFor();
    await page.getByRole('button', { name: 'All 3' }).waitFor();
    await page.getByText(HOSTILE).waitFor();
    expect(await page.evaluate(() => 'broken' in window)).toBe(false);
    const hosts = (await page.getByRole('row').locator('strong').allTextContents()).filter((host) =>
      host.startsWith('web'),
    );
    expect(hosts).toEqual(['web-2', 'web-10']);
    await page.getByRole('searchbox').fill('web-10');
    await rowOf(page, 'web-2').waitFor({ state: 'detached' });
    await page.getByLabel('Grouping').selectOption('sdk');
    await page.getByRole('heading', { name: /^node\// }).waitFor();
    expect(new URL(page.url()).searchParams.get('q')).toBe('web-10');
    await page.reload();
    await page.getByRole('heading', { name: /^node\// }).waitFor();
    expect(await page.getByRole('searchbox').inputValue()).toBe('web-10');
    await page.getByRole('searchbox').fill('nobody');
    await page.getByRole('button', { name: 'Show all apps' }).click();
    await rowOf(page, 'web-2').waitFor();
  });

  test('shows by itself who comes, who follows a change, and who goes, and says why', async () => {
    const page = await visit('/p/p/fleet');
    await rowOf(page, 'web-2').waitFor();
    const late = await startApps({ url: house.server.url, key: serverKey, hosts: ['late-1'] });
    try {
      await rowOf(page, 'late-1').getByText('up to date').waitFor();
      await house.server.api('POST', '/projects/p/environments/production/flags/cart/off', {});
      const position = (await house.server.api('GET', '/projects/p/environments/production')).body.position;
      await rowOf(page, 'late-1').getByTitle(position).waitFor();
    } finally {
      late.end();
    }
    await rowOf(page, 'late-1').getByText('its stream is cut').waitFor();
    await page.getByRole('button', { name: 'Laggard 1' }).click();
    await rowOf(page, 'web-2').waitFor({ state: 'detached' });
    expect(new URL(page.url()).searchParams.get('state')).toBe('laggard');
  });

  test('shows where nothing runs how to connect an app', async () => {
    const page = await visit('/p/p/fleet?env=staging');
    await page.getByRole('heading', { name: 'No app runs here yet' }).waitFor();
    await page.getByText('new Turnout({').waitFor();
    await page.getByRole('link', { name: 'Settings, Keys' }).click();
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/p/p/settings/keys');
  });

  test('says what went wrong, and shows the apps as soon as somebody tries again', async () => {
    const page = await visit('/p/p/flags');
    await page.getByRole('heading', { name: 'Flags', level: 1 }).waitFor();
    const problem = { title: 'This node is away', status: 503, code: 'unavailable', detail: 'It starts.' };
    await page.route('**/instances?*', (route) => route.fulfill({ status: 503, json: problem }));
    await page.getByRole('link', { name: 'Fleet' }).click();
    await page.getByText('This node is away').waitFor();
    await page.unroute('**/instances?*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await rowOf(page, 'web-2').waitFor();
    expect(await page.getByText('This node is away').count()).toBe(0);
  });

  test.each(['dark', 'light', 'phone'] as const)(
    'has nothing that axe or a narrow window has against it (%s)',
    async (look) => {
      const page = await visit('/p/p/fleet?by=host', LOOKS[look]);
      await rowOf(page, 'web-2').waitFor();
      expect(await findAxeFaults(page)).toEqual([]);
      expect(await overflowOf(page)).toBe(0);
    },
  );
});
