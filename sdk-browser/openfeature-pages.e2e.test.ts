import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser } from '../admin-ui/browser/open-browser.fixture.ts';
import { bundlePage } from './browser/bundle-page.fixture.ts';
import { CutLine } from './browser/cut-line.fixture.ts';
import { MovableClock } from './browser/movable-clock.fixture.ts';
import type { PageParts } from './browser/page-origin.fixture.ts';
import { usePageWorld } from './browser/page-world.fixture.ts';
import type { WatchedPage } from './browser/watch-page.fixture.ts';

const pageOf = (name: string) => bundlePage(fileURLToPath(new URL(`./browser/${name}.page.ts`, import.meta.url)));
const TOKEN_LIFE_MS = 15 * 60_000;
const BY_PLAN = {
  state: 'on',
  rules: [{ if: { attribute: 'plan', op: 'equals', values: ['pro'] }, serve: { variant: 'pro' } }],
  fallthrough: { variant: 'free' },
};

interface Opened extends WatchedPage {
  /** The statuses that it got, in order. */
  bulk: number[];
  streams: number[];
  /** The address of its newest stream. */
  streamUrl: string;
}

/** What the page says, as JSON. */
async function read({ page }: Opened) {
  return JSON.parse((await page.locator('output').textContent()) || '{}');
}

/** What opening the address comes to now. */
async function statusOf(url: string): Promise<number> {
  const { status, body } = await fetch(url);
  await body?.cancel();
  return status;
}

describe.skipIf(!hasBrowser)('a page that asks by OpenFeature', () => {
  const clock = new MovableClock();
  const world = usePageWorld(clock.settings);
  let line: CutLine;
  let published: PageParts;
  let ours: PageParts;

  beforeAll(async () => {
    line = await new CutLine(world.server.url).start();
    world.pages.house = line.url;
    const given = { url: line.url, key: world.clientKey };
    const body = '<button>Sign up</button><output></output>';
    published = { script: await pageOf('published-provider'), body, given };
    ours = { script: await pageOf('openfeature-react'), body: '<main></main>', given };
    await world.addFlag({ key: 'cart' });
    const variants = { free: 'free', pro: 'pro' };
    await world.addFlag({ key: 'plan-of', type: 'string', variants, configuration: BY_PLAN });
  });
  afterAll(() => line?.close());

  const open = async (parts: PageParts, origin = world.pages.url): Promise<Opened> => {
    const path = world.pages.put(parts);
    const seen = { bulk: [] as number[], streams: [] as number[], streamUrl: '' };
    const prepare = async (page: Page) => {
      page.on('response', (response) => {
        const { pathname } = new URL(response.url());
        if (response.request().method() === 'OPTIONS') return;
        if (pathname === '/ofrep/v1/evaluate/flags' || pathname === '/client/v1/values')
          seen.bulk.push(response.status());
        if (pathname !== '/ofrep/v1/stream') return;
        seen.streams.push(response.status());
        seen.streamUrl = response.url();
      });
    };
    return Object.assign(seen, await world.open(path, { origin, prepare }));
  };
  const openReady = async (parts = published) => {
    const opened = await open(parts);
    await expect.poll(() => read(opened)).toMatchObject({ plan: 'free', status: 'READY' });
    // Ours has its values and its stream by one request.
    await expect.poll(() => opened.streams).toEqual(parts === published ? [200] : []);
    return opened;
  };

  describe('through the provider of OFREP for the web, as it is published', () => {
    it('answers on a page of another origin, and follows a flip and a kill by its event stream', async () => {
      const opened = await openReady();
      expect(await read(opened)).toMatchObject({ cart: true, reason: 'STATIC', plan: 'free' });
      await world.flag('cart', 'off');
      await expect.poll(() => read(opened)).toMatchObject({ cart: false });
      await world.flag('cart', 'on');
      await expect.poll(() => read(opened)).toMatchObject({ cart: true });
      await world.flag('cart', 'kill');
      await expect.poll(() => read(opened)).toMatchObject({ cart: false });
      await world.flag('cart', 'restore');
      await expect.poll(() => read(opened)).toMatchObject({ cart: true, status: 'READY' });
      expect((await read(opened)).told).not.toContain('STALE');
    });

    it('gets what a changed attribute of the same targeting key comes to, and no 304', async () => {
      const opened = await openReady();
      await opened.page.getByRole('button').click();
      await expect.poll(() => read(opened)).toMatchObject({ plan: 'pro' });
      expect(opened.bulk).toEqual([200, 200]);
    });

    it('comes back by itself to a stream that broke off, and hears of what was flipped meanwhile', async () => {
      const opened = await openReady();
      line.cut();
      await expect.poll(() => read(opened)).toMatchObject({ status: 'STALE' });
      await world.flag('cart', 'off');
      line.mend();
      await expect.poll(() => read(opened), { timeout: 20_000 }).toMatchObject({ cart: false });
      expect(opened).toMatchObject({ streams: [200, 200], bulk: [200, 200] });
      await world.flag('cart', 'on');
      await expect.poll(() => read(opened)).toMatchObject({ cart: true });
    });

    it('is given a fresh address once that of its stream has expired', async () => {
      const opened = await openReady();
      clock.setAhead(TOKEN_LIFE_MS);
      await expect.poll(() => statusOf(opened.streamUrl)).toBe(401);
      line.cut();
      await expect.poll(() => read(opened)).toMatchObject({ status: 'STALE' });
      line.mend();
      await expect.poll(() => opened.streams, { timeout: 20_000 }).toEqual([200, 401, 200]);
      expect(opened.bulk).toEqual([200, 200]);
      await world.flag('cart', 'off');
      await expect.poll(() => read(opened)).toMatchObject({ cart: false });
      await world.flag('cart', 'on');
      await expect.poll(() => read(opened)).toMatchObject({ cart: true });
    });

    it('gets nothing on an origin that the key does not allow', async () => {
      const opened = await open(published, world.pages.elsewhere);
      await expect.poll(() => read(opened)).toMatchObject({ status: 'ERROR' });
      expect(await read(opened)).toMatchObject({ cart: false, reason: 'ERROR', plan: 'nobody knows' });
    });
  });

  describe('through our provider and OpenFeature’s SDK for React', () => {
    it('is drawn again by a kill, with no request of its own', async () => {
      const opened = await openReady(ours);
      expect(await read(opened)).toMatchObject({ cart: true, reason: 'STATIC' });
      await world.flag('cart', 'kill');
      await expect.poll(() => read(opened)).toMatchObject({ cart: false });
      expect(opened.bulk).toEqual([200]);
      await world.flag('cart', 'restore');
      await expect.poll(() => read(opened)).toMatchObject({ cart: true, status: 'READY' });
    });

    it('is drawn again when its context changes, with all flags of the new one', async () => {
      const opened = await openReady(ours);
      await opened.page.getByRole('button').click();
      await expect.poll(() => read(opened)).toMatchObject({ plan: 'pro', cart: true, status: 'READY' });
      expect(opened.bulk).toEqual([200, 200]);
    });
  });
});
