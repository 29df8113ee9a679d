import type { IncomingMessage, ServerResponse } from 'node:http';
import { HEADERS } from '@turnout/core';
import type { KeyPrincipal, Principal } from '../access/principal.ts';
import {
  callerAddress,
  callerNetwork,
  findCaller,
  type Gate,
  readBearer,
  refuseBrowser,
} from '../access/raw-caller.ts';
import type { Limits } from '../platform/admission.ts';
import type { Clock } from '../platform/clock.ts';
import { Problem } from '../platform/problem.ts';
import { answerPost, pathOf, type RawWatch } from '../platform/raw-answer.ts';
import { readRawJson } from '../platform/raw-body.ts';
import { CONTEXT_ERROR, ContextRefusal } from './context-refusal.ts';
import { KnownOrigins, originAllowed } from './cross-origin.ts';
import { RequestRate } from './request-rate.ts';

export interface PageDoorParts extends RawWatch {
  gate: Gate;
  clock: Clock;
  limits: Pick<Limits, 'CLIENT_REQUESTS'>;
}

/** What pages send to one path. */
export interface PageRoute {
  path: string;
  /** How it is called in a problem: `A report`, and several of them `Reports`. */
  one: string;
  many: string;
  /** Where apps go instead. */
  forApps: string;
}

/** Pages of several keys may stand behind one address. */
const KEYS_OF_AN_ADDRESS = 4;
const MOST_BYTES = 65_536;
/** A post of text goes out without a preflight, and some browsers name no type. */
const TYPES = new Set(['', 'text/plain', 'application/json']);
const ALWAYS = { 'Cache-Control': 'private, no-cache', Vary: 'Authorization, X-API-Key, Origin' };

/**
 * The way in for what pages send to a path of their own: JSON as text with a client key in it, for a beacon can put it
 * nowhere else and a header would cost a preflight. The key is in every page, so a hostile one is the normal case.
 */
export class PageDoor {
  readonly #parts: PageDoorParts;
  readonly #route: PageRoute;
  readonly #origins: KnownOrigins;
  /** A budget of its own for each path: none takes anything from another. */
  readonly #rate: RequestRate;
  /** The key stands in the body, so that much is read of an address before anybody knows whose it is. */
  readonly #arrivals: RequestRate;

  constructor(parts: PageDoorParts, route: PageRoute) {
    this.#parts = parts;
    this.#route = route;
    this.#origins = new KnownOrigins(() => parts.gate.list.listOrigins(), parts.clock);
    this.#rate = new RequestRate(parts.limits.CLIENT_REQUESTS);
    this.#arrivals = new RequestRate(parts.limits.CLIENT_REQUESTS * KEYS_OF_AN_ADDRESS);
  }

  /** Takes a request if it is one for the path; `take` answers it, and says with which status. */
  handle(request: IncomingMessage, response: ServerResponse, take: () => Promise<number>): boolean {
    if (pathOf(request) !== this.#route.path) return false;
    const answer = async () => {
      if (request.method !== 'OPTIONS') return take();
      response.writeHead(204, { ...ALWAYS, ...this.#origins.preflightHeaders(request.headers.origin) }).end();
      return 204;
    };
    const more = (error: unknown) => this.#problemHeaders(request, error);
    void answerPost(this.#parts, this.#route.path, [request, response], answer, more);
    return true;
  }

  /** What lets the page read an answer. */
  headers({ headers }: IncomingMessage): Record<string, string> {
    return { ...ALWAYS, ...this.#origins.answerHeaders(headers.origin) };
  }

  /** The client key of who sends, from a page that may use it and not too often, and what they sent. Throws a problem. */
  async read(request: IncomingMessage): Promise<{ key: KeyPrincipal; body: unknown }> {
    const { gate, clock } = this.#parts;
    const { one, many } = this.#route;
    if (request.method !== 'POST') throw new Problem('method_not_allowed', `${many} are sent with POST.`);
    const [type = ''] = (request.headers['content-type'] ?? '').split(';');
    if (!TYPES.has(type.trim().toLowerCase())) {
      throw new Problem('bad_media_type', 'Send JSON as text/plain or application/json.');
    }
    if (!this.#arrivals.admit(callerNetwork(request, gate.trustProxy), clock.monotonic())) throw this.#tooMany();
    const body = await readRawJson(request, { what: one, mostBytes: MOST_BYTES });
    const secret = readBearer(request.headers) ?? textOf(body, 'key');
    if (secret === undefined) {
      throw new Problem('unauthorized', 'Send a client key: as `key` in the body, or as Authorization: Bearer.');
    }
    return { key: this.#admit(await findCaller(gate, request, secret), request, body), body };
  }

  #admit(found: Principal, request: IncomingMessage, body: unknown): KeyPrincipal {
    const { gate, clock } = this.#parts;
    const { path, forApps } = this.#route;
    const route = `POST ${path}`;
    if (found.kind !== 'key' || found.keyKind !== 'client') {
      refuseBrowser(gate, found, request, route);
      gate.events.note(found, 'access.denied', route);
      throw new Problem('forbidden', `This is for client keys. ${forApps}`);
    }
    const { origin } = request.headers;
    if (origin !== undefined && !originAllowed(origin, found.origins)) {
      throw new Problem('forbidden', 'This client key is not for pages of this origin; add it to the key’s origins.');
    }
    if (!this.#rate.admit(`${found.id} ${callerNetwork(request, gate.trustProxy)}`, clock.monotonic())) {
      throw this.#tooMany();
    }
    // A page cannot name its SDK by User-Agent, which says what browser it is.
    const sdk = request.headers[HEADERS.sdk]?.toString() ?? textOf(body, 'sdk') ?? request.headers['user-agent'];
    gate.used.note(found, callerAddress(request, gate.trustProxy), sdk);
    return found;
  }

  #tooMany(): Problem {
    const detail = `Too many ${this.#route.many.toLowerCase()} from this address; send it later.`;
    return new Problem('too_many', detail, { retryAfterSeconds: 1 });
  }

  #problemHeaders({ method, headers }: IncomingMessage, error: unknown): Record<string, string> {
    return {
      ...this.#origins.answerHeaders(headers.origin),
      ...(error instanceof ContextRefusal ? { [CONTEXT_ERROR]: error.fault } : {}),
      ...(method === 'POST' ? {} : { Allow: 'POST, OPTIONS' }),
    };
  }
}

/** A text of a body, before anything else in it is looked at. */
function textOf(body: unknown, name: 'key' | 'sdk'): string | undefined {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return undefined;
  const { [name]: text } = body as Record<typeof name, unknown>;
  return typeof text === 'string' && text !== '' ? text : undefined;
}
