import { join } from 'node:path';
import type { Bootstrap, Context } from '@turnout/core';
import type { BrowserContext, Page, Request } from 'playwright-core';
import { renderToString } from 'react-dom/server';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser } from '../admin-ui/browser/open-browser.fixture.ts';
import { bundlePage } from './browser/bundle-page.fixture.ts';
import { type OpenAs, usePageWorld } from './browser/page-world.fixture.ts';
import { MEMBER, type ShopFlags, shop, VISITOR } from './browser/react-shop.fixture.ts';
import type { WatchedPage } from './browser/watch-page.fixture.ts';
import type { Turnout } from './index.ts';

/** What the page of the shop lays down for its tests. */
interface ShopWindow {
  turnout: Turnout<ShopFlags>;
  drawn: Record<string, number>;
  seen: Record<string, string>[];
  hydrate(isLater?: boolean): void;
  /** Where it was hydrated without its client. */
  comeLater(): void;
}
declare const window: ShopWindow;

const ROOT_TOKEN = 'a-root-token-of-a-test-with-components';
const STREAM = 'POST /client/v1/values';
/** How a page is visited: who the server rendered it for, and who its script says it is for. */
interface Visit {
  window?: BrowserContext;
  prepare?: OpenAs['prepare'];
  context?: Context;
  /** Nobody: the server knew no flags. */
  renderedFor?: Context | null;
}
const FOR_PRO = (variant: string) => [{ if: { attribute: 'plan', op: 'equals', values: ['pro'] }, serve: { variant } }];

