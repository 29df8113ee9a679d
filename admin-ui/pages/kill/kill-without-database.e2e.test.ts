import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PrivatePostgres, startPrivatePostgres } from '../../../server/database/private-postgres.ts';
import { hasPostgres } from '../../../server/database/test-database.ts';
import { type RunningApps, startApps } from '../../../server/journeys/running-apps.fixture.ts';
import { prepareProject } from '../../../server/journeys/server-process.fixture.ts';
import { type DemoHouse, signInPage, startDemoHouse } from '../../browser/house.fixture.ts';
import { hasBrowser, openBrowser, openPage } from '../../browser/open-browser.fixture.ts';

let browser: Browser;
let database: PrivatePostgres;
let house: DemoHouse;
let apps: RunningApps;

describe.skipIf(!hasBrowser || !hasPostgres)('The kill panel, with Postgres gone', () => {
  beforeAll(async () => {
    const started = await startPrivatePostgres();
    if (!started) throw new Error('no Postgres could be started');
    database = started;
    const settings = { DATABASE_URL: database.url, TURNOUT_DEMO: 'false' };
    [browser, house] = await Promise.all([openBrowser(), startDemoHouse(settings)]);
    const { serverKey } = await prepareProject(house.server, 'p', ['burning']);
    apps = await startApps({ url: house.server.url, key: serverKey, hosts: ['web-1', 'web-2'] });
  });
  afterAll(async () => {
    apps?.end();
    await browser?.close();
    await house?.server.remove();
    await database?.stop();
  });

  test('opens, says what is missing, and kills; the log follows when it is back', async () => {
    const { page, faults } = await openPage(browser, house.server.url);
    await signInPage(page, house);
    await database.crash();
    await page.goto(`${house.server.url}/p/p/kill`);
    await page.getByText('type the whole key').waitFor();
    await page.keyboard.type('burning');
    await page.keyboard.press('Enter');
    const card = page.getByRole('article', { name: 'Kill of burning' });
    await card.getByText('in the journal of this node; the log follows').waitFor();
    await card.getByText(/^2\/2/).waitFor();
    await database.start();
    await card.getByText('in the log').waitFor({ timeout: 40_000 });
    expect(faults).toEqual([]);
  }, 120_000);
});
