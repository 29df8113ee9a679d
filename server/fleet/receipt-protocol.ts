import type { IncomingMessage, ServerResponse } from 'node:http';
import { HEADERS } from '@turnout/core';
import { rightsOf } from '../access/permissions.ts';
import type { KeyPrincipal, Principal } from '../access/principal.ts';
import { callerAddress, findCaller, type Gate, readBearer, refuseBrowser } from '../access/raw-caller.ts';
import { readNames } from '../delivery/stream-watcher.ts';
import type { Clock } from '../platform/clock.ts';
import { DEPTH_LIMIT } from '../platform/json-body.ts';
import { isTooDeep } from '../platform/json-depth.ts';
import { Problem } from '../platform/problem.ts';
import { pathOf, sendProblem } from '../platform/raw-answer.ts';
import type { Instances } from './instances.ts';
import { readReceipt } from './read-receipt.ts';

export interface ReceiptProtocolParts {
  gate: Gate;
  instances: Pick<Instances, 'receive'>;
  clock: Clock;
  /** Told of what should not happen; the caller gets a 500 that says nothing of it. */
  onError(error: unknown): void;
  /** Told of each answer, for metrics. The route is a pattern, never an address. */
  onAnswer(route: string, status: number, tookMs: number): void;
}

const RECEIPTS = '/sdk/v1/receipts';
const MOST_BYTES = 65_536;

/** `POST /sdk/v1/receipts`, on Node's raw requests: every app sends one at every flip. */
export class ReceiptProtocol {
  readonly #parts: ReceiptProtocolParts;

  constructor(parts: ReceiptProtocolParts) {
    this.#parts = parts;
  }

  /** Takes a request if it brings a receipt; false leaves it to whoever comes next. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    if (pathOf(request) !== RECEIPTS) return false;
    void this.#answer(request, response);
    return true;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { clock, onAnswer, onError } = this.#parts;
    const begun = clock.monotonic();
    let status = 204;
    try {
      await this.#take(request);
      if (!response.destroyed) response.writeHead(status, { 'Cache-Control': 'private, no-cache' }).end();
    } catch (error) {
      const problem = sendProblem(response, error, {
        ...(request.method === 'POST' ? {} : { Allow: 'POST' }),
        // What was not read of a body must not be taken for the next request.
        ...(request.complete ? {} : { Connection: 'close' }),
      });
      status = problem.status;
      if (status === 500) onError(error);
    }
    onAnswer(RECEIPTS, status, clock.monotonic() - begun);
  }

  async #take(request: IncomingMessage): Promise<void> {
    const { gate, instances } = this.#parts;
    if (request.method !== 'POST') throw new Problem('method_not_allowed', 'Receipts are sent with POST.');
    const secret = readBearer(request.headers);
    if (secret === undefined) throw new Problem('unauthorized', 'Send Authorization: Bearer <server key>.');
    const key = this.#checkKey(await findCaller(gate, request, secret), request);
    gate.used.note(key, callerAddress(request, gate.trustProxy), request.headers[HEADERS.sdk]?.toString());
    const receipt = readReceipt(await readBody(request));
    instances.receive(key, readNames(request), request.headers[HEADERS.receipt]?.toString() ?? '', receipt);
  }

  #checkKey(caller: Principal, request: IncomingMessage): KeyPrincipal {
    const { gate } = this.#parts;
    if (caller.kind !== 'key' || !rightsOf(caller).has('ruleset')) {
      gate.events.note(caller, 'access.denied', `POST ${RECEIPTS}`);
      throw new Problem('forbidden', 'This needs the right "ruleset" (server keys have it).');
    }
    refuseBrowser(gate, caller, request, `POST ${RECEIPTS}`);
    return caller;
  }
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const coding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (coding !== 'identity') throw new Problem('bad_media_type', 'Send the body as it is, without Content-Encoding.');
  const tooLarge = () => new Problem('too_large', `A receipt may have ${MOST_BYTES} bytes at most.`);
  if (Number(request.headers['content-length'] ?? 0) > MOST_BYTES) throw tooLarge();
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    const pieces: Buffer[] = [];
    let size = 0;
    request.on('data', (piece: Buffer) => {
      size += piece.length;
      if (size > MOST_BYTES) reject(tooLarge());
      else pieces.push(piece);
    });
    request.on('end', () => resolve(Buffer.concat(pieces)));
    request.on('error', () => reject(new Problem('bad_json', 'The body ended too early.')));
  });
  if (isTooDeep(bytes, DEPTH_LIMIT)) throw new Problem('too_deep', 'A receipt is a flat object.');
  try {
    return JSON.parse(bytes.toString());
  } catch {
    throw new Problem('bad_json', 'The body is not JSON.');
  }
}
