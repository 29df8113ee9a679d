import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a page is made of. Nothing in it is a script but the one that it names. */
export interface PageParts {
  /** The text of its script; none for a page that does nothing. */
  script?: string;
  /** What its script finds as JSON in `#given`. */
  given?: unknown;
  /** What stands in its body, before the script runs. */
  body?: string;
}

/**
 * Where the pages of a test lie: an origin of their own, as that of a site whose flags are served from elsewhere. It is
 * as strict as sites are: its own scripts, requests to the house, and nothing else.
 */
export class PageOrigin {
  /** Whom pages may ask. Set it before the first page is opened. */
  house = '';
  readonly #files = new Map<string, { type: string; text: string }>();
  readonly #server = http.createServer((request, response) => {
    const file = this.#files.get(new URL(request.url ?? '/', 'http://page').pathname);
    response.writeHead(file === undefined ? 404 : 200, {
      'content-type': file?.type ?? 'text/plain',
      'content-security-policy': policyOf(this.house),
      'cache-control': 'no-store',
    });
    response.end(file?.text);
  });

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    // Browsers ask every new origin for one.
    this.#files.set('/favicon.ico', { type: 'image/x-icon', text: '' });
    return this;
  }

  /** As pages see it, and as a key must allow it. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The same pages below another origin, which no key allows unless a test says so. */
  get elsewhere(): string {
    return `http://localhost:${this.#port}`;
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Lays a page down; answers its path. */
  put({ script = '', given, body = '' }: PageParts): string {
    const path = `/${this.#files.size}`;
    this.#files.set(`${path}.js`, { type: 'text/javascript', text: script });
    this.#files.set(path, {
      type: 'text/html; charset=utf-8',
      text:
        `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>page</title>` +
        `<script type="application/json" id="given">${JSON.stringify(given ?? null).replaceAll('<', '\\u003c')}</script>` +
        `</head><body>${body}<script type="module" src="${path}.js"></script></body></html>`,
    });
    return path;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function policyOf(house: string): string {
  return (
    `default-src 'none'; script-src 'self'; connect-src ${house}; img-src 'self'; base-uri 'none'; form-action 'none'; ` +
    "require-trusted-types-for 'script'; trusted-types 'none'"
  );
}
