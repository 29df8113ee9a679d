import type { IncomingMessage, ServerResponse } from 'node:http';
import { HEADERS } from '@turnout/core';
import type { Clock } from '../platform/clock.ts';
import { Problem } from '../platform/problem.ts';
import { pathOf, sendProblem } from '../platform/raw-answer.ts';
import type { KeyPrincipal } from './principal.ts';
import { callerAddress, findCaller, type Gate, readBearer, requireServerKey } from './raw-caller.ts';

export interface RawPostParts {
  gate: Gate;
  clock: Clock;
  /** Told of what should not happen; the caller gets a 500 that says nothing of it. */
  onError(error: unknown): void;
  /** Told of each answer, for metrics. The route is a pattern, never an address. */
  onAnswer(route: string, status: number, tookMs: number): void;
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
    void this.#answer(request, response);
    return true;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { clock, onAnswer, onError } = this.#parts;
    const begun = clock.monotonic();
    let { status } = this.#route;
    try {
      const body = await this.#take(request);
      if (!response.destroyed) response.writeHead(status, headersOf(body)).end(body);
    } catch (error) {
      const problem = sendProblem(response, error, {
        ...(request.method === 'POST' ? {} : { Allow: 'POST' }),
        // What was not read of a body must not be taken for the next request.
        ...(request.complete ? {} : { Connection: 'close' }),
      });
      status = problem.status;
      if (status === 500) onError(error);
    }
    onAnswer(this.#route.path, status, clock.monotonic() - begun);
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
