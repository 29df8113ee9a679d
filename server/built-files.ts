import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { basename, extname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Logger } from './platform/logger.ts';

/** What was built for browsers, and with what. */
export interface Build {
  /** How it is called in the log. */
  name: string;
  folder: string;
  /** A file of it that is there once it was built. */
  page: string;
  tool: string;
}

/** The folder above all rooms: compiled, this file lies one further down. */
export const REPOSITORY = join(import.meta.dirname, basename(import.meta.dirname) === 'dist' ? '../..' : '..');

/**
 * Builds what is missing, beside everything else: a clone that was installed without its scripts has no pages yet, and
 * nothing waits for them. Where the tools are missing too, the pages go on saying so.
 */
export function buildWhereMissing({ name, folder, page, tool }: Build, log: Pick<Logger, 'info' | 'warn'>): void {
  if (existsSync(join(folder, page)) || !existsSync(tool)) return;
  log.info({}, `building the ${name}`);
  const child = spawn(process.execPath, [...process.execArgv, tool], { stdio: 'ignore' });
  child.on('error', (error) => log.warn({ error }, `the ${name} could not be built`));
  child.on('exit', (code) => log.info({ code }, `the ${name} was built`));
  child.unref();
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.png': 'image/png',
};
const WORTH_PACKING = new Set(['.html', '.js', '.css', '.svg']);

/** A file as it is sent. */
export interface BuiltFile {
  type: string;
  plain: Buffer;
  packed: Buffer | undefined;
  modifiedMs: number;
}

/** The files of a build, each read and packed once; a build that was made since is noticed. */
export class BuiltFiles {
  readonly #folder: string;
  readonly #held = new Map<string, BuiltFile>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** `name` is a path in the folder; the caller has seen to it that it leads nowhere else. */
  async find(name: string): Promise<BuiltFile | undefined> {
    const path = join(this.#folder, name);
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

/** Sends a file, packed for whoever takes that. */
export function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  { type, plain, packed }: BuiltFile,
  headers: Record<string, string>,
): void {
  const body = packed !== undefined && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '') ? packed : plain;
  response.writeHead(200, {
    ...headers,
    'Content-Type': type,
    'Content-Length': body.length,
    Vary: 'Accept-Encoding',
    ...(body === packed ? { 'Content-Encoding': 'gzip' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** What every page is sent with. `policy` is its content security policy. */
export function pageHeaders(policy: string, secure: boolean): Record<string, string> {
  return {
    'Content-Security-Policy': policy,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
    ...(secure ? { 'Strict-Transport-Security': 'max-age=31536000' } : {}),
  };
}
