import { existsSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const WHOLE = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
/** The same Chromium without windows, tabs and all else that only people see: half the work for the same page. */
const SHELL = ['/usr/bin/chromium-headless-shell'];

/** The Chromium of this machine; CHROMIUM_PATH says where another is. */
function findChromium(known = [...SHELL, ...WHOLE]): string | undefined {
  const { CHROMIUM_PATH } = process.env;
  return [...(CHROMIUM_PATH ? [CHROMIUM_PATH] : []), ...known].find((path) => existsSync(path));
}

/** True where browser tests can run. Where they must, a missing browser is a failure and nothing is left out. */
export const hasBrowser = findChromium() !== undefined || process.env.CI === 'true';

export function openBrowser(): Promise<Browser> {
  return launch(findChromium());
}

/** One that has windows and tabs, of which some are hidden: the shell has none. */
export function openWholeBrowser(): Promise<Browser> {
  return launch(findChromium(WHOLE));
}

async function launch(executablePath: string | undefined): Promise<Browser> {
  if (executablePath === undefined) throw new Error('There is no Chromium here: install it, or set CHROMIUM_PATH.');
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

export interface Look {
  colorScheme: 'dark' | 'light';
  width: number;
  height: number;
}
export const LOOKS: Record<'dark' | 'light' | 'phone', Look> = {
  dark: { colorScheme: 'dark', width: 1280, height: 800 },
  light: { colorScheme: 'light', width: 1280, height: 800 },
  phone: { colorScheme: 'dark', width: 360, height: 740 },
};

/** What a page did that none may do: requests to elsewhere, breaches of its policy, errors in its scripts. */
export interface Watched {
  page: Page;
  context: BrowserContext;
  /** Everything that was noticed so far, as sentences. */
  faults: string[];
}

/** A page that is watched while it is used. */
export async function openPage(browser: Browser, url: string, look: Look = LOOKS.dark): Promise<Watched> {
  const { width, height, colorScheme } = look;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const faults: string[] = [];
  page.on('request', (request) => {
    const address = request.url();
    if (!address.startsWith(url) && !address.startsWith('data:')) faults.push(`asked elsewhere: ${address}`);
  });
  page.on('pageerror', (error) => faults.push(`script: ${error.message}`));
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) faults.push(`policy: ${message.text()}`);
  });
  return { page, context, faults };
}

/** What axe has against a page as it is now, as sentences; WCAG 2.2 AA and best practices. */
export async function findAxeFaults(page: Page): Promise<string[]> {
  // Nothing here is in a frame of elsewhere, and of what passed nothing is told: both cost three times the time.
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'] });
  const { violations } = await axe.analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')} ${failureSummary}`),
  );
}

/** How far a page is wider than its window; 0 is as it should be. */
export function overflowOf(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
