import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isOfrep, readCall } from './evaluation/call.ts';
import { Problem } from './platform/problem.ts';
import { pathOf, sendProblem } from './platform/raw-answer.ts';

/** Takes a raw request if it is its own; false leaves it to whoever comes next. */
export interface Taker {
  handle(request: IncomingMessage, response: ServerResponse): boolean;
}

/** What an open house answers with: the takers of raw requests in order, then everything else. */
export interface Open {
  takers: readonly Taker[];
  rest(request: IncomingMessage, response: ServerResponse): unknown;
}

/** How long a sender may take. */
export interface Patience {
  headMs: number;
  requestMs: number;
}

/** Slow senders are cut off: the head must be there after 10 s, and the whole request after 30 s. */
const PATIENCE: Patience = { headMs: 10_000, requestMs: 30_000 };
/** Node looks for them this often; left to itself, only every 30 s. */
const LOOK_EVERY_MS = 1_000;
/** Longer than the 60 s that balancers keep an idle connection, so that none reuses one that was just closed. */
const KEEP_ALIVE_MS = 65_000;
const IDLE_LOOK_MS = 50;

/**
 * The port. It listens before anything slow happens and then says 503 until the house is open, so that whoever starts
 * it sees at once where it is and that it is not ready. There is no `upgrade` listener: Java's clients ask for h2c on
 * every first request, and without a listener Node answers them as if they had not.
 */
export class FrontDoor {
  readonly #server: Server;
  #open: Open | undefined;
  #draining = false;

  constructor({ headMs, requestMs }: Patience = PATIENCE) {
    this.#server = createServer(
      {
        ...{ headersTimeout: headMs, requestTimeout: requestMs, keepAliveTimeout: KEEP_ALIVE_MS },
        connectionsCheckingInterval: Math.min(LOOK_EVERY_MS, headMs),
      },
      (request, response) => this.#take(request, response),
    );
  }

  /** Resolves with the address, as somebody on this machine would write it. */
  async listen(port: number, host: string): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    return addressOf(this.#server.address() as AddressInfo);
  }

  /** From now on requests are answered by the house. */
  open(open: Open): void {
    this.#open = open;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** Answers go on, but each one ends its connection, so that callers turn to other nodes. */
  drain(): void {
    this.#draining = true;
  }

  /** Takes no new connection, lets running requests finish, and cuts what is still there after `mostMs`. */
  async close(mostMs: number): Promise<void> {
    this.drain();
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    // A connection is idle only when its last answer is out.
    const idle = setInterval(() => this.#server.closeIdleConnections(), IDLE_LOOK_MS);
    const cut = setTimeout(() => this.#server.closeAllConnections(), mostMs);
    await closed;
    clearInterval(idle);
    clearTimeout(cut);
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    if (this.#draining) response.shouldKeepAlive = false;
    if (this.#open === undefined) {
      answerStarting(request, response);
      return;
    }
    for (const taker of this.#open.takers) if (taker.handle(request, response)) return;
    this.#open.rest(request, response);
  }
}

function addressOf({ address, family, port }: AddressInfo): string {
  const everywhere = address === '0.0.0.0' || address === '::';
  const host = everywhere ? '127.0.0.1' : family === 'IPv6' ? `[${address}]` : address;
  return `http://${host}:${port}`;
}

/** Alive, not ready, and for every caller in the words of the protocol that it speaks. */
function answerStarting(request: IncomingMessage, response: ServerResponse): void {
  const path = pathOf(request);
  if (path === '/livez') answer(response, 200, { status: 'alive' });
  else if (path === '/readyz') answer(response, 503, { status: 'starting', degraded: [] });
  else if (isOfrep(request.url ?? '')) {
    const call = readCall(request.url ?? '');
    const key = call.kind === 'one' ? call.key : '';
    answer(response, 503, { key, errorCode: 'GENERAL', errorDetails: NOT_YET });
  } else sendProblem(response, new Problem('unavailable', NOT_YET, { retryAfterSeconds: 1 }));
}

const NOT_YET = 'This node is starting. Ask again in a second.';

function answer(response: ServerResponse, status: number, body: object): void {
  const wait = status === 503 ? { 'Retry-After': '1' } : {};
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...wait });
  response.end(JSON.stringify(body));
}
