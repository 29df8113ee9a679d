import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { findAxeFaults, hasBrowser, LOOKS, overflowOf } from '../../browser/open-browser.fixture.ts';
import { useDemoHouse } from '../../browser/visits.fixture.ts';

const PRODUCTION = '/projects/demo/environments/production/flags';
const HOSTILE = '<img src=x onerror="document.title=1"> \u202eevil {{7*7}}';

const house = useDemoHouse();
let hostileChange = 0;

/** A page that is closed, and was without fault, when its test ends. */
async function visit(path: string, look = LOOKS.dark): Promise<Page> {
  return house.visit(path, { look });
}

/** What somebody else does meanwhile; answers the id of the change. */
async function change(flag: string, verb: string, body: object = {}): Promise<number> {
  const answer = await house.server.api('POST', `${PRODUCTION}/${flag}/${verb}`, body);
  expect(answer.status).toBe(200);
  return answer.body.change.id;
}

describe.skipIf(!hasBrowser)('The log of changes', () => {
  beforeAll(async () => {
    hostileChange = await change('image-quality', 'off', { reason: HOSTILE });
  });

  test('shows at once what somebody else changes, and marks it', async () => {
    const page = await visit('/p/demo/activity');
    await page.getByRole('heading', { name: 'Today' }).waitFor();
    const id = await change('mail-digest', 'off', { reason: 'Too many mails' });
    const entry = page.getByRole('article', { name: `Change ${id}`, exact: true });
    await entry.getByText('“Too many mails”').waitFor();
    expect(await entry.textContent()).toContain('Root token');
    expect(await page.locator('li.flash', { has: entry }).count()).toBe(1);
    const order = await page
      .getByRole('article')
      .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));
    expect(order.indexOf(`Change ${id}`)).toBeLessThan(order.indexOf(`Change ${hostileChange}`));
  });

  test('is narrowed by what is chosen, and an address says the same to somebody else', async () => {
    const page = await visit('/p/demo/activity');
    await page.getByRole('article').nth(5).waitFor();
    await page.getByLabel('About').selectOption('Segments');
    await page.getByLabel('Changed in').selectOption('Production');
    await page.waitForURL(/about=segment/);
    await page.getByText('That is all').waitFor();
    const found = await page.getByRole('article').allTextContents();
    expect(found.length).toBeGreaterThan(1);
    for (const text of found) expect(text).toMatch(/in production/);
    const other = await visit(new URL(page.url()).pathname + new URL(page.url()).search);
    await other.getByText('That is all').waitFor();
    expect(await other.getByRole('article').count()).toBe(found.length);
    await other.getByLabel('Flag', { exact: true }).fill('no-such-flag');
    await other.keyboard.press('Enter');
    await other.getByText('fits all of these filters').waitFor();
    await other.getByRole('button', { name: 'Show all changes' }).click();
    await other.getByRole('article').nth(5).waitFor();
  });

  test('comes in pages, each as far as it is asked for', async () => {
    const page = await visit('/p/demo/activity');
    await page.route(/\/changes\?.*limit=50/, async (route) => {
      await route.continue({ url: route.request().url().replace('limit=50', 'limit=5') });
    });
    await page.reload();
    await page.getByRole('article').nth(4).waitFor();
    expect(await page.getByRole('article').count()).toBe(5);
    await page.getByRole('button', { name: 'Show earlier changes' }).press('Enter');
    await page.getByRole('article').nth(9).waitFor();
    expect(await page.getByRole('article').count()).toBe(10);
  });

  test('undoes a change by keyboard alone, after showing what it puts back', async () => {
    const id = await change('orders-by-queue', 'off', { reason: 'The queue is full' });
    const page = await visit('/p/demo/activity');
    await page.getByRole('button', { name: `Undo change ${id}`, exact: true }).press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('"state": "on"').waitFor();
    expect(await dialog.locator('ins').allTextContents()).toEqual([expect.stringContaining('"state": "on"')]);
    await page.keyboard.type('It was not the queue');
    await page.keyboard.press('Enter');
    await page.getByText(`Change ${id} is undone`).waitFor();
    await page.getByRole('link', { name: `undoes ${id}` }).waitFor();
    const now = await house.server.api('GET', `${PRODUCTION}/orders-by-queue`);
    expect(now.body.state).toBe('on');
  });

  test('walks its chain when asked, and says what was found', async () => {
    const page = await visit('/p/demo/activity');
    await page.getByRole('button', { name: 'Verify the chain' }).click();
    await page.getByText('The chain holds.').waitFor();
    await page.getByText(/\d+ entries walked, nothing was erased/).waitFor();
  });

  test('says in plain words where the chain is broken', async () => {
    const page = await visit('/p/demo/activity');
    const broken = { ok: false, entries: 7, erased: 1, head: 'ab', faults: ['entry 3: was altered'] };
    await page.route(/\/changes\/verify/, (route) => route.fulfill({ json: broken }));
    await page.getByRole('button', { name: 'Verify the chain' }).press('Enter');
    await page.getByText('The chain is broken.').waitFor();
    await page.getByText('entry 3: was altered').waitFor();
  });

  test('says what failed, and reads again when asked', async () => {
    const page = await visit('/p/demo/activity');
    await page.getByRole('article').first().waitFor();
    const problem = {
      title: 'The database is away',
      status: 503,
      code: 'database_unavailable',
      detail: 'It does not answer.',
    };
    await page.route(/\/changes\?/, (route) => route.fulfill({ status: 503, json: problem }), { times: 1 });
    await page.getByLabel('What was done').selectOption('Killed and restored');
    await page.getByRole('alert').getByText('It does not answer.').waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText(/That is all|fits all of these/).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  test('tells all of one change, and a hostile reason does nothing', async () => {
    const page = await visit(`/p/demo/activity/${hostileChange}`);
    await page.getByRole('heading', { level: 1, name: 'image-quality' }).waitFor();
    await page.getByText('<img src=x onerror="document.title=1"> \\u202eevil {{7*7}}').waitFor();
    expect(await page.locator('main img').count()).toBe(0);
    expect(await page.title()).toBe(`Change ${hostileChange} · Turnout`);
    await page.getByText('Nobody gets anything new; some may get less.').waitFor();
    expect(await page.locator('del').allTextContents()).toEqual([expect.stringContaining('on')]);
    expect(await page.locator('ins').allTextContents()).toEqual([expect.stringContaining('off')]);
    await page.getByText(/^\d+\/\d+|No app was running/).waitFor();
    await page.getByRole('heading', { name: 'What was given since' }).waitFor();
    const patch = page.getByLabel('Patch of production');
    expect(await patch.isVisible()).toBe(false);
    await page.locator('t-change-page summary').press('Enter');
    await patch.getByText('"image-quality"').first().waitFor();
    await page.getByRole('link', { name: '← earlier', exact: true }).click();
    await page.waitForURL((url) => !url.pathname.endsWith(`/${hostileChange}`));
    await page.getByRole('link', { name: 'later →', exact: true }).waitFor();
  });

  test('names who has not put a change in force, and why', async () => {
    const page = await visit('/p/demo/activity');
    const lag = {
      instance: 'abc',
      environment: 'production',
      position: null,
      silentMs: 1,
      lastSeen: new Date().toISOString(),
    };
    const receipts = {
      ...{ live: 412, reached: 410, p50: 20, p99: 90, max: 143, unknown: ['node-b'], complete: false },
      laggards: [{ ...lag, host: 'web-<b>1</b>', why: 'silent' }],
    };
    await page.route(/\/receipts/, (route) => route.fulfill({ json: receipts }));
    await page.goto(`${house.server.url}/p/demo/activity/${hostileChange}`);
    await page.getByText('410/412 · 143 ms').waitFor();
    await page.getByText('web-<b>1</b>').waitFor();
    await page.getByText('connected, but silent').waitFor();
    await page.getByText('and 1 more').waitFor();
    await page.getByText('node-b').waitFor();
  });

  test('says why a kill is not undone, and what is not there', async () => {
    const killed = await house.server.api('POST', `${PRODUCTION}/summer-sale/kill`, { reason: 'Wrong price' });
    const page = await visit(`/p/demo/activity/${killed.body.change.id}`);
    await page.getByText('A kill is not undone: restore the flag.').waitFor();
    expect(await page.getByRole('button', { name: 'Undo this change' }).getAttribute('aria-disabled')).toBe('true');
    await page.goto(`${house.server.url}/p/demo/activity/999999`);
    await page.getByRole('alert').getByText('There is no such change.').waitFor();
  });

  test.each(Object.entries(LOOKS))('can be read by everybody, in %s', async (_name, look) => {
    for (const path of ['/p/demo/activity?about=segment', `/p/demo/activity/${hostileChange}`]) {
      const page = await visit(path, look);
      await page
        .getByText(/Show earlier|That is all|What was given since/)
        .first()
        .waitFor();
      await page.getByText('Reading …').waitFor({ state: 'detached' });
      expect(await overflowOf(page)).toBe(0);
      expect(await findAxeFaults(page)).toEqual([]);
    }
  });
});
