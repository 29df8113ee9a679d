import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Bootstrap, Context } from '@turnout/core';
import { type Build, BuiltFiles, pageHeaders, REPOSITORY, sendFile } from './built-files.ts';
import { shopper } from './demo-shoppers.ts';
import type { Taker } from './front-door.ts';
import { pathOf, sendProblem } from './platform/raw-answer.ts';

/** Where `sdk-browser/demo/build.ts` puts the shop, with the client for browsers inside. */
export const BUILT_DEMO_SHOP: Build = {
  name: 'shop of the demo',
  folder: join(REPOSITORY, 'sdk-browser', 'dist', 'demo-shop'),
  page: 'shop.html',
  tool: join(REPOSITORY, 'sdk-browser', 'demo', 'build.ts'),
};

export const SHOP = '/demo/shop';
const FILES: Record<string, string> = { [`${SHOP}/shop.js`]: 'shop.js', [`${SHOP}/shop.css`]: 'shop.css' };

/** Its own script and style, and requests to where it came from. The block of JSON in it is data and never runs. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'none'; " +
  "frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/** Who may look at the shop: people of the demo, chosen so that each sees something else. */
const PEOPLE = [
  { n: 31, name: 'Mila', note: 'an enterprise in Switzerland, with the newest app' },
  { n: 42, name: 'Jan', note: 'a beta tester in the Netherlands' },
  { n: 160, name: 'Nora', note: 'one of our own, in Germany' },
  { n: 44, name: 'Sam', note: 'a customer in the United States' },
];
const NOBODY = 'nobody';

interface Visitor {
  id: string;
  name: string;
  note: string;
  context: Context;
}

/** Whoever has not signed in is known by a cookie, and keeps their variants. */
const COOKIE = 'turnout-shop-visitor';
const KEPT_SECONDS = 2_592_000;
const TEXT = { 'Content-Type': 'text/plain; charset=utf-8' };

/** The environment whose flags the shop follows, and the client key with which its page asks for them. */
export interface ShopPlace {
  key: string;
  projectId: number;
  environmentId: number;
}

export interface DemoShopParts {
  folder: string;
  /** True where the server is reached over https. */
  secure: boolean;
  /** Undefined where somebody has removed the demo. */
  findPlace(): ShopPlace | undefined;
  evaluate(place: ShopPlace, context: Context): Promise<Bootstrap>;
  onError(error: unknown): void;
}

/**
 * The shop of the demo: a page without a framework that follows flags while one looks. The values of its visitor are in
 * the page as it is sent, so that it is drawn once.
 */
export class DemoShop implements Taker {
  readonly #parts: DemoShopParts;
  readonly #files: BuiltFiles;
  readonly #headers: Record<string, string>;

  constructor(parts: DemoShopParts) {
    this.#parts = parts;
    this.#files = new BuiltFiles(parts.folder);
    this.#headers = pageHeaders(POLICY, parts.secure);
  }

  handle(request: IncomingMessage, response: ServerResponse): boolean {
    if (request.method !== 'GET' && request.method !== 'HEAD') return false;
    const path = pathOf(request);
    const file = Object.hasOwn(FILES, path) ? FILES[path] : undefined;
    if (path !== SHOP && file === undefined) return false;
    const answered = file === undefined ? this.#sendPage(request, response) : this.#sendFile(request, response, file);
    answered.catch((error: unknown) => {
      this.#parts.onError(error);
      sendProblem(response, error);
    });
    return true;
  }

  async #sendFile(request: IncomingMessage, response: ServerResponse, name: string): Promise<void> {
    const file = await this.#files.find(name);
    if (file !== undefined) sendFile(request, response, file, { ...this.#headers, 'Cache-Control': 'no-cache' });
    else response.writeHead(404, { ...this.#headers, ...TEXT }).end('The shop is not built yet.\n');
  }

  async #sendPage(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const place = this.#parts.findPlace();
    const page = await this.#files.find('shop.html');
    if (place === undefined) {
      response.writeHead(404, { ...this.#headers, ...TEXT }).end('The demo was removed, and its shop with it.\n');
      return;
    }
    if (page === undefined) {
      const wait = { ...TEXT, 'Retry-After': '3', Refresh: '3' };
      response.writeHead(503, { ...this.#headers, ...wait }).end('The shop is being built. Wait a few seconds.\n');
      return;
    }
    const known = readCookie(request);
    const anonymous = known ?? `anonymous-${randomBytes(8).toString('hex')}`;
    const { key } = place;
    const { visitors, visitor } = findVisitors(request, anonymous);
    const bootstrap = await this.#parts.evaluate(place, visitor.context);
    const html = fill(page.plain.toString('utf8'), { key, visitor: visitor.id, visitors, bootstrap });
    response.writeHead(200, {
      ...this.#headers,
      ...(known === undefined ? { 'Set-Cookie': this.#writeCookie(anonymous) } : {}),
      'Content-Type': page.type,
      'Cache-Control': 'private, no-store',
    });
    response.end(request.method === 'HEAD' ? undefined : html);
  }

  #writeCookie(visitor: string): string {
    const secure = this.#parts.secure ? '; Secure' : '';
    return `${COOKIE}=${visitor}; Max-Age=${KEPT_SECONDS}; HttpOnly; SameSite=Lax${secure}`;
  }
}

function findVisitors(request: IncomingMessage, anonymous: string): { visitors: Visitor[]; visitor: Visitor } {
  const somebody = {
    id: NOBODY,
    name: 'Nobody signed in',
    note: 'known by a cookie',
    context: { targetingKey: anonymous },
  };
  const people = PEOPLE.map(({ n, name, note }) => ({ id: name.toLowerCase(), name, note, context: shopper(n) }));
  const asked = new URL(request.url ?? '', 'http://shop').searchParams.get('visitor');
  return { visitors: [somebody, ...people], visitor: people.find(({ id }) => id === asked) ?? somebody };
}

function readCookie({ headers }: IncomingMessage): string | undefined {
  const cookies = (headers.cookie ?? '').split(';').map((one) => one.trim().split('='));
  const [, value] = cookies.find(([name]) => name === COOKIE) ?? [];
  return value !== undefined && /^anonymous-[0-9a-f]{16}$/.test(value) ? value : undefined;
}

/** Data of a page is text from elsewhere: a `<` in it could end the block and begin markup. JSON has another word for it. */
function fill(html: string, data: object): string {
  const json = JSON.stringify(data).replaceAll('<', '\\u003c');
  return html.replace('id="sent">null<', () => `id="sent">${json}<`);
}
