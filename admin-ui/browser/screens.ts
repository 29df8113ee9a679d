/**
 * Takes pictures of every page, dark, light and on a phone, into docs/screens, and fails where a page has a fault: one
 * that axe finds, one that is wider than its window, a request to elsewhere, or an error in a script.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { type DemoHouse, signInPage, startDemoHouse } from './house.fixture.ts';
import { listScreens, type Screen } from './list-screens.ts';
import { findAxeFaults, LOOKS, openBrowser, openPage, overflowOf, type Watched } from './open-browser.fixture.ts';

const OUT = join(import.meta.dirname, '..', '..', 'docs', 'screens');
const ALIVE_MS = 60_000;

/** The demo begins its past and its apps once it is open: a picture before that shows a house that nobody lives in. */
async function waitForLife({ server }: DemoHouse): Promise<void> {
  const until = Date.now() + ALIVE_MS;
  while (Date.now() < until) {
    const { body: apps } = await server.api('GET', '/projects/demo/environments/production/instances');
    const { body: log } = await server.api('GET', '/projects/demo/changes?limit=50');
    const { body: rollouts } = await server.api('GET', '/projects/demo/rollouts');
    if (apps.counts.live >= 5 && log.items.length >= 20 && rollouts.items.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error('The demo did not come to life within a minute.');
}

/** Waits for what a page shows in the end: its heading, its words in their letters, and nothing that still loads. */
async function waitForContent(page: Page, { shows }: Screen): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  if (shows !== undefined) await page.getByText(shows).filter({ visible: true }).first().waitFor();
  const loading = page.getByText(/^(Loading|Reading) …$/);
  while ((await loading.count()) > 0) await loading.first().waitFor({ state: 'detached' });
  await page.locator('img').evaluateAll((images: HTMLImageElement[]) => Promise.all(images.map((one) => one.decode())));
  await page.evaluate(() => document.fonts.ready);
}

async function show(page: Page, screen: Screen, look: string): Promise<void> {
  await waitForContent(page, screen);
  await screen.act?.(page, look);
}

async function takePicture({ page, faults }: Watched, screen: Screen, look: string): Promise<string[]> {
  // A page that does not become what it should is a fault as any other, and the pictures of the others go on.
  const late = await show(page, screen, look).then(
    () => [],
    (error: Error) => [error.message.split('\n')[0] ?? ''],
  );
  await page.screenshot({ path: join(OUT, `${screen.name}-${look}.jpg`), type: 'jpeg', quality: 80 });
  const wide = await overflowOf(page);
  const found = [
    ...late,
    ...(await findAxeFaults(page)),
    ...(wide === 0 ? [] : [`wider than its window by ${wide} px`]),
    ...faults.splice(0),
  ];
  return found.map((fault) => `${screen.name}, ${look}: ${fault}`);
}

async function takeAll(house: DemoHouse): Promise<string[]> {
  const screens = await listScreens(house);
  const browser = await openBrowser();
  const faults: string[] = [];
  try {
    for (const [name, look] of Object.entries(LOOKS)) {
      const watched = await openPage(browser, house.server.url, look);
      // Those that are seen from outside come first.
      for (const outside of [true, false]) {
        if (!outside) await signInPage(watched.page, house);
        for (const screen of screens.filter((one) => (one.outside === true) === outside)) {
          await watched.page.goto(`${house.server.url}${screen.path}`);
          faults.push(...(await takePicture(watched, screen, name)));
          console.log(`docs/screens/${screen.name}-${name}.jpg`);
        }
      }
      await watched.context.close();
    }
  } finally {
    await browser.close();
  }
  return faults;
}

const house = await startDemoHouse();
try {
  await waitForLife(house);
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  const faults = await takeAll(house);
  for (const fault of faults) console.error(fault);
  console.log(faults.length === 0 ? 'No page has a fault.' : `${faults.length} faults.`);
  if (faults.length > 0) process.exitCode = 1;
} finally {
  await house.server.remove();
}
