import type { IncomingMessage, ServerResponse } from 'node:http';
import { HEADERS } from '@turnout/core';
import { Problem } from '../platform/problem.ts';
import { answerPost, pathOf, type RawWatch } from '../platform/raw-answer.ts';
import type { KeyPrincipal } from './principal.ts';
import { callerAddress, findCaller, type Gate, readBearer, requireServerKey } from './raw-caller.ts';

export interface RawPostParts extends RawWatch {
  gate: Gate;
}

/** What apps send to one path. */
export interface RawPostRoute {
  path: string;
  /** How it is called in a problem, such as `Receipts`. */
  what: string;
  /** What it is answered with once it is taken. */
  status: number;
  /** What it gives is the JSON to answer with; nothing where there is none to tell. */
  take(key: KeyPrincipal, request: IncomingMessage): Promise<string | undefined> | Promise<void>;
}

/** Takes what apps send with a server key, on Node's raw requests. */
export class RawPost {
  readonly #parts: RawPostParts;
  readonly #route: RawPostRoute;

  constructor(parts: RawPostParts, route: RawPostRoute) {
    this.#parts = parts;
    this.#route = route;
  }

  /** Takes a request if it is one for this path; false leaves it to whoever comes next. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    if (pathOf(request) !== this.#route.path) return false;
    void answerPost(this.#parts, this.#route.path, [request, response], () => this.#answer(request, response));
    return true;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<number> {
    const { status } = this.#route;
    const body = await this.#take(request);
    if (!response.destroyed) response.writeHead(status, headersOf(body)).end(body);
    return status;
  }

  async #take(request: IncomingMessage): Promise<string | undefined> {
    const { gate } = this.#parts;
    const { path, what, take } = this.#route;
    if (request.method !== 'POST') throw new Problem('method_not_allowed', `${what} are sent with POST.`);
    const secret = readBearer(request.headers);
    if (secret === undefined) throw new Problem('unauthorized', 'Send Authorization: Bearer <server key>.');
    const key = requireServerKey(gate, await findCaller(gate, request, secret), request, `POST ${path}`);
    gate.used.note(key, callerAddress(request, gate.trustProxy), request.headers[HEADERS.sdk]?.toString());
    return (await take(key, request)) ?? undefined;
  }
}

function headersOf(body: string | undefined): Record<string, string | number> {
  const always = { 'Cache-Control': 'private, no-cache' };
  if (body === undefined) return always;
  return { ...always, 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
}
