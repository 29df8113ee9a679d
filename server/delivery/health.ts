import type { IncomingMessage, ServerResponse } from 'node:http';
import { pathOf } from '../platform/raw-answer.ts';

/** A part of the node that is not as it should be: its name, and why, in words that tell no address. */
export interface DegradedPart {
  part: string;
  why: string;
}

export interface HealthParts {
  /** True while this node can serve rulesets: from memory, or from a database that answers. */
  canServe(): boolean;
  /** What is wrong at this moment, such as `{part: 'database', why: 'no answer for 12 s'}`; empty when nothing is. */
  degraded(): DegradedPart[];
  onAnswer(route: string, status: number, tookMs: number): void;
}

/**
 * `/livez` and `/readyz`, on raw requests and under no limit. Being alive depends on nothing outside. A node is ready
 * while it can serve, however much of the rest is down: otherwise one failing database would take every node out of
 * rotation, and with them the flags that they still hold.
 */
export class Health {
  readonly #parts: HealthParts;
  #draining = false;

  constructor(parts: HealthParts) {
    this.#parts = parts;
  }

  /** From now on this node says that nobody should come to it any more. */
  drain(): void {
    this.#draining = true;
  }

  /** Takes a request if it asks for the health of this node. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const path = pathOf(request);
    if (path !== '/livez' && path !== '/readyz') return false;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      this.#send(response, path, 405, { status: 'method not allowed' });
    } else if (path === '/livez') this.#send(response, path, 200, { status: 'alive' });
    else this.#sendReady(response);
    return true;
  }

  #sendReady(response: ServerResponse): void {
    const degraded = this.#parts.degraded();
    if (this.#draining) this.#send(response, '/readyz', 503, { status: 'draining', degraded });
    else if (!this.#parts.canServe()) this.#send(response, '/readyz', 503, { status: 'no ruleset', degraded });
    else this.#send(response, '/readyz', 200, { status: 'ready', degraded });
  }

  #send(response: ServerResponse, route: string, status: number, body: object): void {
    response.writeHead(status, {
      'Content-Type': 'application/json',
      'Cache-Control': 'no-store',
      ...(status === 405 ? { Allow: 'GET, HEAD' } : {}),
      ...(status === 503 ? { 'Retry-After': '1' } : {}),
    });
    response.end(JSON.stringify(body));
    this.#parts.onAnswer(route, status, 0);
  }
}
