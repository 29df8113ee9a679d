import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { type Build, BuiltFiles, pageHeaders, REPOSITORY, sendFile } from './built-files.ts';
import type { Taker } from './front-door.ts';
import { pathOf, sendProblem } from './platform/raw-answer.ts';

/** Where `npm run build -w admin-ui` puts what browsers are given. */
export const BUILT_ADMIN_UI: Build = {
  name: 'screen',
  folder: join(REPOSITORY, 'admin-ui', 'dist', 'site'),
  page: 'index.html',
  tool: join(REPOSITORY, 'admin-ui', 'build.ts'),
};

/** Everything else that is answered here is no page. */
const NOT_PAGES = ['/api', '/ofrep', '/sdk', '/livez', '/readyz', '/metrics'];

/**
 * What a page may do: its own scripts, styles, fonts and requests, and nothing of anybody else's. Components set style
 * attributes and fetch icons from `data:` addresses.
 */
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; " +
  "font-src 'self'; connect-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

export interface AdminUiParts {
  folder: string;
  /** True where the server is reached over https: its pages then say so to browsers. */
  secure: boolean;
  /** Told of what should not happen. */
  onError(error: unknown): void;
}

/** Serves the control room: files with a name of their own for good, and one page for every address of a page. */
export class AdminUi implements Taker {
  readonly #parts: AdminUiParts;
  readonly #files: BuiltFiles;
  readonly #headers: Record<string, string>;

  constructor(parts: AdminUiParts) {
    this.#parts = parts;
    this.#files = new BuiltFiles(parts.folder);
    this.#headers = pageHeaders(PAGE_POLICY, parts.secure);
  }

  handle(request: IncomingMessage, response: ServerResponse): boolean {
    if (request.method !== 'GET' && request.method !== 'HEAD') return false;
    const path = pathOf(request);
    if (NOT_PAGES.some((prefix) => path === prefix || path.startsWith(`${prefix}/`))) return false;
    const name = fileOf(path);
    // A tag or a key in the address of a page may end as the name of a file does.
    const page = name === undefined || extname(name) === '' || name.startsWith('p/');
    // A program that asks for what is not there is told so in its own words.
    if (page && !request.headers.accept?.includes('text/html')) return false;
    this.#answer(request, response, page ? 'index.html' : name).catch((error: unknown) => {
      this.#parts.onError(error);
      sendProblem(response, error);
    });
    return true;
  }

  /** Whoever asks for a page is given the one page there is: what it shows is its own business. */
  async #answer(request: IncomingMessage, response: ServerResponse, name: string): Promise<void> {
    const file = await this.#files.find(name);
    if (file === undefined) {
      const page = name === 'index.html';
      this.#answerText(response, page ? 503 : 404, page ? NOT_BUILT : 'There is no such file.');
      return;
    }
    const caching = name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
    sendFile(request, response, file, { ...this.#headers, 'Cache-Control': caching });
  }

  #answerText(response: ServerResponse, status: number, text: string): void {
    const wait = status === 503 ? { 'Retry-After': '3', Refresh: '3' } : {};
    response.writeHead(status, { ...this.#headers, 'Content-Type': 'text/plain; charset=utf-8', ...wait });
    response.end(`${text}\n`);
  }
}

const NOT_BUILT = 'The screen is being built. Load this page again in a few seconds. The API answers meanwhile.';

/** The file that a path names; undefined for one that leads out of the folder, or that nobody could have written. */
function fileOf(path: string): string | undefined {
  if (path.includes('\0') || path.includes('%') || path.includes('\\')) return undefined;
  const name = normalize(path.slice(1));
  return name === '.' || name.startsWith('..') || name.startsWith(sep) ? undefined : name;
}
