import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { SCREEN_PROBE } from './screen-probe.ts';

const KNOWN = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export async function openBrowser(): Promise<Browser> {
  const { CHROMIUM_PATH } = process.env;
  const executablePath = [...(CHROMIUM_PATH ? [CHROMIUM_PATH] : []), ...KNOWN].find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error('There is no Chromium here: install it, or set CHROMIUM_PATH.');
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** A page as somebody's first: nothing is kept of another one. What it loads of scripts is counted as it is sent. */
export async function openFresh(browser: Browser, token: string): Promise<{ page: Page; scriptBytes: () => number }> {
  const context = await browser.newContext({ viewport: { width: 1_440, height: 900 } });
  await context.setExtraHTTPHeaders({ authorization: `Bearer ${token}` });
  const page = await context.newPage();
  await page.addInitScript({ content: SCREEN_PROBE });
  let bytes = 0;
  page.on('response', (response) => {
    if (response.request().resourceType() !== 'script') return;
    const { 'content-encoding': packed, 'content-length': length } = response.headers();
    if (packed !== 'gzip') throw new Error(`${response.url()} is not sent packed`);
    bytes += Number(length);
  });
  return { page, scriptBytes: () => bytes };
}

/** Asks the probe in the page. */
export function probe<T>(page: Page, call: string): Promise<T> {
  return page.evaluate<T>(`screenProbe.${call}`);
}

/** Waits until the probe says so; a proof that waits for ever proves nothing. */
export async function until(page: Page, call: string, holds: (answer: number) => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!holds(await probe<number>(page, call))) {
    if (Date.now() > deadline) throw new Error(`${call} did not come to what was waited for`);
    await page.waitForTimeout(5);
  }
}
