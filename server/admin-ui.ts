import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { basename, extname, join, normalize, sep } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Taker } from './front-door.ts';
import type { Logger } from './platform/logger.ts';
import { pathOf, sendProblem } from './platform/raw-answer.ts';

/** Where `npm run build -w admin-ui` puts what browsers are given. */
export const BUILT_ADMIN_UI = join(serverRoom(), '..', 'admin-ui', 'dist', 'site');

/** The folder of this room: compiled, this file lies one further down. */
function serverRoom(): string {
  const here = import.meta.dirname;
  return basename(here) === 'dist' ? join(here, '..') : here;
}

/**
 * Builds what is missing, beside everything else: a clone that was installed without its scripts has no screen yet, and
 * nothing waits for it. Where the tools are missing too, the page goes on saying so.
 */
export function buildWhereMissing(log: Pick<Logger, 'info' | 'warn'>): void {
  const tool = join(BUILT_ADMIN_UI, '..', '..', 'build.ts');
  if (existsSync(join(BUILT_ADMIN_UI, 'index.html')) || !existsSync(tool)) return;
  log.info({}, 'building the screen');
  const child = spawn(process.execPath, [...process.execArgv, tool], { stdio: 'ignore' });
  child.on('error', (error) => log.warn({ error }, 'the screen could not be built'));
  child.on('exit', (code) => log.info({ code }, 'the screen was built'));
  child.unref();
}

/** Everything else that is answered here is no page. */
const NOT_PAGES = ['/api', '/ofrep', '/sdk', '/livez', '/readyz', '/metrics'];

/**
 * What a page may do: its own scripts, styles, fonts and requests, and nothing of anybody else's. Components set style
 * attributes and fetch icons from `data:` addresses.
 */
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; " +
  "font-src 'self'; connect-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.png': 'image/png',
};
const WORTH_PACKING = new Set(['.html', '.js', '.css', '.svg']);

interface Held {
  type: string;
  plain: Buffer;
  packed: Buffer | undefined;
  modifiedMs: number;
}

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
  readonly #held = new Map<string, Held>();

  constructor(parts: AdminUiParts) {
    this.#parts = parts;
  }

  handle(request: IncomingMessage, response: ServerResponse): boolean {
    if (request.method !== 'GET' && request.method !== 'HEAD') return false;
    const path = pathOf(request);
    if (NOT_PAGES.some((prefix) => path === prefix || path.startsWith(`${prefix}/`))) return false;
    const name = fileOf(path);
    const page = name === undefined || extname(name) === '';
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
    const held = await this.#find(name);
    if (held === undefined) {
      const page = name === 'index.html';
      answerText(response, page ? 503 : 404, page ? NOT_BUILT : 'There is no such file.');
      return;
    }
    const packed = held.packed !== undefined && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    const body = packed ? (held.packed as Buffer) : held.plain;
    response.writeHead(200, {
      ...SAFE_HEADERS,
      ...(this.#parts.secure ? { 'Strict-Transport-Security': 'max-age=31536000' } : {}),
      'Content-Type': held.type,
      'Content-Length': body.length,
      Vary: 'Accept-Encoding',
      ...(packed ? { 'Content-Encoding': 'gzip' } : {}),
      'Cache-Control': name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  }

  /** Read and packed once; a build that was made since is noticed. */
  async #find(name: string): Promise<Held | undefined> {
    const path = join(this.#parts.folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined || !found.isFile()) return undefined;
    const known = this.#held.get(name);
    if (known?.modifiedMs === found.mtimeMs) return known;
    const plain = await readFile(path);
    const extension = extname(name);
    const packed = WORTH_PACKING.has(extension) ? await promisify(gzip)(plain, { level: 9 }) : undefined;
    const type = TYPES[extension] ?? 'application/octet-stream';
    const held = { type, plain, packed, modifiedMs: found.mtimeMs };
    this.#held.set(name, held);
    return held;
  }
}

const SAFE_HEADERS = {
  'Content-Security-Policy': PAGE_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
};

const NOT_BUILT = 'The screen is being built. Load this page again in a few seconds. The API answers meanwhile.';

/** The file that a path names; undefined for one that leads out of the folder, or that nobody could have written. */
function fileOf(path: string): string | undefined {
  if (path.includes('\0') || path.includes('%') || path.includes('\\')) return undefined;
  const name = normalize(path.slice(1));
  return name === '.' || name.startsWith('..') || name.startsWith(sep) ? undefined : name;
}

function answerText(response: ServerResponse, status: number, text: string): void {
  const wait = status === 503 ? { 'Retry-After': '3', Refresh: '3' } : {};
  response.writeHead(status, { ...SAFE_HEADERS, 'Content-Type': 'text/plain; charset=utf-8', ...wait });
  response.end(`${text}\n`);
}