describe.skipIf(!hasBrowser)('React in a page', () => {
  const world = usePageWorld({ TURNOUT_ROOT_TOKEN: ROOT_TOKEN });
  let script: string;

  beforeAll(async () => {
    const variants = { calm: 'calm', loud: 'loud' };
    const text = { type: 'string', variants };
    const serving = (variant: string, rules: unknown[] = []) => ({
      configuration: { state: 'on', offVariant: variant, fallthrough: { variant }, rules },
    });
    script = await bundlePage(join(import.meta.dirname, 'browser', 'react-shop.page.ts'));
    await world.addFlag({ key: 'hero', ...text, ...serving('calm') });
    await world.addFlag({ key: 'new-cart' });
    await world.addFlag({ key: 'price', type: 'number', variants: { dear: 12, fair: 9 }, ...serving('dear') });
    const greetings = { type: 'string', variants: { all: 'Hello', pro: 'Hello, friend' } };
    await world.addFlag({ key: 'greeting', ...greetings, ...serving('all', FOR_PRO('pro')) });
    const perks = { type: 'object', variants: { slow: { delivery: 'in a week' }, fast: { delivery: 'tomorrow' } } };
    await world.addFlag({ key: 'perks', ...perks, ...serving('slow', FOR_PRO('fast')) });
  });

  /** A page as the server rendered it, not hydrated yet. */
  async function visit({
    context = VISITOR,
    renderedFor = VISITOR,
    window,
    prepare,
  }: Visit = {}): Promise<WatchedPage> {
    const { url } = world.server;
    const bootstrap = renderedFor ? await evaluateFor(renderedFor) : undefined;
    const body = `<div id="root">${renderToString(shop({ bootstrap }))}</div>`;
    const path = world.pages.put({ script, given: { url, key: world.clientKey, context, bootstrap }, body });
    return world.open(path, { ...(window && { context: window }), ...(prepare && { prepare }) });
  }

  async function evaluateFor(context: Context): Promise<Bootstrap> {
    const response = await fetch(`${world.server.url}/sdk/v1/bootstrap`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.serverKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ context }),
    });
    return response.json();
  }

  /** The same, hydrated, and with its stream open. */
  async function settle(how?: Visit): Promise<WatchedPage> {
    const watched = await visit(how);
    await watched.page.evaluate(() => window.hydrate());
    await untilLive(watched);
    return watched;
  }

  async function untilLive(watched: WatchedPage): Promise<void> {
    await watched.page.waitForFunction(() => window.turnout.status().state === 'live');
    await untilShown(watched, 'status', /^server /);
  }

  function untilShown({ page }: WatchedPage, id: string, text: string | RegExp): Promise<void> {
    return expect.poll(() => page.textContent(`#${id}`), { timeout: 15_000 }).toMatch(text);
  }

  /** As the server counts them. */
  async function countStreams(): Promise<number> {
    const headers = { authorization: `Bearer ${ROOT_TOKEN}` };
    const text = await (await fetch(`${world.server.url}/metrics`, { headers })).text();
    return Number(/streams_open\{protocol="ofrep"\} (\d+)/.exec(text)?.[1]);
  }

  const drawnOn = ({ page }: WatchedPage) => page.evaluate(() => ({ ...window.drawn }));
  /** What stood on the page one after another in these lines, each once. */
  const seenOn = async ({ page }: WatchedPage, ...keys: string[]) => {
    const seen = await page.evaluate(() => window.seen);
    const texts = seen.map((lines) => keys.map((key) => lines[key]).join(' | '));
    return texts.filter((text, at) => text !== texts[at - 1]);
  };

  it('hydrates in strict mode what the server rendered, without a warning, a flicker or a second stream', async () => {
    const watched = await settle();
    expect(await seenOn(watched, 'hero', 'new-cart', 'price', 'greeting', 'perks')).toEqual([
      'calm | new cart | 12 dear STATIC | Hello | in a week',
    ]);
    expect(watched.console).toEqual([]);
    expect([watched.asked(STREAM), await countStreams()]).toEqual([1, 1]);
    // Strict mode renders everything twice, and nothing told of a change.
    const { status: _, ...flags } = await drawnOn(watched);
    expect(new Set(Object.values(flags))).toEqual(new Set([2]));
  });

  it('hydrates what was rendered when the flags have changed since, and draws the change right after', async () => {
    const watched = await visit();
    await watched.page.waitForFunction(() => window.turnout.status().state === 'live');
    await world.flag('hero', 'serve', { variant: 'loud' });
    await watched.page.waitForFunction(() => window.turnout.string('hero', 'calm') === 'loud');
    await watched.page.evaluate(() => window.hydrate());
    await untilShown(watched, 'hero', 'loud');
    expect(await seenOn(watched, 'hero')).toEqual(['calm', 'loud']);
    expect(watched.console).toEqual([]);
    expect(await drawnOn(watched)).toMatchObject({ hero: 4, 'new-cart': 2, perks: 2 });
    await world.flag('hero', 'serve', { variant: 'calm' });
  });

  it('draws a flip and a kill on the open page, each in the component that asks for the flag and in no other', async () => {
    const watched = await settle();
    const before = await drawnOn(watched);
    await world.flag('price', 'serve', { variant: 'fair' });
    await untilShown(watched, 'price', '9 fair STATIC');
    await world.flag('new-cart', 'kill');
    await untilShown(watched, 'new-cart', 'old cart');
    const { status: _, ...after } = await drawnOn(watched);
    expect(after).toMatchObject({ hero: before.hero, greeting: before.greeting, perks: before.perks });
    expect([after.price, after['new-cart']]).toEqual([2 + (before.price ?? 0), 2 + (before['new-cart'] ?? 0)]);
    expect(watched.asked(STREAM)).toBe(1);
    await world.flag('new-cart', 'restore');
    await world.flag('price', 'serve', { variant: 'dear' });
  });

  it('changes to another visitor at once in all components', async () => {
    const watched = await settle();
    const { hero } = await drawnOn(watched);
    await watched.page.click('#sign-in');
    await untilShown(watched, 'greeting', 'Hello, friend');
    expect(await seenOn(watched, 'greeting', 'perks')).toEqual(['Hello | in a week', 'Hello, friend | tomorrow']);
    expect(await drawnOn(watched)).toMatchObject({ hero });
    expect(watched.console).toEqual([]);
  });

  it('hydrates what was rendered for somebody else, and draws what is theirs right after', async () => {
    const watched = await settle({ context: MEMBER });
    expect(await seenOn(watched, 'greeting')).toEqual(['Hello', 'Hello, friend']);
    expect(watched.console).toEqual([expect.stringContaining('the bootstrap is of another context')]);
  });

  it('draws a page from its bootstrap until its client comes, and follows that from then on', async () => {
    const watched = await visit();
    await watched.page.evaluate(() => window.hydrate(true));
    await untilShown(watched, 'status', /^bootstrap /);
    await watched.page.evaluate(() => window.comeLater());
    await untilLive(watched);
    await watched.page.click('#sign-in');
    await untilShown(watched, 'greeting', 'Hello, friend');
    expect(await seenOn(watched, 'greeting', 'perks')).toEqual(['Hello | in a week', 'Hello, friend | tomorrow']);
    expect(watched.console).toEqual([]);
    // One for whom it came to, and one for whom it is now: the former is closed.
    expect(watched.asked(STREAM)).toBe(2);
    await expect.poll(countStreams).toBe(1);
  });

  it('draws what an earlier page left, says that it is stale, and draws only that again once it is confirmed', async () => {
    const context = await world.newWindow();
    await settle({ window: context });
    let confirm = () => {};
    const held = new Promise<void>((resolve) => {
      confirm = resolve;
    });
    const prepare = (page: Page) => page.route('**/client/v1/values', (route) => held.then(() => route.continue()));
    const watched = await visit({ window: context, renderedFor: null, prepare });
    await watched.page.evaluate(() => window.hydrate());
    await untilShown(watched, 'price', '12 dear STALE');
    const before = await drawnOn(watched);
    confirm();
    await untilShown(watched, 'price', '12 dear STATIC');
    expect(await drawnOn(watched)).toMatchObject({ hero: before.hero, perks: before.perks });
    expect(watched.console).toEqual([]);
  });

  it('counts once what stands on the page, for each value and for each visitor', async () => {
    const reports = new Map<string, Report>();
    const hear = (request: Request) => {
      if (!request.url().endsWith('/client/v1/reports')) return;
      const report: Report = JSON.parse(request.postData() ?? '');
      reports.set(report.batchId, report);
    };
    const watched = await settle({ prepare: async (page) => page.on('request', hear) });
    const { page } = watched;
    await world.flag('price', 'serve', { variant: 'fair' });
    await untilShown(watched, 'price', '9 fair STATIC');
    await page.click('#sign-in');
    await untilShown(watched, 'greeting', 'Hello, friend');
    await page.evaluate(() => window.turnout.flush());
    expect(foldReports([...reports.values()])).toEqual({
      free: { 'hero calm': 1, 'new-cart on': 1, 'price dear': 1, 'price fair': 1, 'greeting all': 1, 'perks slow': 1 },
      pro: { 'hero calm': 1, 'new-cart on': 1, 'price fair': 1, 'greeting pro': 1, 'perks fast': 1 },
    });
    await world.flag('price', 'serve', { variant: 'dear' });
  });
});

/** What a page reports, as far as this test reads it. */
interface Report {
  batchId: string;
  context: { plan: string };
  flags: { flag: string; variants: Record<string, number>; coded: number }[];
}

/** How often each variant was counted, by the plan of its visitor. */
function foldReports(reports: Report[]): Record<string, Record<string, number>> {
  const counted: Record<string, Record<string, number>> = {};
  for (const { context, flags } of reports) {
    const counts = counted[context.plan] ?? {};
    counted[context.plan] = counts;
    for (const { flag, variants, coded } of flags) {
      for (const [variant, count] of Object.entries({ ...variants, ...(coded > 0 ? { coded } : {}) })) {
        counts[`${flag} ${variant}`] = (counts[`${flag} ${variant}`] ?? 0) + count;
      }
    }
  }
  return counted;
}
