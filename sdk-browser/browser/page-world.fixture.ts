import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { hasBrowser, openBrowser } from '../../admin-ui/browser/open-browser.fixture.ts';
import { type Answer, type ServerProcess, startServer } from '../../server/journeys/server-process.fixture.ts';
import { PageOrigin } from './page-origin.fixture.ts';
import { type WatchedPage, watchPage } from './watch-page.fixture.ts';

/** A flag as the admin API takes it, and what it does in the environment of the pages. */
export interface PageFlag {
  key: string;
  type?: string;
  variants?: Record<string, unknown>;
  /** True unless said otherwise: a page sees no other. */
  clientVisible?: boolean;
  /** On, with `on` for everybody, unless given. */
  configuration?: Record<string, unknown>;
}

/** How a page is opened. */
export interface OpenAs {
  /** In whose window: pages of one share storage, as tabs do. A window of its own unless given. */
  context?: BrowserContext;
  /** The origin that its address names; `pages.url` unless given. */
  origin?: string;
  /** Done with the page before it goes anywhere. */
  prepare?(page: Page): Promise<unknown>;
}

/** One house, one origin for pages, and one browser, for all tests of a file. */
export interface PageWorld {
  server: ServerProcess;
  pages: PageOrigin;
  browser: Browser;
  /** Of the environment `production` of the project `p`; pages of `pages.url` may use it. */
  clientKey: string;
  serverKey: string;
  /** A call of the admin API below the environment; a refusal fails the test. */
  environment(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer['body']>;
  /** `on`, `off`, `serve`, `kill` or `restore` of a flag. */
  flag(key: string, verb: string, body?: Record<string, unknown>): Promise<Answer['body']>;
  addFlag(flag: PageFlag): Promise<void>;
  /** The key of another kind, or of other origins. */
  addKey(key: Record<string, unknown>): Promise<string>;
  /** Opens a page that was put on `pages`. It is watched, and closed when its test ends. */
  open(path: string, as?: OpenAs): Promise<WatchedPage>;
  /** A window of its own: storage that no other page has. Closed when its test ends. */
  newWindow(): Promise<BrowserContext>;
}

const ENVIRONMENT = '/projects/p/environments/production';
const ON_OFF = { on: true, off: false };
const ON_FOR_ALL = { state: 'on', offVariant: 'off', fallthrough: { variant: 'on' } };

/**
 * To be called once, at the top of a file: begins everything before its tests and ends it after them. What it answers
 * is filled before the first test. A page that broke its policy, or whose script threw, fails the test that opened it,
 * unless the test empties `faults` after having looked.
 */
export function usePageWorld(settings: Record<string, string> = {}): PageWorld {
  const world = {} as PageWorld;
  const open: WatchedPage[] = [];
  const windows: BrowserContext[] = [];
  fill(world, open, windows);
  // Without a browser its tests are skipped: nothing is begun for them.
  if (!hasBrowser) return world;
  beforeAll(async () => {
    const [server, pages, browser] = await Promise.all([
      startServer(settings),
      new PageOrigin().start(),
      openBrowser(),
    ]);
    pages.house = server.url;
    Object.assign(world, { server, pages, browser });
    await expectOk(server.api('POST', '/projects', { key: 'p', name: 'p' }));
    await expectOk(server.api('POST', '/projects/p/environments', { key: 'production', name: 'production' }));
    world.clientKey = await world.addKey({ kind: 'client', name: 'page', origins: [pages.url] });
    world.serverKey = await world.addKey({ kind: 'server', name: 'app' });
  });
  afterEach(async () => {
    const closed = open.splice(0);
    await Promise.all(windows.splice(0).map((window) => window.close()));
    expect(closed.flatMap(({ faults }) => faults)).toEqual([]);
  });
  afterAll(async () => {
    await world.browser?.close();
    await world.pages?.close();
    await world.server?.remove();
  });
  return world;
}

function fill(world: PageWorld, open: WatchedPage[], windows: BrowserContext[]): void {
  Object.assign(world, {
    environment: (method, path, body, headers = {}) =>
      expectOk(world.server.api(method, `${ENVIRONMENT}${path}`, body, { headers })),
    flag: (key, verb, body = {}) => world.environment('POST', `/flags/${key}/${verb}`, { reason: 'a test', ...body }),
    addFlag: async ({ key, type = 'boolean', variants = ON_OFF, clientVisible = true, configuration = ON_FOR_ALL }) => {
      await expectOk(world.server.api('POST', '/projects/p/flags', { key, type, variants, clientVisible }));
      await world.environment('PATCH', `/flags/${key}`, configuration);
    },
    addKey: async (key) => (await world.environment('POST', '/keys', key)).secret,
    newWindow: async () => {
      const window = await world.browser.newContext();
      windows.push(window);
      return window;
    },
    open: async (path, { context, origin = world.pages.url, prepare } = {}) => {
      const page = await (context ?? (await world.newWindow())).newPage();
      page.setDefaultTimeout(15_000);
      const watched = watchPage(page, world.server.url);
      open.push(watched);
      await prepare?.(page);
      await page.goto(`${origin}${path}`);
      return watched;
    },
  } satisfies Partial<PageWorld>);
}

async function expectOk(asked: Promise<Answer>): Promise<Answer['body']> {
  const { status, body } = await asked;
  if (status >= 300) throw new Error(`${status}: ${JSON.stringify(body)}`);
  return body;
}
