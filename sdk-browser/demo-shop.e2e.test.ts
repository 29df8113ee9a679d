import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  findAxeFaults,
  hasBrowser,
  LOOKS,
  openBrowser,
  openPage,
  overflowOf,
  type Watched,
} from '../admin-ui/browser/open-browser.fixture.ts';
import { type ServerProcess, startServer } from '../server/journeys/server-process.fixture.ts';

const SOON = { timeout: 10_000, interval: 50 };
const PRODUCTION = '/projects/demo/environments/production';
const FLAGS_OF_THE_SHOP = 10;

describe.runIf(hasBrowser)('the shop of the demo', () => {
  let server: ServerProcess;
  let browser: Browser;
  let watched: Watched;
  let page: Page;

  beforeAll(async () => {
    // What is looked at is what stands here now, whatever was built before.
    const built = import('./demo/build.ts');
    [server, browser] = await Promise.all([startServer({ TURNOUT_DEMO: 'quiet' }), openBrowser()]);
    await built;
    const visible = async () => {
      const { body } = await server.api('GET', '/projects/demo/flags?limit=200');
      return body.items.filter((flag: { clientVisible: boolean }) => flag.clientVisible).length;
    };
    await vi.waitFor(async () => expect(await visible()).toBe(FLAGS_OF_THE_SHOP), { timeout: 60_000 });
    watched = await openPage(browser, server.url, LOOKS.dark);
    page = watched.page;
    await page.goto(`${server.url}/demo/shop?visitor=mila`);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.remove();
  });

  const variantOf = (flag: string) => page.locator(`[data-flag="${flag}"] b`).textContent();
  const act = async (flag: string, verb: string, body: object = {}) => {
    const answer = await server.api('POST', `${PRODUCTION}/flags/${flag}/${verb}`, { reason: 'a test', ...body });
    expect(answer.status).toBe(200);
  };
  const isLive = () => page.locator('.strip[data-state="live"]').waitFor();

  it('is drawn once, from what the server sent with it', async () => {
    await isLive();
    expect(await page.locator('.last').textContent()).toContain('Nothing has changed');
    expect(await page.locator('.changed').count()).toBe(0);
    expect(await page.locator('.banner .words').textContent()).toBe('Everything 20 % off until Sunday');
    expect(await page.locator('.ways li').allTextContents()).toEqual(['Card', 'One tap', 'Invoice']);
    expect(await page.locator('.flags [data-flag]').count()).toBe(FLAGS_OF_THE_SHOP);
    const beside = await page.getByRole('link', { name: 'Open the control room' }).getAttribute('href');
    expect(new URL(beside ?? '', page.url()).href).toBe(`${server.url}/p/demo/flags/new-checkout?env=production`);
  });

  it('loses what is killed, and what needs it, while it is open, without asking for anything', async () => {
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await act('new-checkout', 'kill');
    await expect.poll(() => page.locator('.steps li').allTextContents(), SOON).toEqual(['Address', 'Payment', 'Order']);
    expect(await page.locator('.ways li').allTextContents()).toEqual(['Card', 'Invoice']);
    expect(await page.locator('.last').textContent()).toMatch(/^\d\d:\d\d:\d\d\.\d{3} {2}express-pay, new-checkout$/);
    expect(asked.filter((path) => !path.startsWith('/client/'))).toEqual([]);
    await act('new-checkout', 'restore');
    await expect.poll(() => variantOf('express-pay'), SOON).toBe('on');
  });

  it('follows a flip, a rollout, and what is typed stays', async () => {
    await page.fill('#address', 'Marktplatz');
    await act('address-lookup', 'serve', { variant: 'on' });
    await expect.poll(() => page.locator('.address label').textContent(), SOON).toContain('found while you type');
    expect(await page.inputValue('#address')).toBe('Marktplatz');
    const everybody = { fallthrough: { split: { weights: { on: 100_000, off: 0 } } }, reason: 'a test' };
    expect((await server.api('PATCH', `${PRODUCTION}/flags/free-delivery`, everybody)).status).toBe(200);
    await expect.poll(() => page.locator('.lines').textContent(), SOON).toContain('Deliveryfree');
    await act('image-quality', 'off');
    await page.locator('.products[data-plain]').waitFor();
  });

  it('becomes the shop of somebody who signs in by keyboard, and stays theirs', async () => {
    await page.focus('#visitor');
    await page.keyboard.type('Sam');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.banner .words').textContent(), SOON).toBe('Nothing special today');
    expect(await page.locator('.ways li').allTextContents()).toEqual(['Card']);
    expect(page.url()).toContain('visitor=sam');
    await page.reload();
    await isLive();
    expect(await page.locator('.visitor .quiet').textContent()).toContain('United States');
    expect(await page.locator('.changed').count()).toBe(0);
  });

  it('asks nothing for delivering an empty cart', async () => {
    await page.locator('.buy').press('Enter');
    await expect.poll(() => page.locator('.lines').textContent(), SOON).toBe('Nothing in it yet');
  });

  it('can be used by everybody: in dark and light, and on a small phone', async () => {
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await findAxeFaults(page)).toEqual([]);
    }
    const { width, height } = LOOKS.phone;
    await page.setViewportSize({ width, height });
    expect(await overflowOf(page)).toBe(0);
    expect(await findAxeFaults(page)).toEqual([]);
    expect(watched.faults).toEqual([]);
  });
});
